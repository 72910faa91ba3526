//! The hold of an upstream: until when a refusal keeps its polls back, and how they come back after it.

use rand_core::Rng;

use crate::wait::{Window, nanos};

/// What part of itself a hold is followed by, to spread the polls that it held, if no pace does.
const HERD: u64 = 5;

/// By how many percent of itself a hold is lengthened at most. It is the default of a policy's jitter: the poll that was refused
/// waits as long by its own rules.
pub(in crate::fleet) const LENGTHENED: u8 = 20;

/// The time for which refusals keep the polls of an upstream back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    /// The longest time that the server is believed to ask for.
    longest: u64,
    until: u64,
    /// What was drawn at the beginning, for all refusals that lengthen the hold: of many draws, the latest is near the end of
    /// the window, and so would be that of every other process.
    draw: u64,
    herd: Herd,
}

/// The polls that a hold kept back, and that no pace spreads.
#[derive(Clone, Copy, Debug, Default)]
struct Herd {
    /// Until when they are spread.
    until: u64,
    /// The time between two of them.
    spacing: u64,
}

impl Hold {
    pub(super) const fn new() -> Self {
        Self { longest: u64::MAX, until: 0, draw: 0, herd: Herd { until: 0, spacing: 0 } }
    }

    pub(super) const fn until(&self) -> u64 {
        self.until
    }

    /// Sets the longest time that the server is believed to ask for, from now on.
    pub(super) const fn set_longest(&mut self, longest: u64) {
        self.longest = longest;
    }

    /// Returns what is believed of the time that the server asked for.
    pub(super) fn believed(&self, asked: u64) -> u64 {
        asked.min(self.longest)
    }

    /// Holds for as long as a refusal asked at `time`, and up to so many percent longer. So many operations are held. Returns
    /// whether that is later than before.
    pub(super) fn hold<R: Rng + ?Sized>(&mut self, hint: u64, percent: u8, operations: usize, time: u64, rng: &mut R) -> bool {
        let hint = self.believed(hint);
        let width = nanos::percent_of(percent.min(LENGTHENED), hint);
        if time >= self.until && width > 0 {
            self.draw = rng.next_u64();
        }
        let length = Window { earliest: hint, latest: hint.saturating_add(width) }.at(self.draw);
        // The end of time is kept for what never comes.
        let until = time.saturating_add(length).min(u64::MAX - 1);
        let is_later = until > self.until;
        if is_later {
            self.until = until;
            let spread = hint / HERD;
            let spacing = spread.checked_div(operations.try_into().unwrap_or(u64::MAX)).unwrap_or(0);
            self.herd = Herd { until: until.saturating_add(spread), spacing };
        }
        is_later
    }

    /// Holds until then, for that is what all know who share the pace. It is no later than before if the hold was ended there.
    pub(super) fn set(&mut self, until: u64, time: u64) {
        self.until = if until > time { until.min(u64::MAX - 1) } else { self.until.min(time) };
        self.herd = Herd::default();
    }

    /// Ends the hold, and no polls are spread after it.
    pub(super) fn end(&mut self, time: u64) {
        self.until = self.until.min(time);
        self.herd = Herd::default();
    }

    /// Returns when a poll may follow the one that was sent at `sent`, if nothing else keeps them apart.
    #[inline]
    pub(super) fn spaced(&self, sent: u64) -> u64 {
        self.herd.until.min(sent.saturating_add(self.herd.spacing))
    }

    /// Returns whether polls that were held may still be spread at `time`.
    #[inline]
    pub(super) const fn spreads(&self, time: u64) -> bool {
        time < self.herd.until
    }
}
