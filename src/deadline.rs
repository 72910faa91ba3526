//! The deadline, and the last wait before it.

use core::num::NonZeroU64;

use crate::jitter::{Jitter, Window};

/// When polling ends, in nanoseconds since the start of the poller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Deadline {
    pub(crate) max_wait: NonZeroU64,
    /// A wait that ends here or later is made the last one: what would remain after it is too short to spread the last polls
    /// of a fleet over.
    pub(crate) last_from: u64,
}

impl Deadline {
    pub(crate) const fn new(max_wait: NonZeroU64, initial_wait: NonZeroU64, jitter: Jitter) -> Self {
        let shorter = if max_wait.get() < initial_wait.get() { max_wait } else { initial_wait };
        Self { max_wait, last_from: max_wait.get().saturating_sub(jitter.margin(shorter.get())) }
    }

    /// Returns the time left at `elapsed`.
    #[inline]
    pub(crate) fn left(&self, elapsed: u64) -> u64 {
        self.max_wait.get().saturating_sub(elapsed)
    }

    /// Returns the window of the last wait, with `left` to go: it ends at the deadline or, so that a fleet started together
    /// does not make its last polls together, a little before.
    pub(crate) fn last_window(&self, jitter: Jitter, left: u64, hint: u64) -> Window {
        let least = self.max_wait.get().saturating_sub(self.last_from);
        let spread = jitter.margin(left).max(least).min(left);
        Window { earliest: left.saturating_sub(spread), latest: left }.not_before(hint.max(1))
    }
}
