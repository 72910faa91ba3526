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

    /// Returns the earliest end of a last wait, with `left` to go: a little before the deadline, so that a fleet started
    /// together does not make its last polls together.
    pub(crate) fn last_earliest(&self, jitter: Jitter, left: u64) -> u64 {
        let least = self.max_wait.get().saturating_sub(self.last_from);
        left.saturating_sub(jitter.margin(left).max(least)).max(1)
    }

    /// Returns the window of the last wait, with `left` to go, in the place of `window`, which reaches so far.
    pub(crate) fn last_window(&self, jitter: Jitter, left: u64, hint: u64, window: Window) -> Window {
        Window { earliest: self.last_earliest(jitter, left).max(hint), latest: left.min(window.latest) }
    }
}
