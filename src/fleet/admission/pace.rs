//! The pace that an upstream bears: found from refusals, and raised while there are none.

const SECOND: u64 = 1_000_000_000;

/// How long the polls are counted at least that an upstream serves, to know its rate.
const WINDOW: u64 = 3 * SECOND;

/// The first cut leaves this many tenths of the rate served. That is too high where a server allows a burst, and the first
/// polls were one.
const TENTHS_AT_FIRST: u64 = 6;

/// Every later cut leaves this many tenths of the pace.
const TENTHS_LATER: u64 = 7;

/// After this many seconds at a pace without a refusal, it is twice what the last cut left; after twice as many, five times.
const DOUBLING: u64 = 600;

/// The same for a pace that is a guess, for the first refusal came before so many polls had been served.
const DOUBLING_OF_GUESS: u64 = 10;
const FEW: u64 = 16;

/// The pace of an upstream, kept as the time between two polls.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::fleet) struct Pace {
    /// The time between two polls that the last cut left; zero before the first.
    cut: u64,
    /// The time between two polls now.
    spacing: u64,
    /// How long the pace has kept polls apart that were served since the last cut.
    paced: u64,
    /// Whether the pace made the last poll wait that went out.
    has_waited: bool,
    /// Whether the last cut was made of too little to tell the rate by.
    is_guess: bool,
    served: Served,
    /// Whether a poll that went out after the last cut has been served. While none is, the server refuses whatever the pace.
    is_proven: bool,
    /// How many of the polls that were in flight at the last cut are so still, if they come back in the order they went out:
    /// their refusals say nothing of the pace after it.
    old: usize,
}

impl Pace {
    /// Returns the time between two polls, zero where no pace has been found.
    #[inline]
    pub(in crate::fleet) const fn spacing(&self) -> u64 {
        self.spacing
    }

    /// Returns the time between the last poll that went out and the next: a second at least until one that went out after the
    /// last cut has been served. Before that, each may be refused as well.
    #[inline]
    pub(in crate::fleet) fn apart(&self) -> u64 {
        if self.spacing > 0 && !self.is_proven { self.spacing.max(SECOND) } else { self.spacing }
    }

    /// Notes that a poll goes out, and whether the pace made it wait.
    #[inline]
    pub(in crate::fleet) fn sent(&mut self, has_waited: bool, time: u64) {
        self.served.start(time);
        self.has_waited = has_waited;
    }

    /// Notes that a poll is no longer in flight, and returns whether it went out before the last cut.
    #[inline]
    pub(in crate::fleet) const fn back(&mut self) -> bool {
        let is_old = self.old > 0;
        self.old = self.old.saturating_sub(1);
        is_old
    }

    /// Notes a poll that was served, and whether it went out before the last cut: if it did not, it raises the pace.
    #[inline]
    pub(in crate::fleet) fn served(&mut self, is_old: bool, time: u64) {
        self.served.count(time);
        if !is_old {
            self.is_proven = true;
            self.grow();
        }
    }

    /// Raises the pace, if it keeps polls waiting. Only what is served does: a server that fails every poll proves nothing.
    #[inline]
    fn grow(&mut self) {
        if !self.has_waited || self.spacing == 0 {
            return;
        }
        self.paced = self.paced.saturating_add(self.spacing);
        let seconds = u128::from(self.paced / SECOND);
        let doubling = u128::from(if self.is_guess { DOUBLING_OF_GUESS } else { DOUBLING });
        let doubling = doubling.saturating_mul(doubling);
        let growth = seconds.saturating_mul(seconds).saturating_add(doubling);
        let spacing = u128::from(self.cut).saturating_mul(doubling).checked_div(growth);
        self.spacing = spacing.and_then(|spacing| u64::try_from(spacing).ok()).unwrap_or(self.cut).max(1);
    }

    /// Cuts the pace after a refusal, with so many polls in flight: once, until one that goes out from now on has been served.
    pub(in crate::fleet) fn cut(&mut self, in_flight: usize, time: u64) {
        if self.spacing > 0 && !self.is_proven {
            return;
        }
        let (spacing, tenths) =
            if self.spacing > 0 { (self.spacing, TENTHS_LATER) } else { (self.served.spacing(time), TENTHS_AT_FIRST) };
        self.is_guess = self.spacing == 0 && self.served.are_few();
        self.cut = spacing.saturating_mul(10).div_ceil(tenths);
        self.spacing = self.cut;
        self.paced = 0;
        self.is_proven = false;
        self.old = in_flight;
    }
}

/// The highest rate at which polls were served for some seconds, by stretches of time. What was served of late need not be all
/// that would have been.
#[derive(Clone, Copy, Debug, Default)]
struct Served {
    /// When the stretch began that goes on; none before the first poll.
    since: Option<u64>,
    count: u64,
    before: Stretch,
    /// The least of the mean times between two in earlier pairs of stretches.
    least_spacing: Option<u64>,
}

/// A stretch of time that has passed.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    length: u64,
    /// How many polls were served in it.
    count: u64,
}

impl Served {
    #[inline]
    fn start(&mut self, time: u64) {
        self.since.get_or_insert(time);
    }

    #[inline]
    fn count(&mut self, time: u64) {
        let since = *self.since.get_or_insert(time);
        let length = time.saturating_sub(since);
        if length >= WINDOW {
            self.least_spacing = Some(self.spacing(time));
            self.before = Stretch { length, count: self.count };
            self.count = 0;
            self.since = Some(time);
        }
        self.count = self.count.saturating_add(1);
    }

    fn are_few(&self) -> bool {
        self.least_spacing.is_none() && self.count < FEW
    }

    /// Returns the least mean time between two that were served, over a second at least. It is a second at most: of so few polls,
    /// there is no rate to tell.
    fn spacing(&self, time: u64) -> u64 {
        let Stretch { length, count } = self.before;
        let length = length.saturating_add(time.saturating_sub(self.since.unwrap_or(time)));
        let spacing = length.max(SECOND).checked_div(count.saturating_add(self.count)).unwrap_or(SECOND);
        spacing.min(self.least_spacing.unwrap_or(SECOND)).min(SECOND)
    }
}
