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
        left.saturating_sub(jitter.margin(left).max(self.least_spread())).max(1)
    }

    /// Returns the wait from `window` that `draw` stands for, with `left` to go, where that window reaches `last_from`.
    pub(crate) fn wait(&self, jitter: Jitter, left: u64, hint: u64, window: Window, draw: u64) -> Wait {
        let window = self.leaving_room(left, window);
        let wait = window.at(draw);
        if wait < self.room(left) {
            return Wait::Plain(wait);
        }
        let last = Window { earliest: self.last_earliest(jitter, left).max(hint), latest: left.min(window.latest) };
        // That the wait is too long says much about the upper half of the draw, and nothing about the lower.
        Wait::Last(last.at(draw.rotate_left(32)))
    }

    /// Returns the wait in `window`, with `left` to go, where it is to be `nominal` if the deadline lets it.
    pub(crate) fn nominal(&self, left: u64, window: Window, nominal: u64) -> Wait {
        let window = self.leaving_room(left, window);
        let wait = nominal.min(window.latest);
        if wait < self.room(left) { Wait::Plain(wait) } else { Wait::Last(left.min(window.latest)) }
    }

    /// Truncates a window that ends before the deadline so that the least spread is left after it, where that can be: the last
    /// wait is to follow.
    fn leaving_room(&self, left: u64, window: Window) -> Window {
        let room = self.room(left);
        if window.latest < left && window.earliest < room { window.before(room) } else { window }
    }

    /// Returns the length from which a wait is the last.
    fn room(&self, left: u64) -> u64 {
        left.saturating_sub(self.least_spread())
    }

    /// Returns the least spread of the last wait.
    fn least_spread(&self) -> u64 {
        self.max_wait.get().saturating_sub(self.last_from)
    }
}

/// A wait before the deadline.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wait {
    Plain(u64),
    Last(u64),
}
