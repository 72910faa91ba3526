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

use crate::{
    default_max_wait::default_max_wait,
    wait::{Deadline, Ladder},
};

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
    pub(crate) head_start: Option<NonZeroU64>,
    pub(crate) ladder: Ladder,
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

    const fn with_max_wait(self, max_wait: NonZeroU64) -> Self {
        Self { deadline: Some(Deadline::new(max_wait, &self.ladder)), ..self }
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
            .field("head_start", &self.head_start.map(duration))
            .field("initial_wait", &duration(self.ladder.initial_wait))
            .field("multiplier", &format_args!("{}/{}", self.ladder.numer, self.ladder.denom))
            .field("max_backoff", &duration(self.ladder.max_backoff))
            .field("jitter", &self.ladder.jitter)
            .field("max_wait", &self.deadline.map(|deadline| duration(deadline.max_wait)))
            .field("max_polls", &self.max_polls)
            .field("max_consecutive_errors", &self.max_consecutive_errors)
            .finish()
    }
}
