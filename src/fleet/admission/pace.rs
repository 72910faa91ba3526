//! The pace that an upstream bears: found from refusals, and raised while there are none.
//!
//! It is cut to a part of itself and raised along a curve, as a window is in congestion control (CUBIC, RFC 9438), and what was in
//! flight at a cut does not cut it again (RFC 6582, section 3.2). Unlike there, a refusal is forgiven if enough polls were served.
//! The figures beside the constants are of the library in `examples/simulation`, with another number and with this one; where
//! fleets share a limit, they are means over eight draws of when the fleets start.

use core::num::NonZeroU32;

use super::rate::Rate;

const SECOND: u64 = 1_000_000_000;

/// The first cut leaves this many tenths of the rate served. That is too high where a server allows a burst, and the first
/// polls were one. At 5, 100 orders at one a second are noticed after 66 s instead of 54 s; at 8, after 60 s.
const TENTHS_AT_FIRST: u64 = 6;

/// Every later cut leaves this many tenths of the pace. Of the polls of 20 fleets at one limit 2.9 % are refused, and they share
/// it by 0.93 (Jain's index). At 7, which is CUBIC's (RFC 9438, section 4.6), they share it by 0.86: a fleet that is cut stays
/// behind. At 9, 3.7 % are refused.
const TENTHS_LATER: u64 = 8;

/// A cut leaves this many tenths if the server asked to be left alone for more than a second: what a hold costs is not to be
/// risked as often. At 8, 1,000 orders at 10 a second are noticed after 55 s instead of 46 s.
const TENTHS_AFTER_HOLD: u64 = 7;

/// How many seconds at a pace double it; of these, the hints and the latencies, the longest time counts. At 45, 3.5 % of the polls
/// of 20 fleets are refused instead of 2.9 %. At 100, they share their limit by 0.83 instead of 0.93, and 72 s pass instead of
/// 61 s until a limit that has doubled is used.
const DOUBLING: u32 = 66;

/// How many times the hint of the refusal that led to the cut double a pace: a hold is to be a small part of the time. At 10, 100
/// orders at one a second are noticed after 76 s instead of 54 s.
const HINTS: u64 = 20;

/// How many times the latency double a pace: what is in flight when it turns out too high is refused as well. At 16, if an answer
/// takes ten seconds, 1.4 % of the polls are refused instead of 0.8 %.
const LATENCIES: u64 = 32;

/// How many seconds double a pace at most. At 300, 100 orders at one a second are noticed after 76 s instead of 54 s.
pub(super) const DOUBLING_AT_MOST: u32 = 600;

/// How many seconds double a pace that is a guess, in place of [`DOUBLING`] and [`HINTS`]: the first refusal came before [`FEW`](super::rate::FEW)
/// polls had been served. At 66, a server of 40 a second that begins with refusals serves four fifths of that after 483 s instead
/// of 78 s; at 5, 100 orders at one a second are noticed after 64 s instead of 54 s.
const DOUBLING_OF_GUESS: u32 = 10;

/// For how many refusals polls are saved up at most. At 2, orders at a server that refuses one poll in a hundred at random are
/// noticed after 110 s instead of 71 s. At 5, five fleets share a limit by 0.71 instead of 0.90: a fleet that has saved up takes
/// from the others.
const SAVED_AT_MOST: u32 = 3;

/// The pace of an upstream, kept as the time between two polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// The time between two polls that the last cut left; zero before the first.
    pub(super) cut: u64,
    /// The time between two polls now.
    pub(super) spacing: u64,
    pub(super) trial: Trial,
    /// How many seconds at the pace double it.
    pub(super) doubling: u32,
    /// Whether the pace made the last poll wait that went out.
    pub(super) has_waited: bool,
    /// One refusal is forgiven for so many polls that are served, if any is.
    pub(super) forgive: Option<NonZeroU32>,
    /// How many polls have been served since the last cut, less what refusals have cost.
    pub(super) saved: u32,
    /// The rate at which polls are served, or slots are given out.
    pub(super) rate: Rate,
}

/// What is known of the pace since the last cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trial {
    /// Nothing: no poll has gone out since, or the last that came back was not served. The server may refuse whatever the pace.
    Open,
    /// A poll went out at this time.
    Asked(u64),
    /// A poll was served that went out since, and the pace has kept polls apart for so long that were served.
    Proven(u64),
}

/// What a refusal does to the pace.
#[derive(Clone, Copy, Debug)]
pub(super) enum Verdict {
    Cut,
    Forgiven,
    /// Nothing: the last cut is not proven yet.
    TooEarly,
}

impl Pace {
    pub(super) fn new(forgive: Option<NonZeroU32>) -> Self {
        Self {
            cut: 0,
            spacing: 0,
            trial: Trial::Proven(0),
            doubling: 0,
            has_waited: false,
            forgive,
            saved: 0,
            rate: Rate::default(),
        }
    }

    /// Forgives one refusal for so many polls that are served from now on, if any.
    pub(super) fn set_forgive(&mut self, forgive: Option<NonZeroU32>) {
        self.forgive = forgive;
        self.save(0);
    }

    /// Returns the time between two polls, zero where no pace has been found.
    #[inline]
    pub(super) const fn spacing(&self) -> u64 {
        self.spacing
    }

    /// Returns the time between the last poll that went out and the next: a second at least until the last cut is proven. Before
    /// that, each may be refused as well.
    #[inline]
    pub(super) fn apart(&self) -> u64 {
        match self.trial {
            Trial::Proven(_) => self.spacing,
            Trial::Open | Trial::Asked(_) => self.spacing.max(SECOND),
        }
    }

    /// Notes that a poll goes out, and whether the pace made it wait.
    #[inline]
    pub(super) fn sent(&mut self, has_waited: bool, time: u64) {
        self.rate.start(time);
        self.has_waited = has_waited;
        if let Trial::Open = self.trial {
            self.trial = Trial::Asked(time);
        }
    }

    /// Notes a poll that was served, and whether it went out before the last cut: if it did not, it proves the cut, is saved up,
    /// and raises the pace, if there is one.
    #[inline]
    pub(super) fn served(&mut self, is_old: bool, time: u64) {
        self.rate.count(1, time);
        if is_old || self.spacing == 0 {
            return;
        }
        self.save(1);
        let paced = match self.trial {
            Trial::Proven(paced) => paced,
            Trial::Open => 0,
            Trial::Asked(asked) => {
                self.slow_doubling(time.saturating_sub(asked));
                0
            }
        };
        self.trial = Trial::Proven(self.grow(paced, 1));
    }

    /// Notes slots that are given out, and whether polls wait for more. Before the first refusal they tell the rate, and later they
    /// are saved up as if they had been served: of fleets that share a pace, the news of refusals comes before that of good answers.
    pub(super) fn given(&mut self, slots: u32, have_waited: bool, time: u64) {
        self.sent(have_waited, time);
        if self.spacing == 0 {
            self.rate.count(slots.into(), time);
        } else if self.is_proven() {
            self.save(slots);
        }
    }

    /// Notes polls in given-out slots that were served after the last cut, with this latency: they prove the cut and raise the pace,
    /// if there is one.
    pub(super) fn served_in_slots(&mut self, polls: u32, latency: u64) {
        if self.spacing == 0 {
            return;
        }
        let paced = match self.trial {
            Trial::Proven(paced) => paced,
            Trial::Open | Trial::Asked(_) => {
                self.slow_doubling(latency);
                0
            }
        };
        self.trial = Trial::Proven(self.grow(paced, polls));
    }

    /// Returns whether the last cut is proven, if there is one.
    pub(super) const fn is_proven(&self) -> bool {
        matches!(self.trial, Trial::Proven(_))
    }

    /// Notes a poll that was not served, and whether it went out before the last cut: if it did not, the latency is measured from
    /// the next poll on.
    #[inline]
    pub(super) const fn failed(&mut self, is_old: bool) {
        if let (Trial::Asked(_), false) = (self.trial, is_old) {
            self.trial = Trial::Open;
        }
    }

    /// Takes a refusal, and whether the poll went out before the last cut: forgives it or cuts the pace, if the last cut is proven.
    pub(super) fn refused(&mut self, is_old: bool, hint: Option<u64>, time: u64) -> Verdict {
        let hint = hint.unwrap_or(0);
        if self.spacing == 0 {
            self.set(self.rate.spacing(time), self.rate.are_few(), hint);
            Verdict::Cut
        } else if !self.is_proven() {
            self.failed(is_old);
            Verdict::TooEarly
        } else if self.forgives(hint) {
            Verdict::Forgiven
        } else {
            let tenths = if hint > SECOND { TENTHS_AFTER_HOLD } else { TENTHS_LATER };
            self.cut(self.spacing, tenths, doubling_after(hint));
            Verdict::Cut
        }
    }

    /// Saves up so many polls for the refusals to come.
    #[inline]
    fn save(&mut self, polls: u32) {
        let most = self.forgive.map_or(0, |forgive| forgive.get().saturating_mul(SAVED_AT_MOST));
        self.saved = self.saved.saturating_add(polls).min(most);
    }

    /// Forgives a refusal, if enough polls are saved up for it and for those that its hold takes.
    fn forgives(&mut self, hint: u64) -> bool {
        let Some(forgive) = self.forgive else { return false };
        let held = hint.checked_div(self.spacing).and_then(|held| u32::try_from(held).ok()).unwrap_or(u32::MAX);
        let left = self.saved.checked_sub(forgive.get().saturating_add(held));
        self.saved = left.unwrap_or(self.saved);
        left.is_some()
    }

    /// Sets the pace at the first refusal, by the time between two polls that were served before.
    pub(super) fn set(&mut self, spacing: u64, is_guess: bool, hint: u64) {
        let doubling = if is_guess { DOUBLING_OF_GUESS } else { doubling_after(hint) };
        self.cut(spacing, TENTHS_AT_FIRST, doubling);
        // Fleets that start together cut each other: one more refusal is no news. Without, 20 of them share a limit by 0.90.
        self.save(self.forgive.map_or(0, NonZeroU32::get));
    }

    fn cut(&mut self, spacing: u64, tenths: u64, doubling: u32) {
        self.cut = spacing.saturating_mul(10).div_ceil(tenths);
        self.spacing = self.cut;
        self.doubling = doubling;
        self.trial = Trial::Open;
        self.saved = 0;
    }

    /// Has the pace take longer to double, if answers take long.
    fn slow_doubling(&mut self, latency: u64) {
        self.doubling = self.doubling.max(seconds(LATENCIES, latency));
    }

    /// Raises the pace by so many polls that were served, if it keeps polls waiting, and returns for how long it has kept them apart.
    /// Only what is served does: a server that fails every poll proves nothing.
    #[inline]
    fn grow(&mut self, paced: u64, polls: u32) -> u64 {
        if !self.has_waited {
            return paced;
        }
        let paced = paced.saturating_add(self.spacing.saturating_mul(polls.into()));
        let seconds = u128::from(paced / SECOND);
        let doubling = u128::from(self.doubling);
        let doubling = doubling.saturating_mul(doubling);
        let growth = seconds.saturating_mul(seconds).saturating_add(doubling);
        let spacing = u128::from(self.cut).saturating_mul(doubling).checked_div(growth);
        self.spacing = spacing.and_then(|spacing| u64::try_from(spacing).ok()).unwrap_or(self.cut).max(1);
        paced
    }
}

/// Returns how many seconds double a pace that is cut after a refusal with this hint.
fn doubling_after(hint: u64) -> u32 {
    DOUBLING.max(seconds(HINTS, hint))
}

/// Returns how many seconds so many times a duration are, no more than those that double a pace at most.
fn seconds(times: u64, duration: u64) -> u32 {
    let seconds = duration.saturating_mul(times) / SECOND;
    u32::try_from(seconds).map_or(DOUBLING_AT_MOST, |seconds| seconds.min(DOUBLING_AT_MOST))
}
