//! The policy of the scenarios in which time is not the point.

use std::time::Duration;

use asyncpoll::{Policy, const_policy};

/// Polls often, and gives up only where a test would hang.
pub(crate) const PATIENCE: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_millis(200))
        .multiplier(2, 1)
        .max_backoff(Duration::from_secs(1))
        .max_wait(Duration::from_secs(120))
);
