//! The quota of an upstream: how far apart its polls are to be, so that what remains lasts until the reset.

/// What a server said of the requests that remain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quota {
    /// When there will be more.
    pub(super) reset: u64,
    /// The time between two polls until then.
    pub(super) spacing: u64,
}

impl Quota {
    /// Shares what remains out until a reset in so long. Of several, the latest word counts: after a reset there is more again.
    pub(super) fn share_out(&mut self, remaining: u64, until_reset: u64, time: u64) {
        let spacing = until_reset.checked_div(remaining).unwrap_or(until_reset);
        *self = Self { reset: time.saturating_add(until_reset).min(u64::MAX - 1), spacing };
    }

    /// Returns when a poll may follow the one that was sent at `sent`.
    #[inline]
    pub(super) fn spaced(&self, sent: u64) -> u64 {
        self.reset.min(sent.saturating_add(self.spacing))
    }

    /// Returns the time between two polls at `time`, zero after the reset.
    #[inline]
    pub(super) const fn spacing(&self, time: u64) -> u64 {
        if time < self.reset { self.spacing } else { 0 }
    }
}
