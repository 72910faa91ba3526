//! The preview of a policy: when an operation that stays pending is polled.

use core::{iter::FusedIterator, time::Duration};

use crate::{
    Jitter, Policy,
    wait::{Cut, Deadline, Window},
};

impl Policy {
    /// Returns the times at which an operation that stays pending is polled, from the first poll to the last.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// let seconds: Vec<u64> = Policy::default().schedule().map(|poll| poll.nominal.as_secs()).collect();
    /// assert_eq!(seconds, [0, 5, 20, 65, 200, 500, 600]);
    /// ```
    pub fn schedule(&self) -> Schedule {
        let start = Track { time: 0, base: self.ladder.first() };
        Schedule { policy: *self, number: 1, earliest: start, nominal: start, latest: start, last: false, ended: false }
    }
}

/// The polls of an operation that stays pending and gives no hints, first to last, as [`Policy::schedule`] returns them.
///
/// It ends with the policy, and never where the policy has no end. A poller may come to its end with a few polls more than
/// these or fewer, as its draws fall.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
///
/// let polls = Policy::default().schedule().map(|poll| format!("{}: {:?}", poll.number, poll.nominal));
/// assert_eq!(polls.collect::<Vec<_>>(), ["1: 0ns", "2: 5s", "3: 20s", "4: 65s", "5: 200s", "6: 500s", "7: 600s"]);
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
/// let third = Policy::default().schedule().nth(2).ok_or("the default policy polls seven times")?;
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
    /// When it is made without jitter. [`Jitter::Decorrelated`] has no such time; for it, with every wait in the middle.
    pub nominal: Duration,
    /// The latest it is made, whatever is drawn and if a poller gets so far.
    pub latest: Duration,
}

/// One way through the schedule, in nanoseconds: the time of a poll and the base of the wait after it.
#[derive(Clone, Copy, Debug)]
struct Track {
    time: u64,
    base: u64,
}

impl Schedule {
    /// Moves to the next poll, or ends.
    fn advance(&mut self) {
        self.ended = self.last || self.policy.max_polls.is_some_and(|max_polls| self.number >= max_polls.get());
        let [early, middle, late] = [self.earliest, self.nominal, self.latest].map(|track| self.window(track));
        let nominal = self.nominal_wait(middle);
        match self.policy.deadline {
            None => {
                self.earliest.time = self.earliest.time.saturating_add(early.earliest);
                self.nominal.time = self.nominal.time.saturating_add(nominal);
                self.latest.time = self.latest.time.saturating_add(late.latest);
            }
            Some(deadline) => {
                let end = deadline.max_wait.get();
                self.earliest.time = self.earliest_before(deadline, early.earliest, late.latest);
                self.nominal.time = self.nominal_before(deadline, middle, nominal);
                self.latest.time = self.latest.time.saturating_add(late.latest).min(end);
            }
        }
        if self.number > 1 || self.policy.first_wait.is_none() {
            let ladder = self.policy.ladder;
            self.earliest.base = ladder.after(self.earliest.base, early.earliest);
            self.nominal.base = ladder.after(self.nominal.base, nominal);
            self.latest.base = ladder.after(self.latest.base, late.latest);
        }
        self.number = self.number.saturating_add(1);
    }

    /// Returns the earliest time of the next poll, after a wait of `shortest` to `longest`.
    fn earliest_before(&self, deadline: Deadline, shortest: u64, longest: u64) -> u64 {
        let plain = self.earliest.time.saturating_add(shortest);
        let last = deadline.earliest_last_poll(&self.policy.ladder, self.earliest.time, longest);
        let may_be_last = !deadline.leaves_time(self.latest.time.saturating_add(longest));
        match (deadline.leaves_time(plain), may_be_last) {
            (true, true) => plain.min(last),
            (true, false) => plain,
            (false, _) => last,
        }
    }

    /// Returns the nominal time of the next poll, after a wait from `window` that is to be `wait` if the deadline lets it.
    fn nominal_before(&mut self, deadline: Deadline, window: Window, wait: u64) -> u64 {
        let time = self.nominal.time;
        let wait = if deadline.is_near(time, window) {
            let choose = |window: Window| wait.min(window.latest);
            match deadline.cut(&self.policy.ladder, deadline.left(time), window, None, choose) {
                Cut::Not(wait) => wait,
                Cut::Last(window) => {
                    self.last = true;
                    window.latest
                }
            }
        } else {
            wait
        };
        time.saturating_add(wait)
    }

    fn window(&self, track: Track) -> Window {
        match self.policy.first_wait {
            Some(first_wait) if self.number == 1 => self.policy.ladder.first_window(first_wait),
            _ => self.policy.ladder.window(track.base),
        }
    }

    fn nominal_wait(&self, window: Window) -> u64 {
        match (self.policy.ladder.jitter, self.policy.first_wait) {
            (Jitter::Decorrelated, _) => window.at(1 << 63),
            (_, Some(first_wait)) if self.number == 1 => first_wait.get(),
            _ => self.nominal.base,
        }
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
