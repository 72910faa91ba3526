//! The preview of a policy: when an operation that stays pending is polled.

use core::{iter::FusedIterator, time::Duration};

use crate::{
    Jitter, Policy,
    deadline::{Deadline, Wait},
    jitter::Window,
};

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
    pub(crate) fn new(policy: Policy) -> Self {
        let start = Track { time: 0, base: policy.ladder.first() };
        Self { policy, number: 1, earliest: start, nominal: start, latest: start, last: false, ended: false }
    }

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
                self.nominal.time = match deadline.nominal(deadline.left(self.nominal.time), middle, nominal) {
                    Wait::Plain(wait) => self.nominal.time.saturating_add(wait),
                    Wait::Last(wait) => {
                        self.last = true;
                        self.nominal.time.saturating_add(wait)
                    }
                };
                self.latest.time = self.latest.time.saturating_add(late.latest).min(end);
            }
        }
        if self.number > 1 || self.policy.first_wait.is_none() {
            self.earliest.base = self.base_after(self.earliest.base, early.earliest);
            self.nominal.base = self.base_after(self.nominal.base, nominal);
            self.latest.base = self.base_after(self.latest.base, late.latest);
        }
        self.number = self.number.saturating_add(1);
    }

    /// Returns the earliest time of the next poll, after a wait of `shortest` to `longest`.
    fn earliest_before(&self, deadline: Deadline, shortest: u64, longest: u64) -> u64 {
        let plain = self.earliest.time.saturating_add(shortest);
        // The earlier a last wait starts, the earlier it may end; this is the earliest that one can start.
        let start = self.earliest.time.max(deadline.last_from.saturating_sub(longest));
        let last = start.saturating_add(deadline.last_earliest(self.policy.jitter, deadline.left(start)));
        let may_be_last = self.latest.time.saturating_add(longest) >= deadline.last_from;
        match (plain < deadline.last_from, may_be_last) {
            (true, true) => plain.min(last),
            (true, false) => plain,
            (false, _) => last,
        }
    }

    fn window(&self, track: Track) -> Window {
        match self.policy.first_wait {
            Some(first_wait) if self.number == 1 => self.policy.first_window(first_wait),
            _ => self.policy.ladder_window(track.base),
        }
    }

    fn nominal_wait(&self, window: Window) -> u64 {
        match (self.policy.jitter, self.policy.first_wait) {
            (Jitter::Decorrelated, _) => window.at(1 << 63),
            (_, Some(first_wait)) if self.number == 1 => first_wait.get(),
            _ => self.nominal.base,
        }
    }

    fn base_after(&self, base: u64, wait: u64) -> u64 {
        match self.policy.jitter {
            Jitter::Decorrelated => wait,
            _ => self.policy.ladder.after(base),
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
