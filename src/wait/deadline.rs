//! The deadline, and the last wait before it.

use core::num::NonZeroU64;

use super::{Ladder, Window, nanos};

/// The most of what is left that the last wait is spread over, in percent.
const LAST_WAIT_PERCENT: u8 = 20;

/// When polling ends, in nanoseconds since the start of the poller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Deadline {
    pub(crate) max_wait: NonZeroU64,
    /// A wait that ends here or later is made the last one: what would remain after it is too short to spread the last polls
    /// of many pollers over.
    last_from: u64,
}

/// How a wait fits into the time that is left.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fit {
    /// There is time for it, and for another one after it if there is a last poll.
    Whole(u64),
    /// It is the last, and drawn from this window instead.
    Last(Window),
    /// There is no time for it, and it is not to be shortened.
    TooLong,
}

impl Deadline {
    pub(crate) const fn new(max_wait: NonZeroU64, ladder: &Ladder, has_last_poll: bool) -> Self {
        let least_spread = if has_last_poll { part(ladder, shorter(max_wait, ladder.least.get())) } else { 0 };
        Self { max_wait, last_from: max_wait.get().saturating_sub(least_spread) }
    }

    /// Returns the time left at `elapsed`.
    #[inline]
    pub(crate) fn left(&self, elapsed: u64) -> u64 {
        self.max_wait.get().saturating_sub(elapsed)
    }

    /// Returns whether a wait from `window`, started at `elapsed`, may end so late that it is the last.
    #[inline]
    pub(crate) fn is_near(&self, elapsed: u64, window: Window) -> bool {
        elapsed.saturating_add(window.latest) >= self.last_from
    }

    /// Returns what becomes of the wait that `choose` takes from `window`, with `left` to go, if that window is near the
    /// deadline. The wait must not end before `asked`.
    pub(crate) fn fit(
        &self,
        ladder: &Ladder,
        left: u64,
        window: Window,
        asked: Option<u64>,
        choose: impl FnOnce(Window) -> u64,
    ) -> Fit {
        let least = self.least_spread();
        // Waits shorter than this leave the least spread after them, for a last wait to follow.
        let room = left.saturating_sub(least);
        let earliest = self.last_earliest(ladder, left).max(asked.unwrap_or(1));
        let latest = left.min(window.latest);
        // Many pollers spread over no less than that on either side: if the window has too little of such waits, it has none.
        if window.latest >= room && room.saturating_sub(window.earliest) < least {
            return Fit::Last(Window { earliest: earliest.min(window.earliest), latest });
        }
        // What follows a window that ends before the deadline is the last wait.
        let window = if window.latest < left { window.before(room) } else { window };
        let wait = choose(window);
        if wait < room { Fit::Whole(wait) } else { Fit::Last(Window { earliest, latest }) }
    }

    /// Returns the earliest time, at `elapsed` or later, at which a poll can be made after the last wait, if no wait before it
    /// exceeds `longest`.
    pub(crate) fn earliest_last_poll(&self, ladder: &Ladder, elapsed: u64, longest: u64) -> u64 {
        // The earlier a last wait starts, the earlier it may end; this is the earliest that one can start.
        let start = elapsed.max(self.last_from.saturating_sub(longest));
        start.saturating_add(self.last_earliest(ladder, self.left(start)))
    }

    /// Returns whether a wait that ends at `end` leaves time for another one.
    pub(crate) fn leaves_time(&self, end: u64) -> bool {
        end < self.last_from
    }

    /// Returns how many waits of a length from `window`, the first started at `elapsed`, are over before one may be shortened.
    pub(crate) fn waits_of(&self, wait: u64, elapsed: u64, window: Window) -> u64 {
        let far = self.last_from.saturating_sub(elapsed).saturating_sub(window.latest);
        far.checked_div(wait).unwrap_or(0)
    }

    /// Returns the earliest end of a last wait, with `left` to go: a little before the deadline, so that pollers started
    /// together do not make their last polls together.
    fn last_earliest(&self, ladder: &Ladder, left: u64) -> u64 {
        let most = shorter(self.max_wait, ladder.least.get());
        let spread = part(ladder, left).max(self.least_spread()).min(most);
        left.saturating_sub(spread).max(1)
    }

    /// Returns the least spread of the last wait.
    fn least_spread(&self) -> u64 {
        self.max_wait.get().saturating_sub(self.last_from)
    }
}

/// Returns the part of `wait` that the last wait is spread over.
const fn part(ladder: &Ladder, wait: u64) -> u64 {
    nanos::percent_of(ladder.jitter.percent(LAST_WAIT_PERCENT), wait)
}

/// Returns the shorter of `max_wait` and the least base: the most that the last wait is spread over.
const fn shorter(max_wait: NonZeroU64, least: u64) -> u64 {
    if max_wait.get() < least { max_wait.get() } else { least }
}
