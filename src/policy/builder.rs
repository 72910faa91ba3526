//! The builder: raw settings, and `build`, the one gate they pass.

use core::{
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

use super::{Policy, PolicyError, wait_list::WaitList};
use crate::{
    setting::checked,
    wait::{
        Deadline, Jitter, Ladder, Waits, nanos,
        waits::{self, MOST},
    },
};

/// What part of `initial_wait` there must be between it and `max_backoff` for `Decorrelated` jitter to spread anything.
const DECORRELATED_ROOM: u64 = 5;

/// The most by which jitter lengthens a hint or a head start, in percent, unless `hint_jitter` says otherwise.
const HINT_PERCENT: u8 = 20;

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
    pub(super) waits: WaitList,
    pub(super) initial_wait: Duration,
    pub(super) multiplier: (u32, u32),
    pub(super) max_backoff: Duration,
    pub(super) jitter: Jitter,
    pub(super) hint_jitter: Option<u8>,
    pub(super) max_hint: Option<Duration>,
    pub(super) max_wait: Option<Duration>,
    pub(super) last_poll: bool,
    pub(super) max_polls: Option<u32>,
    pub(super) max_consecutive_errors: Option<u32>,
}

impl PolicyBuilder {
    /// The policy of a builder on which no setter was called.
    pub(super) const CONSTANTS: Policy = crate::const_policy!(Self::new());

    pub(super) const fn new() -> Self {
        Self {
            head_start: None,
            waits: WaitList::new(&[]),
            initial_wait: Duration::from_secs(5),
            multiplier: (3, 1),
            max_backoff: Duration::from_secs(5 * 60),
            jitter: Jitter::PlusMinus(20),
            hint_jitter: None,
            max_hint: None,
            max_wait: Some(Duration::from_secs(10 * 60)),
            last_poll: true,
            max_polls: None,
            max_consecutive_errors: None,
        }
    }

    pub(super) const fn from_policy(policy: Policy) -> Self {
        Self {
            head_start: policy.head_start(),
            waits: policy.wait_list(),
            initial_wait: policy.initial_wait(),
            multiplier: policy.multiplier(),
            max_backoff: policy.max_backoff(),
            jitter: policy.jitter(),
            hint_jitter: policy.hint_jitter(),
            max_hint: policy.max_hint(),
            max_wait: policy.max_wait(),
            last_poll: policy.last_poll(),
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

    /// Sets the bases of the waits that follow the head start; the ladder starts after them. None unless this is called.
    ///
    /// At most 8, in any order, each of 1 ns to `max_backoff` and of at most three significant digits. Each is jittered as a wait of
    /// the ladder is, which makes a table of waits that was fitted to a log an ordinary policy. An outcome that is pending without a
    /// hint, or transient, takes the next; a pending one with a hint leaves the table where it is. The shortest of them
    /// takes the place of `initial_wait` wherever that stands for the shortest wait, if it is shorter.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder()
    ///     .head_start(Duration::from_secs(90))
    ///     .waits(&[2, 3, 30].map(Duration::from_secs))
    ///     .jitter(Jitter::None)
    ///     .build()?;
    /// let seconds: Vec<u64> =
    ///     policy.schedule().map(|poll| poll.nominal.as_secs()).collect();
    /// assert_eq!(seconds, [0, 90, 92, 95, 125, 130, 145, 190, 325, 600]);
    ///
    /// let refused = Policy::builder().waits(&[Duration::from_millis(18_834)]).build();
    /// assert_eq!(
    ///     refused.unwrap_err().to_string(),
    ///     "waits[0] is 18.834 s; it must have at most three significant digits, \
    ///      such as 18.8 s"
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn waits(mut self, waits: &[Duration]) -> Self {
        self.waits = WaitList::new(waits);
        self
    }

    /// Clears [`waits`](Self::waits): the ladder starts at once.
    ///
    /// ```
    /// use asyncpoll::Policy;
    /// use core::time::Duration;
    ///
    /// let waits = [Duration::from_secs(9)];
    /// assert_eq!(Policy::builder().waits(&waits).no_waits(), Policy::builder());
    /// ```
    pub const fn no_waits(self) -> Self {
        self.waits(&[])
    }

    /// Sets the base that the ladder starts at; 5 s unless this is called. At least 1 ns.
    ///
    /// It is also about the shortest wait that a server can bring about: a hint below it, zero too, is drawn as a wait of this base
    /// is. To obey shorter hints to the letter, make it shorter.
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

    /// Sets by how many percent a hint or a head start is lengthened at most. 0 to 100; unless this is called it follows from the
    /// [`Jitter`].
    ///
    /// With 0 a hint of `initial_wait` or more is kept to the nanosecond, beside a ladder that is jittered as ever.
    ///
    /// ```
    /// use asyncpoll::{Decision, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().hint_jitter(0).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let hint = Duration::from_secs(30);
    /// let hinted = Outcome::<()>::pending().retry_after(hint);
    /// assert_eq!(poller.step(hinted, Duration::ZERO), Decision::Sleep(hint));
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn hint_jitter(mut self, percent: u8) -> Self {
        self.hint_jitter = Some(percent);
        self
    }

    /// Clears [`hint_jitter`](Self::hint_jitter): it follows from the jitter.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// let builder = Policy::builder();
    /// assert_eq!(builder.hint_jitter(0).no_hint_jitter(), builder);
    /// ```
    pub const fn no_hint_jitter(mut self) -> Self {
        self.hint_jitter = None;
        self
    }

    /// Sets the longest hint that is believed: a longer one counts as this long. At least 1 ns; no limit unless this is called.
    ///
    /// It is for servers that send a date of another century. A poll may then be earlier than the server asked, and is never earlier
    /// than this. [`GaveUp::retry_after`](crate::GaveUp::retry_after) tells the hint as it was given.
    ///
    /// ```
    /// use asyncpoll::{Decision, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let policy = Policy::builder().max_hint(minute).hint_jitter(0).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let hinted = Outcome::<()>::pending().retry_after(Duration::MAX);
    /// assert_eq!(poller.step(hinted, Duration::ZERO), Decision::Sleep(minute));
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_hint(mut self, hint: Duration) -> Self {
        self.max_hint = Some(hint);
        self
    }

    /// Clears [`max_hint`](Self::max_hint): every hint is believed.
    ///
    /// ```
    /// use asyncpoll::Policy;
    /// use core::time::Duration;
    ///
    /// let hour = Duration::from_secs(3600);
    /// assert_eq!(Policy::builder().max_hint(hour).no_max_hint(), Policy::builder());
    /// ```
    pub const fn no_max_hint(mut self) -> Self {
        self.max_hint = None;
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

    /// Lets a poller give up at once, with [`Reason::MaxWait`](crate::Reason::MaxWait), if its next wait would end after the
    /// deadline.
    ///
    /// Unless this is called, such a wait is shortened, and the last poll is made at the deadline or a little before it. Without
    /// `max_wait` it changes nothing.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy, PolicyError};
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).no_last_poll().build()?;
    /// let seconds: Vec<u64> =
    ///     policy.schedule().map(|poll| poll.nominal.as_secs()).collect();
    /// assert_eq!(seconds, [0, 5, 20, 65, 200, 500]);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn no_last_poll(mut self) -> Self {
        self.last_poll = false;
        self
    }

    /// Lets a poller make a last poll at the deadline, as it does unless [`no_last_poll`](Self::no_last_poll) is called.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::builder().no_last_poll().last_poll(), Policy::builder());
    /// ```
    pub const fn last_poll(mut self) -> Self {
        self.last_poll = true;
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
    /// 1; no limit unless this is called. A poll that is throttled neither lengthens nor ends the run: its server is alive.
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
    /// assert_eq!(gave_up.reason, Reason::MaxConsecutiveErrors);
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
            Some(max_wait) => Some(Deadline::new(max_wait, &ladder, self.last_poll)),
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
            hint_jitter: self.hint_jitter,
            max_hint: checked!(optional_wait("max_hint", self.max_hint)),
            deadline,
            last_poll: self.last_poll,
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
        if let Some(percent @ 101..) = self.jitter.percentage() {
            return Err(PolicyError::JitterAboveHundred { percent });
        }
        let jitter = match self.jitter {
            Jitter::Above(percent) if first.get() > nanos::without_percent(percent, ceiling.get()).0 => {
                return Err(PolicyError::NoRoomAbove { initial_wait, max_backoff, percent });
            }
            Jitter::Decorrelated if self.waits.count > 0 => return Err(PolicyError::DecorrelatedWaits),
            Jitter::Decorrelated if ceiling.get().saturating_sub(first.get()) < first.get().div_ceil(DECORRELATED_ROOM) => {
                return Err(PolicyError::TooLittleToSpread { initial_wait, max_backoff });
            }
            jitter if matches!(jitter.percentage(), Some(0)) => Jitter::None,
            jitter => jitter,
        };
        let hint_percent = match self.hint_jitter {
            Some(percent @ 101..) => return Err(PolicyError::HintJitterAboveHundred { percent }),
            Some(percent) => percent,
            None => jitter.percent(HINT_PERCENT),
        };
        let (waits, least) = checked!(self.table(first, ceiling));
        Ok(Ladder {
            waits,
            initial_wait: first,
            least,
            max_backoff: ceiling,
            numer: lowest_numer,
            denom: lowest_denom,
            jitter,
            hint_percent,
            is_drawn: hint_percent > 0 || !matches!(jitter, Jitter::None),
        })
    }

    /// Returns the waits that go before the ladder, and the shortest of them and `least`.
    const fn table(&self, mut least: NonZeroU64, ceiling: NonZeroU64) -> Result<(Waits, NonZeroU64), PolicyError> {
        if self.waits.count > MOST as usize {
            return Err(PolicyError::TooManyWaits { count: self.waits.count });
        }
        let mut table = Waits::NONE;
        let (mut index, mut rest) = (0, self.waits.as_slice());
        while let [value, tail @ ..] = rest {
            let value = *value;
            let Some(wait) = NonZeroU64::new(nanos::from_duration(value)) else {
                return Err(PolicyError::ZeroWait { index });
            };
            if wait.get() > ceiling.get() {
                return Err(PolicyError::WaitAboveMaxBackoff { index, value, max_backoff: self.max_backoff });
            }
            if waits::rounded(wait.get()) != wait.get() {
                return Err(PolicyError::WaitTooPrecise { index, value });
            }
            if wait.get() < least.get() {
                least = wait;
            }
            table = table.and(wait.get());
            rest = tail;
            index = index.wrapping_add(1);
        }
        Ok((table, least))
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
