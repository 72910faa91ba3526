//! The policy: every number that shapes a schedule, checked once.

mod builder;
mod clamped;
#[cfg(feature = "serde")]
mod config;
mod constant;
mod default_max_wait;
mod error;
mod line;
mod poll_count;
mod schedule;
mod settings;
mod wait_after;
mod wait_list;

use core::{
    fmt,
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

#[cfg(target_has_atomic = "64")]
pub use default_max_wait::set_default_max_wait;
pub use {
    builder::PolicyBuilder,
    error::PolicyError,
    line::ParsePolicyError,
    schedule::{Schedule, ScheduledPoll},
};

use self::{default_max_wait::default_max_wait, settings::PolicySetting, wait_list::WaitList};
use crate::{
    setting,
    wait::{Deadline, Fit, Jitter, Ladder, Window, nanos},
};

/// How to poll: how long the waits are, how they grow, how far jitter moves them, and when to stop.
///
/// A policy is valid by construction: [`PolicyBuilder::build`] is the only way to one, and it is small, `Copy` and constant.
/// One policy serves any number of pollers.
///
/// # Example
///
/// ```
/// use asyncpoll::{Jitter, Policy, PolicyError};
/// use core::time::Duration;
///
/// let policy = Policy::builder()
///     .initial_wait(Duration::from_secs(2))
///     .multiplier(3, 2)
///     .max_backoff(Duration::from_secs(60))
///     .jitter(Jitter::Full)
///     .max_wait(Duration::from_secs(3600))
///     .build()?;
/// assert_ne!(policy, Policy::default());
///
/// let refused = Policy::builder().max_polls(0).build();
/// assert_eq!(
///     refused.unwrap_err().to_string(),
///     "max_polls is 0; it must be at least 1"
/// );
/// # Ok::<(), PolicyError>(())
/// ```
///
/// # Configuration
///
/// A policy is one line, or a table in a file. Either way, what is absent is as in [`Policy::default`], and what no policy has is
/// refused in the words of [`PolicyError`].
///
/// | setting | in a line | in a file |
/// |---|---|---|
/// | `head_start` | `>=90s`, or nothing | `"90s"`, or `"none"` |
/// | `waits` | `[2s,30s]`, or nothing | `["2s", "30s"]`, `"2s, 30s"`, or `"none"` |
/// | `initial_wait` | `5s`: the first duration that stands alone | `"5s"` |
/// | `multiplier` | `x3`, `x1.5`, `x3/2` | `3`, `1.5`, `"3/2"` |
/// | `max_backoff` | `<=5m` | `"5m"` |
/// | `jitter` | `+-20%`, `+20%`, `full`, `equal`, `decorrelated`; `+-0%` is none | `"20%"`, `"+20%"`, `"full"`, `"equal"`, `"decorrelated"`, `"none"` |
/// | `hint_jitter` | `hint+10%`, or nothing | `"10%"`, or `"default"` |
/// | `max_hint` | `hint<=1h`, or nothing | `"1h"`, or `"none"` |
/// | `max_wait` | `10m`: the second duration that stands alone; or `forever` | `"10m"`, or `"none"` |
/// | `last_poll` | `nolastpoll`, or nothing | `false`, or `true` |
/// | `max_polls` | `40polls`, or nothing | `40`, or `"none"` |
/// | `max_consecutive_errors` | `3errors`, or nothing | `3`, or `"none"` |
///
/// A ratio may be a decimal, which is read as it is written: 1.1 is 11/10.
///
/// ## One line
///
/// A policy can be parsed from a line such as `5s x3 <=5m +-20% 10m`, which is the default, and shows itself as one: for a flag
/// or a variable of the environment. The grammar:
///
/// ```text
/// policy   = word { " " word }           in any order, each setting once at most
/// word     = ">=" duration | "[" duration { "," duration } "]" | duration
///          | "x" ratio | "<=" duration
///          | "+-" number "%" | "+" number "%" | "full" | "equal" | "decorrelated"
///          | "hint+" number "%" | "hint<=" duration
///          | "forever" | "nolastpoll" | number "polls" | number "errors"
/// duration = part { part }               as in 1h30m, the longest unit first
/// part     = decimal unit
/// unit     = "d" | "h" | "m" | "s" | "ms" | "us" | "ns"
/// ratio    = decimal | number "/" number
/// ```
///
/// ```
/// use asyncpoll::{ParsePolicyError, Policy};
/// use core::time::Duration;
///
/// // std::env::var("ORDER_POLLING"), say.
/// let variable = "2s x3/2 <=1m 1h 200polls";
/// let policy: Policy = variable.parse()?;
/// assert_eq!(policy.max_wait(), Some(Duration::from_secs(3600)));
/// assert_eq!(policy.to_string(), "2s x3/2 <=1m +-20% 1h 200polls");
/// # Ok::<(), ParsePolicyError>(())
/// ```
///
/// With clap, a policy is an argument like a number: `#[arg(long)] policy: Policy`.
///
/// ## A file
///
/// With the feature `serde`, a policy is read from any format and written to it. What is wrong is refused where it stands.
/// Durations have other forms there too, `"1h 30m"`, `"PT5S"`, `"00:05:00"`; a day has 24 hours. Numbers may be strings, as
/// variables of the environment are, and a null is `"none"`, as is the `None` of RON. A compact format that keeps no names, such
/// as `MessagePack` or postcard, has the values as text in the order of the debug text.
///
/// ```
/// # #[cfg(feature = "serde")] {
/// use asyncpoll::{Jitter, Policy};
/// use core::time::Duration;
///
/// let policy: Policy = toml::from_str(
///     r#"
///         initial_wait = "10s"
///         multiplier = 1.5
///         jitter = "full"
///         max_wait = "3d"
///     "#,
/// )?;
/// assert_eq!((policy.multiplier(), policy.jitter()), ((3, 2), Jitter::Full));
/// assert_eq!(policy.max_wait(), Some(Duration::from_secs(3 * 24 * 3600)));
/// # }
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    pub(crate) head_start: Option<NonZeroU64>,
    pub(crate) ladder: Ladder,
    pub(crate) max_hint: Option<NonZeroU64>,
    pub(crate) deadline: Option<Deadline>,
    /// A wait that is too long for the deadline is shortened.
    last_poll: bool,
    hint_jitter: Option<u8>,
    pub(crate) max_polls: Option<NonZeroU32>,
    pub(crate) max_consecutive_errors: Option<NonZeroU32>,
}

impl Policy {
    /// Returns a builder that starts from the constants: 5 s, tripled up to 5 min, ±20 %, for 10 min at most.
    ///
    /// It is `const` and so cannot see a process-wide default `max_wait`; [`Policy::default`] does, and
    /// `Policy::default().to_builder()` carries it on.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::builder().build(), Ok(Policy::default()));
    /// ```
    pub const fn builder() -> PolicyBuilder {
        PolicyBuilder::new()
    }

    /// Returns a builder that starts from this policy, to make another from it.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let base = Policy::builder().max_polls(50).build()?;
    /// let patient = base.to_builder().max_wait(Duration::from_secs(3600)).build()?;
    /// assert_eq!(
    ///     patient,
    ///     Policy::builder()
    ///         .max_polls(50)
    ///         .max_wait(Duration::from_secs(3600))
    ///         .build()?
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn to_builder(self) -> PolicyBuilder {
        PolicyBuilder::from_policy(self)
    }

    /// Returns how long the operation is known to take at least, if that is set.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::default().head_start(), None);
    /// ```
    pub const fn head_start(&self) -> Option<Duration> {
        optional(self.head_start)
    }

    /// Returns the bases of the waits that go before the ladder.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let waits = [2, 30].map(Duration::from_secs);
    /// let policy = Policy::builder().waits(&waits).build()?;
    /// assert!(policy.waits().eq(waits));
    /// assert_eq!(Policy::default().waits().count(), 0);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn waits(&self) -> impl Iterator<Item = Duration> + Clone + use<> {
        let waits = self.ladder.waits;
        (0..).map_while(move |index| waits.get(index)).map(Duration::from_nanos)
    }

    /// Returns the base that the ladder starts at.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::default().initial_wait().as_secs(), 5);
    /// ```
    pub const fn initial_wait(&self) -> Duration {
        Duration::from_nanos(self.ladder.initial_wait.get())
    }

    /// Returns the ratio of one base to the one before as numerator and denominator, in lowest terms.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// assert_eq!(
    ///     Policy::builder().multiplier(1500, 1000).build()?.multiplier(),
    ///     (3, 2)
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn multiplier(&self) -> (u32, u32) {
        (self.ladder.numer, self.ladder.denom.get())
    }

    /// Returns the longest wait of the ladder.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::default().max_backoff().as_secs(), 300);
    /// ```
    pub const fn max_backoff(&self) -> Duration {
        Duration::from_nanos(self.ladder.max_backoff.get())
    }

    /// Returns how far waits stray from their bases; `PlusMinus(0)` is `None`.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy};
    ///
    /// assert_eq!(Policy::default().jitter(), Jitter::PlusMinus(20));
    /// ```
    pub const fn jitter(&self) -> Jitter {
        self.ladder.jitter
    }

    /// Returns by how many percent a hint is lengthened at most, if that is set and does not follow from the jitter.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// let policy = Policy::builder().hint_jitter(0).build()?;
    /// assert_eq!(policy.hint_jitter(), Some(0));
    /// assert_eq!(Policy::default().hint_jitter(), None);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn hint_jitter(&self) -> Option<u8> {
        self.hint_jitter
    }

    /// Returns the longest hint that is taken as it is, if it is limited.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let hour = Duration::from_secs(3600);
    /// let policy = Policy::builder().max_hint(hour).build()?;
    /// assert_eq!(policy.max_hint(), Some(hour));
    /// assert_eq!(Policy::default().max_hint(), None);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_hint(&self) -> Option<Duration> {
        optional(self.max_hint)
    }

    /// Returns the time from the start of a poller to its deadline, if it has one.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// assert_eq!(Policy::builder().no_max_wait().build()?.max_wait(), None);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn max_wait(&self) -> Option<Duration> {
        match self.deadline {
            Some(deadline) => Some(Duration::from_nanos(deadline.max_wait.get())),
            None => None,
        }
    }

    /// Returns whether a wait that is too long is shortened, so that a last poll is made at the deadline.
    ///
    /// ```
    /// use asyncpoll::{Policy, PolicyError};
    ///
    /// assert!(Policy::default().last_poll());
    /// assert!(!Policy::builder().no_last_poll().build()?.last_poll());
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn last_poll(&self) -> bool {
        self.last_poll
    }

    /// Returns the number of polls after which a poller gives up, if it is limited.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::default().max_polls(), None);
    /// ```
    pub const fn max_polls(&self) -> Option<u32> {
        count(self.max_polls)
    }

    /// Returns the number of transient errors in a row at which a poller gives up, if it is limited.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// assert_eq!(Policy::default().max_consecutive_errors(), None);
    /// ```
    pub const fn max_consecutive_errors(&self) -> Option<u32> {
        count(self.max_consecutive_errors)
    }

    const fn wait_list(&self) -> WaitList {
        WaitList::of(self.ladder.waits)
    }

    /// Returns how long a hint counts, in nanoseconds.
    #[inline]
    pub(crate) fn believed(&self, hint: Duration) -> u64 {
        let hint = nanos::from_duration(hint);
        self.max_hint.map_or(hint, |max_hint| hint.min(max_hint.get()))
    }

    /// Returns what becomes of the wait that `choose` takes from `window`, as [`Deadline::fit`] does, if it may be shortened.
    pub(crate) fn fit(
        &self,
        deadline: Deadline,
        left: u64,
        window: Window,
        asked: Option<u64>,
        choose: impl FnOnce(Window) -> u64,
    ) -> Fit {
        if self.last_poll {
            return deadline.fit(&self.ladder, left, window, asked, choose);
        }
        match choose(window) {
            wait if wait > left => Fit::TooLong,
            wait => Fit::Whole(wait),
        }
    }

    const fn with_max_wait(self, max_wait: NonZeroU64) -> Self {
        Self { deadline: Some(Deadline::new(max_wait, &self.ladder, self.last_poll)), ..self }
    }
}

const fn optional(nanos: Option<NonZeroU64>) -> Option<Duration> {
    match nanos {
        None => None,
        Some(nanos) => Some(Duration::from_nanos(nanos.get())),
    }
}

const fn count(count: Option<NonZeroU32>) -> Option<u32> {
    match count {
        None => None,
        Some(count) => Some(count.get()),
    }
}

/// The constants of [`Policy::builder`], with the process-wide default `max_wait` if one is set (`set_default_max_wait`).
impl Default for Policy {
    fn default() -> Self {
        let constants = PolicyBuilder::CONSTANTS;
        default_max_wait().map_or(constants, |max_wait| constants.with_max_wait(max_wait))
    }
}

/// Shows every setting in units, as a file of configuration has it.
impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        setting::debug::<PolicySetting>("Policy", self, f)
    }
}
