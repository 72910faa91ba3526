//! The policy: every number that shapes a schedule, checked once.

mod builder;
mod constant;
mod error;

use core::{
    fmt,
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

pub use builder::PolicyBuilder;
pub use error::PolicyError;

use crate::{Jitter, Schedule, deadline::Deadline, default_max_wait::default_max_wait, jitter::Window, ladder::Ladder};

/// How to poll: where the ladder starts, how it grows, how it is jittered, and when to stop.
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
/// assert_eq!(refused.unwrap_err().to_string(), "max_polls is 0; it must be at least 1");
/// # Ok::<(), PolicyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Policy {
    pub(crate) first_wait: Option<NonZeroU64>,
    pub(crate) ladder: Ladder,
    pub(crate) jitter: Jitter,
    pub(crate) deadline: Option<Deadline>,
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
    /// assert_eq!(patient, Policy::builder().max_polls(50).max_wait(Duration::from_secs(3600)).build()?);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn to_builder(self) -> PolicyBuilder {
        PolicyBuilder::from_policy(self)
    }

    /// Returns the times at which an operation that stays pending is polled, from the first poll to the last.
    ///
    /// ```
    /// use asyncpoll::Policy;
    ///
    /// let seconds: Vec<u64> = Policy::default().schedule().map(|poll| poll.nominal.as_secs()).collect();
    /// assert_eq!(seconds, [0, 5, 20, 65, 200, 500, 600]);
    /// ```
    pub fn schedule(&self) -> Schedule {
        Schedule::new(*self)
    }

    const fn with_max_wait(self, max_wait: NonZeroU64) -> Self {
        Self { deadline: Some(Deadline::new(max_wait, self.ladder.initial_wait, self.jitter)), ..self }
    }

    /// Returns the window of the wait that follows `base` on the ladder.
    #[inline]
    pub(crate) fn ladder_window(&self, base: u64) -> Window {
        let Self { ladder, jitter, .. } = self;
        jitter.window(base, ladder.first(), ladder.ceiling()).not_before(ladder.floor)
    }

    /// Returns the window of `first_wait`, which stands outside the ladder and its ceiling.
    #[inline]
    pub(crate) fn first_window(&self, first_wait: NonZeroU64) -> Window {
        self.jitter.window(first_wait.get(), first_wait.get(), u64::MAX).not_before(1)
    }

    /// Returns the window of a wait the server asked for. A hint below `initial_wait` is drawn as base₀'s wait is.
    #[inline]
    pub(crate) fn hint_window(&self, hint: u64) -> Window {
        let first = self.ladder.first();
        if hint < first {
            self.ladder_window(first).not_before(hint)
        } else {
            Window { earliest: hint, latest: hint.saturating_add(self.jitter.margin(hint)) }
        }
    }
}

/// The constants of [`Policy::builder`], with the process-wide default `max_wait` where one is set (`set_default_max_wait`).
impl Default for Policy {
    fn default() -> Self {
        let constants = PolicyBuilder::CONSTANTS;
        default_max_wait().map_or(constants, |max_wait| constants.with_max_wait(max_wait))
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let duration = |nanos: NonZeroU64| Duration::from_nanos(nanos.get());
        f.debug_struct("Policy")
            .field("first_wait", &self.first_wait.map(duration))
            .field("initial_wait", &duration(self.ladder.initial_wait))
            .field("multiplier", &format_args!("{}/{}", self.ladder.numer, self.ladder.denom))
            .field("max_backoff", &duration(self.ladder.max_backoff))
            .field("jitter", &self.jitter)
            .field("max_wait", &self.deadline.map(|deadline| duration(deadline.max_wait)))
            .field("max_polls", &self.max_polls)
            .field("max_consecutive_errors", &self.max_consecutive_errors)
            .finish()
    }
}
