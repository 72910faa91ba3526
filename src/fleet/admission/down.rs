//! A server that is down: it fails every poll, and says nothing of how many it bears.

const SECOND: u64 = 1_000_000_000;

/// How many polls have failed before a server counts as down: as many as are in flight at first, by default, so that the first
/// that are sent at once are enough to know.
pub(super) const MANY: u8 = 16;

/// How many polls of an upstream have failed since one was served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Failures {
    pub(super) count: u8,
}

impl Failures {
    #[inline]
    pub(super) const fn served(&mut self) {
        self.count = 0;
    }

    pub(super) const fn failed(&mut self, polls: u8) {
        self.count = self.count.saturating_add(polls);
    }

    /// Returns the time between the last poll that went out and the next: a second if the server is down, else zero. By its own
    /// ladder each operation polls every five minutes at last, which makes 17 polls a second of 5,000 operations.
    #[inline]
    pub(super) const fn apart(self) -> u64 {
        if self.count < MANY { 0 } else { SECOND }
    }
}
