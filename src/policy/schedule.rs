//! The preview of a policy: when an operation that stays pending is polled.

use core::{iter::FusedIterator, num::NonZeroU64, time::Duration};

use super::Policy;
use crate::wait::{Deadline, Fit, Rung, Window};

impl Policy {
    /// Returns the times at which an operation that stays pending is polled, from the first poll to the last.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// let seconds: Vec<u64> =
    ///     Policy::default().schedule().map(|poll| poll.nominal.as_secs()).collect();
    /// assert_eq!(seconds, [0, 5, 20, 65, 200, 470, 597]);
    /// ```
    pub fn schedule(&self) -> Schedule {
        let start = Track { time: 0, rung: self.ladder.bottom() };
        Schedule { policy: *self, number: 1, earliest: start, nominal: start, latest: start, last: false, ended: false }
    }
}

/// The polls of an operation that stays pending and gives no hints, first to last, as [`Policy::schedule`] returns them.
///
/// It is endless if the policy is. A poller may make a few polls more than these or fewer, depending on what it draws:
/// [`Policy::polls`] says how many.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
///
/// let polls = Policy::default()
///     .schedule()
///     .map(|poll| format!("{}: {:?}", poll.number, poll.nominal));
/// assert_eq!(
///     polls.collect::<Vec<_>>(),
///     ["1: 0ns", "2: 5s", "3: 20s", "4: 65s", "5: 200s", "6: 470s", "7: 597.5s"]
/// );
/// ```
#[derive(Clone, Debug)]
#[must_use = "a schedule is an iterator and does nothing until it is read"]
pub struct Schedule {
    policy: Policy,
    number: u32,
    earliest: Track,
    nominal: Track,
    latest: Track,
    /// The nominal wait to this poll was the last.
    last: bool,
    ended: bool,
}

/// When one poll of a [`Schedule`] is made, counted from the start of the poller.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
/// use core::time::Duration;
///
/// let third = Policy::default()
///     .schedule()
///     .nth(2)
///     .ok_or("the default policy polls seven times")?;
/// assert_eq!(third.number, 3);
/// assert_eq!(third.earliest, Duration::from_secs(16));
/// assert_eq!(third.nominal, Duration::from_secs(20));
/// assert_eq!(third.latest, Duration::from_secs(24));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ScheduledPoll {
    /// Which poll it is; the first is 1.
    pub number: u32,
    /// The earliest it is made, whatever is drawn.
    pub earliest: Duration,
    /// When it is made on average, or exactly without jitter: with every wait in the middle of its window. At the cap that is
    /// below the base, because jitter never exceeds the cap.
    pub nominal: Duration,
    /// The latest it is made, whatever is drawn and if a poller gets so far.
    pub latest: Duration,
}

/// One way through the schedule: the time of a poll in nanoseconds, and the rung of the wait after it.
#[derive(Clone, Copy, Debug)]
struct Track {
    time: u64,
    rung: Rung,
}

impl Schedule {
    /// Moves to the next poll, or ends.
    fn advance(&mut self) {
        let Policy { ladder, deadline, head_start, max_polls, .. } = self.policy;
        self.ended = self.last || max_polls.is_some_and(|max_polls| self.number >= max_polls.get());
        if self.ended {
            return;
        }
        let head_start = head_start.filter(|_| self.number == 1).map(NonZeroU64::get);
        let window =
            |track: Track| head_start.map_or_else(|| ladder.window(track.rung.base), |wait| ladder.head_start_window(wait));
        let [early, middle, late] = [self.earliest, self.nominal, self.latest].map(window);
        match deadline {
            None => {
                self.earliest.time = self.earliest.time.saturating_add(early.earliest);
                self.nominal.time = self.nominal.time.saturating_add(middle.middle());
                self.latest.time = self.latest.time.saturating_add(late.latest);
            }
            Some(deadline) => {
                let end = deadline.max_wait.get();
                self.earliest.time = self.earliest_before(deadline, early.earliest, late.latest).max(head_start.unwrap_or(0));
                self.nominal.time = self.nominal_before(deadline, middle, head_start);
                self.latest.time = self.latest.time.saturating_add(late.latest).min(end);
            }
        }
        if head_start.is_none() {
            self.earliest.rung = ladder.above(self.earliest.rung, early.earliest);
            self.nominal.rung = ladder.above(self.nominal.rung, middle.middle());
            self.latest.rung = ladder.above(self.latest.rung, late.latest);
        }
        self.number = self.number.saturating_add(1);
    }

    /// Returns the earliest time of the next poll, after a wait of `shortest` to `longest`.
    fn earliest_before(&self, deadline: Deadline, shortest: u64, longest: u64) -> u64 {
        let plain = self.earliest.time.saturating_add(shortest);
        if !self.policy.last_poll {
            return plain;
        }
        let last = deadline.earliest_last_poll(&self.policy.ladder, self.earliest.time, longest);
        let may_be_last = !deadline.leaves_time(self.latest.time.saturating_add(longest));
        match (deadline.leaves_time(plain), may_be_last) {
            (true, true) => plain.min(last),
            (true, false) => plain,
            (false, _) => last,
        }
    }

    /// Returns the nominal time of the next poll, after the mean wait of `window` or the mean last wait.
    fn nominal_before(&mut self, deadline: Deadline, window: Window, head_start: Option<u64>) -> u64 {
        let time = self.nominal.time;
        let wait = if deadline.is_near(time, window) {
            match self.policy.fit(deadline, deadline.left(time), window, head_start, Window::middle) {
                Fit::Whole(wait) => wait,
                Fit::Last(window) => {
                    self.last = true;
                    window.middle()
                }
                Fit::TooLong => {
                    self.ended = true;
                    0
                }
            }
        } else {
            window.middle()
        };
        time.saturating_add(wait)
    }
}

impl Iterator for Schedule {
    type Item = ScheduledPoll;

    fn next(&mut self) -> Option<ScheduledPoll> {
        if self.ended {
            return None;
        }
        let poll = ScheduledPoll {
            number: self.number,
            earliest: Duration::from_nanos(self.earliest.time),
            nominal: Duration::from_nanos(self.nominal.time),
            latest: Duration::from_nanos(self.latest.time),
        };
        self.advance();
        Some(poll)
    }
}

impl FusedIterator for Schedule {}
