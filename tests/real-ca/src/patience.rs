//! The policy where time is not the point.

use std::time::{Duration, Instant};

use anyhow::Result;
use asyncpoll::{Outcome, Policy, Poller, const_policy, poll_blocking, random_seed};

/// Polls often, and gives up only if a test would hang.
pub const PATIENCE: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_millis(100))
        .multiplier(2, 1)
        .max_backoff(Duration::from_secs(1))
        .max_wait(Duration::from_mins(2))
);

/// Polls until something has come that is not itself under test.
pub(crate) fn settle<T, E>(mut poll: impl FnMut() -> Outcome<T, E>) -> Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    Ok(poll_blocking(&mut poller, |_| poll())?)
}
