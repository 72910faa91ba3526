//! The builder: raw settings, and `build`, the one gate they pass.

use core::{
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

use super::{Policy, PolicyError};
use crate::wait::{Deadline, Jitter, Ladder, nanos};

/// What part of `initial_wait` there must be between it and `max_backoff` for `Decorrelated` jitter to spread anything.
const DECORRELATED_ROOM: u64 = 5;

/// `?`, for constants.
macro_rules! checked {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(error),
        }
    };
}

/// Collects the settings of a [`Policy`]; nothing is checked before [`build`](Self::build).
///
/// Everything here is `const`. In a constant, [`const_policy!`](crate::const_policy) turns a bad setting into a compile error.
///
/// # Example
///
/// ```
/// use asyncpoll::{Policy, PolicyBuilder, PolicyError};
/// use core::time::Duration;
///
/// const BUILDER: PolicyBuilder = Policy::builder()
///     .initial_wait(Duration::from_millis(250))
///     .no_max_wait()
///     .max_polls(20);
///
/// let policy = BUILDER.build()?;
/// assert_eq!(policy.schedule().count(), 20);
/// # Ok::<(), PolicyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "builders do nothing until `build` is called"]
pub struct PolicyBuilder {
    pub(super) head_start: Option<Duration>,
    pub(super) initial_wait: Duration,
    pub(super) multiplier: (u32, u32),
    pub(super) max_backoff: Duration,
    pub(super) jitter: Jitter,
    pub(super) max_wait: Option<Duration>,
    pub(super) max_polls: Option<u32>,
    pub(super) max_consecutive_errors: Option<u32>,
}

impl PolicyBuilder {
    /// The policy of a builder on which no setter was called.
    pub(super) const CONSTANTS: Policy = crate::const_policy!(Self::new());

    pub(super) const fn new() -> Self {
        Self {
            head_start: None,
            initial_wait: Duration::from_secs(5),
            multiplier: (3, 1),
            max_backoff: Duration::from_secs(5 * 60),
            jitter: Jitter::PlusMinus(20),
            max_wait: Some(Duration::from_secs(10 * 60)),
            max_polls: None,
            max_consecutive_errors: None,
        }
    }

    pub(super) const fn from_policy(policy: Policy) -> Self {
        Self {
            head_start: policy.head_start(),
            initial_wait: policy.initial_wait(),
            multiplier: policy.multiplier(),
            max_backoff: policy.max_backoff(),
            jitter: policy.jitter(),
            max_wait: policy.max_wait(),
            max_polls: policy.max_polls(),
            max_consecutive_errors: policy.max_consecutive_errors(),
        }
    }

    /// Sets how long the operation is known to take at least: the first wait alone is no shorter, and the ladder starts with the
    /// second. From 1 ns to `max_wait`; not set unless this is called.
    ///
    /// It is a hint that we give ourselves. Jitter never shortens it, but lengthens it by up to a fifth of it or of `initial_wait`,
    /// whichever is longer, and `max_backoff` does not shorten it. A hint of the server takes its place at the
    /// first poll; beside a transient error, the longer of both counts.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder()
    ///     .head_start(Duration::from_secs(90))
    ///     .jitter(Jitter::None)
    ///     .build()?;
    /// let seconds: Vec<u64> =
    ///     policy.schedule().map(|poll| poll.nominal.as_secs()).collect();
    /// assert_eq!(seconds, [0, 90, 95, 110, 155, 290, 590, 600]);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn head_start(mut self, wait: Duration) -> Self {
        self.head_start = Some(wait);
        self
    }

    /// Clears [`head_start`](Self::head_start): the first wait is the ladder's.
    ///
    /// ```
    /// use asyncpoll::Policy;
    /// use core::time::Duration;
    ///
    /// assert_eq!(
    ///     Policy::builder().head_start(Duration::from_secs(9)).no_head_start(),
    ///     Policy::builder()
    /// );
    /// ```
    pub const fn no_head_start(mut self) -> Self {
        self.head_start = None;
        self
    }

    /// Sets the base that the ladder starts at; 5 s unless this is called. At least 1 ns.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().initial_wait(Duration::from_secs(1)).build()?;
    /// assert_eq!(
    ///     policy.schedule().nth(1).map(|poll| poll.nominal),
    ///     Some(Duration::from_secs(1))
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn initial_wait(mut self, wait: Duration) -> Self {
        self.initial_wait = wait;
        self
    }

    /// Sets the ratio of one base to the one before, `numer / denom`; 3/1 unless this is called. At least one; 1/1 polls at
    /// regular intervals.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// let policy = Policy::builder().multiplier(3, 2).build()?;
    /// assert_eq!(
    ///     policy.schedule().nth(2).map(|poll| poll.nominal.as_millis()),
    ///     Some(12_500)
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn multiplier(mut self, numer: u32, denom: u32) -> Self {
        self.multiplier = (numer, denom);
        self
    }

    /// Sets the longest wait: the hard ceiling on all that the ladder produces, jitter included; 5 min unless this is called. At
    /// least `initial_wait`. It shortens neither a hint nor `head_start`, and ends nothing: that is [`max_wait`](Self::max_wait).
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().max_backoff(Duration::from_secs(5)).build()?;
    /// assert_eq!(
    ///     policy.schedule().nth(1).map(|poll| poll.latest),
    ///     Some(Duration::from_secs(5))
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_backoff(mut self, wait: Duration) -> Self {
        self.max_backoff = wait;
        self
    }

    /// Sets how far waits stray from their bases; [`Jitter::PlusMinus(20)`](Jitter::PlusMinus) unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy};
    ///
    /// let refused = Policy::builder().jitter(Jitter::PlusMinus(120)).build();
    /// assert_eq!(
    ///     refused.unwrap_err().to_string(),
    ///     "jitter is 120 %; it must be at most 100 %"
    /// );
    /// ```
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// Sets the time from the start of a poller to its deadline, not the longest wait, which is
    /// [`max_backoff`](Self::max_backoff); 10 min unless this is called. At least 1 ns.
    ///
    /// If the clock advances by each `Sleep` at least, it bounds the polls too: to 10 × `max_wait` / `initial_wait` + 3,
    /// whatever is drawn. An explicit `max_wait` takes precedence over the process-wide default.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().max_wait(Duration::from_secs(30)).build()?;
    /// assert_eq!(
    ///     policy.schedule().last().map(|poll| poll.latest),
    ///     Some(Duration::from_secs(30))
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = Some(wait);
        self
    }

    /// Sets no deadline. Without `max_polls` beside it, such a poller may go on for ever.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// let policy = Policy::builder().no_max_wait().build()?;
    /// assert!(policy.schedule().nth(10_000).is_some());
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn no_max_wait(mut self) -> Self {
        self.max_wait = None;
        self
    }

    /// Sets the number of polls, the first included, after which a poller gives up. At least 1; no limit unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// assert_eq!(Policy::builder().max_polls(3).build()?.schedule().count(), 3);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_polls(mut self, polls: u32) -> Self {
        self.max_polls = Some(polls);
        self
    }

    /// Clears [`max_polls`](Self::max_polls): there is no limit.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::builder().max_polls(3).no_max_polls(), Policy::builder());
    /// ```
    pub const fn no_max_polls(mut self) -> Self {
        self.max_polls = None;
        self
    }

    /// Sets the number of transient errors in a row, with no pending poll between them, at which a poller gives up. At least
    /// 1; no limit unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Decision, Outcome, Policy, PolicyError, Poller, Reason};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().max_consecutive_errors(1).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let decision = poller
    ///     .step(Outcome::<(), _>::transient("connection refused"), Duration::ZERO);
    /// let Decision::GaveUp(gave_up) = decision else { unreachable!() };
    /// assert_eq!(gave_up.reason, Reason::ConsecutiveErrors);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_consecutive_errors(mut self, errors: u32) -> Self {
        self.max_consecutive_errors = Some(errors);
        self
    }

    /// Clears [`max_consecutive_errors`](Self::max_consecutive_errors): there is no limit.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(
    ///     Policy::builder().max_consecutive_errors(3).no_max_consecutive_errors(),
    ///     Policy::builder()
    /// );
    /// ```
    pub const fn no_max_consecutive_errors(mut self) -> Self {
        self.max_consecutive_errors = None;
        self
    }

    /// Checks every setting and returns the policy.
    ///
    /// # Errors
    ///
    /// A [`PolicyError`] says which setting is wrong, its value and its limit.
    ///
    /// ```
    /// use asyncpoll::Policy;
    /// use core::time::Duration;
    ///
    /// let refused = Policy::builder().initial_wait(Duration::from_secs(600)).build();
    /// assert_eq!(
    ///     refused.unwrap_err().to_string(),
    ///     "initial_wait is 600 s; it must be at most max_backoff, 300 s"
    /// );
    /// ```
    pub const fn build(self) -> Result<Policy, PolicyError> {
        let ladder = checked!(self.ladder());
        let deadline = match checked!(optional_wait("max_wait", self.max_wait)) {
            Some(max_wait) => Some(Deadline::new(max_wait, &ladder)),
            None => None,
        };
        let head_start = checked!(optional_wait("head_start", self.head_start));
        if let (Some(first), Some(head_start), Some(last), Some(max_wait)) =
            (head_start, self.head_start, deadline, self.max_wait)
        {
            if first.get() > last.max_wait.get() {
                return Err(PolicyError::HeadStartAboveMaxWait { head_start, max_wait });
            }
        }
        Ok(Policy {
            head_start,
            ladder,
            deadline,
            max_polls: checked!(limit("max_polls", self.max_polls)),
            max_consecutive_errors: checked!(limit("max_consecutive_errors", self.max_consecutive_errors)),
        })
    }

    const fn ladder(&self) -> Result<Ladder, PolicyError> {
        let Self { initial_wait, max_backoff, multiplier: (numer, denom), .. } = *self;
        let first = checked!(wait("initial_wait", initial_wait));
        let ceiling = checked!(wait("max_backoff", max_backoff));
        if first.get() > ceiling.get() {
            return Err(PolicyError::InitialWaitAboveMaxBackoff { initial_wait, max_backoff });
        }
        let (lowest_numer, lowest_denom) = lowest_terms(numer, denom);
        let lowest_denom = match NonZeroU32::new(lowest_denom) {
            None => return Err(PolicyError::ZeroDenominator { numer }),
            Some(_) if numer < denom => return Err(PolicyError::MultiplierBelowOne { numer, denom }),
            Some(lowest_denom) => lowest_denom,
        };
        let jitter = match self.jitter {
            Jitter::PlusMinus(percent) if percent > 100 => return Err(PolicyError::JitterAboveHundred { percent }),
            Jitter::Decorrelated if ceiling.get().saturating_sub(first.get()) < first.get().div_ceil(DECORRELATED_ROOM) => {
                return Err(PolicyError::TooLittleToSpread { initial_wait, max_backoff });
            }
            Jitter::PlusMinus(0) => Jitter::None,
            jitter => jitter,
        };
        Ok(Ladder { initial_wait: first, max_backoff: ceiling, numer: lowest_numer, denom: lowest_denom, jitter })
    }
}

const fn wait(field: &'static str, value: Duration) -> Result<NonZeroU64, PolicyError> {
    match NonZeroU64::new(nanos::from_duration(value)) {
        None => Err(PolicyError::ZeroDuration { field }),
        Some(wait) if wait.get() > nanos::LONGEST => Err(PolicyError::TooLong { field, value }),
        Some(wait) => Ok(wait),
    }
}

const fn optional_wait(field: &'static str, value: Option<Duration>) -> Result<Option<NonZeroU64>, PolicyError> {
    match value {
        None => Ok(None),
        Some(value) => Ok(Some(checked!(wait(field, value)))),
    }
}

const fn limit(field: &'static str, value: Option<u32>) -> Result<Option<NonZeroU32>, PolicyError> {
    match value {
        None => Ok(None),
        Some(0) => Err(PolicyError::ZeroCount { field }),
        Some(count) => Ok(NonZeroU32::new(count)),
    }
}

/// Returns the ratio in its lowest terms, so that equal multipliers make equal policies; a zero stays what it is.
const fn lowest_terms(numer: u32, denom: u32) -> (u32, u32) {
    let (mut divisor, mut rest) = (numer, denom);
    while let Some(next) = divisor.checked_rem(rest) {
        (divisor, rest) = (rest, next);
    }
    match (numer.checked_div(divisor), denom.checked_div(divisor)) {
        (Some(numer), Some(denom)) => (numer, denom),
        _ => (0, 0),
    }
}
