//! The policy that is nearest to what a builder was given.

use core::time::Duration;

use super::{Policy, PolicyBuilder, wait_list::WaitList};
use crate::wait::{
    Jitter, nanos,
    waits::{self, MOST},
};

impl PolicyBuilder {
    /// Returns the policy that is nearest to these settings, for wrappers whose own setters cannot fail.
    ///
    /// Whatever [`build`](Self::build) would refuse becomes the nearest value that it takes:
    ///
    /// | setting | becomes |
    /// |---|---|
    /// | a zero duration | 1 ns |
    /// | a duration above 292 years | 2⁶³−1 ns, which are 292 years |
    /// | `max_polls`, `max_consecutive_errors` of 0 | 1 |
    /// | `jitter`, `hint_jitter` above 100 % | 100 % |
    /// | a `multiplier` below 1/1, or 0/0 | 1/1 |
    /// | any other `multiplier` with a denominator of 0 | 4294967295/1 |
    /// | `max_backoff` of 1 ns, with a jitter that needs room below it | 2 ns |
    /// | `initial_wait` above `max_backoff`, or too near to it for the jitter | the longest that `max_backoff` leaves room for |
    /// | `waits` above `max_backoff` | `max_backoff` |
    /// | `waits` of more than three significant digits | the first three, with zeros after them |
    /// | `waits` beyond the eighth, or beside decorrelated jitter | left out |
    /// | `head_start` above `max_wait` | `max_wait` |
    ///
    /// ```
    /// use asyncpoll::Policy;
    /// use core::time::Duration;
    ///
    /// let builder = Policy::builder().initial_wait(Duration::from_secs(600));
    /// assert!(builder.build().is_err());
    /// let policy = builder.max_polls(0).build_clamped();
    /// assert_eq!(policy.initial_wait(), policy.max_backoff());
    /// assert_eq!(policy.max_polls(), Some(1));
    /// ```
    pub const fn build_clamped(self) -> Policy {
        let built = self.clamped().build();
        debug_assert!(built.is_ok(), "every clamped setting is taken");
        match built {
            Ok(policy) => policy,
            Err(_) => Self::CONSTANTS, // never
        }
    }

    const fn clamped(self) -> Self {
        let jitter = self.jitter.with_percentage(match self.jitter.percentage() {
            Some(percent) => percent_of_all(percent),
            None => 0,
        });
        let (least_backoff, room) = match jitter {
            Jitter::Above(percent @ 1..) => (2, percent),
            Jitter::Decorrelated => (2, 20),
            _ => (1, 0),
        };
        let max_backoff = clamped(self.max_backoff, least_backoff, nanos::LONGEST);
        let initial_wait = clamped(self.initial_wait, 1, nanos::without_percent(room, max_backoff).0);
        let longest_wait = match self.max_wait {
            Some(max_wait) => clamped(max_wait, 1, nanos::LONGEST),
            None => nanos::LONGEST,
        };
        Self {
            head_start: optional(self.head_start, longest_wait),
            waits: if matches!(jitter, Jitter::Decorrelated) { WaitList::new(&[]) } else { self.waits.clamped(max_backoff) },
            initial_wait: Duration::from_nanos(initial_wait),
            multiplier: match self.multiplier {
                (numer, denom) if numer < denom => (1, 1),
                (0, 0) => (1, 1),
                (_, 0) => (u32::MAX, 1),
                multiplier => multiplier,
            },
            max_backoff: Duration::from_nanos(max_backoff),
            jitter,
            hint_jitter: match self.hint_jitter {
                Some(percent) => Some(percent_of_all(percent)),
                None => None,
            },
            max_hint: optional(self.max_hint, nanos::LONGEST),
            max_wait: optional(self.max_wait, nanos::LONGEST),
            last_poll: self.last_poll,
            max_polls: at_least_one(self.max_polls),
            max_consecutive_errors: at_least_one(self.max_consecutive_errors),
        }
    }
}

impl WaitList {
    const fn clamped(self, max_backoff: u64) -> Self {
        let mut kept = [Duration::ZERO; MOST as usize];
        let mut from = self.as_slice();
        let mut free: &mut [Duration] = &mut kept;
        while let ([wait, rest @ ..], [to, others @ ..]) = (from, free) {
            // Rounded down, a wait keeps its first digit: it stays above zero and below the ceiling.
            *to = Duration::from_nanos(waits::rounded(clamped(*wait, 1, max_backoff)));
            (from, free) = (rest, others);
        }
        Self { kept, count: self.as_slice().len() }
    }
}

const fn clamped(wait: Duration, least: u64, most: u64) -> u64 {
    let wait = nanos::from_duration(wait);
    if wait > most {
        most
    } else if wait < least {
        least
    } else {
        wait
    }
}

const fn optional(wait: Option<Duration>, most: u64) -> Option<Duration> {
    match wait {
        Some(wait) => Some(Duration::from_nanos(clamped(wait, 1, most))),
        None => None,
    }
}

const fn percent_of_all(percent: u8) -> u8 {
    if percent > 100 { 100 } else { percent }
}

const fn at_least_one(count: Option<u32>) -> Option<u32> {
    match count {
        Some(0) => Some(1),
        count => count,
    }
}
