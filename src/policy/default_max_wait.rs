//! The process-wide default `max_wait`: the one place with global state.

use core::num::NonZeroU64;

#[cfg(target_has_atomic = "64")]
use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

#[cfg(target_has_atomic = "64")]
use crate::wait::nanos;

/// In nanoseconds; zero if none is set.
#[cfg(target_has_atomic = "64")]
static DEFAULT_MAX_WAIT: AtomicU64 = AtomicU64::new(0);

/// Sets the `max_wait` of every [`Policy::default`](crate::Policy::default) made from now on in this process.
///
/// It is for the operator of the program, once at its start: an explicit
/// [`max_wait`](crate::PolicyBuilder::max_wait) takes precedence over it, and this default over the constant, 10 min. `None` or zero
/// clears it; more than 292 years is taken for 292 years. [`Policy::builder`](crate::Policy::builder) is `const` and does not see it;
/// `Policy::default().to_builder()` does. Only on targets with 64-bit atomics.
///
/// # Example
///
/// ```
/// use asyncpoll::{Policy, set_default_max_wait};
/// use core::time::Duration;
///
/// let end =
///     |policy: Policy| policy.schedule().last().map(|poll| poll.latest.as_secs());
///
/// set_default_max_wait(Duration::from_secs(1800));
/// assert_eq!(end(Policy::default()), Some(1800));
/// set_default_max_wait(None);
/// assert_eq!(end(Policy::default()), Some(600));
/// ```
#[cfg(target_has_atomic = "64")]
pub fn set_default_max_wait(max_wait: impl Into<Option<Duration>>) {
    let nanos = max_wait.into().map_or(0, nanos::from_duration).min(nanos::LONGEST);
    DEFAULT_MAX_WAIT.store(nanos, Ordering::Relaxed);
}

pub(crate) fn default_max_wait() -> Option<NonZeroU64> {
    #[cfg(target_has_atomic = "64")]
    return NonZeroU64::new(DEFAULT_MAX_WAIT.load(Ordering::Relaxed));
    #[cfg(not(target_has_atomic = "64"))]
    return None;
}
