//! The highest rate at which polls were counted, by which a pace is set.

const SECOND: u64 = 1_000_000_000;

/// How long polls are counted at least, to know their rate.
const WINDOW: u64 = 3 * SECOND;

/// Fewer polls than this tell no rate.
pub(super) const FEW: u64 = 16;

/// The highest rate at which polls were counted for some seconds, by stretches of time. What was counted of late need not be all
/// that would have been.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rate {
    /// When the stretch began that goes on; none before the first poll.
    pub(super) since: Option<u64>,
    pub(super) count: u64,
    pub(super) before: Stretch,
    /// The least of the mean times between two in earlier pairs of stretches.
    pub(super) least_spacing: Option<u64>,
}

/// A stretch of time that has passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) length: u64,
    /// How many polls were counted in it.
    pub(super) count: u64,
}

impl Rate {
    #[inline]
    pub(super) fn start(&mut self, time: u64) {
        self.since.get_or_insert(time);
    }

    /// Counts so many polls at `time`.
    #[inline]
    pub(super) fn count(&mut self, polls: u64, time: u64) {
        let since = *self.since.get_or_insert(time);
        let length = time.saturating_sub(since);
        if length >= WINDOW {
            self.least_spacing = Some(self.spacing(time));
            self.before = Stretch { length, count: self.count };
            self.count = 0;
            self.since = Some(time);
        }
        self.count = self.count.saturating_add(polls);
    }

    /// Returns whether too few have been counted to tell a rate.
    pub(super) fn are_few(&self) -> bool {
        self.least_spacing.is_none() && self.count < FEW
    }

    /// Returns the least mean time between two, over a second at least. It is a second at most: of so few polls, there is no rate to
    /// tell.
    pub(super) fn spacing(&self, time: u64) -> u64 {
        self.spacing_of_late(time).min(self.least_spacing.unwrap_or(SECOND)).min(SECOND)
    }

    /// Returns the mean time between two in the stretch that goes on and the one before, over a second at least; a second if none
    /// was counted.
    pub(super) fn spacing_of_late(&self, time: u64) -> u64 {
        let Stretch { length, count } = self.before;
        let length = length.saturating_add(time.saturating_sub(self.since.unwrap_or(time)));
        length.max(SECOND).checked_div(count.saturating_add(self.count)).unwrap_or(SECOND)
    }
}
