use asyncpoll::{Jitter, Policy, const_policy};
use core::time::Duration;

/// Mean: 4.49 polls, 12.8 s late. 22 polls at most.
pub const POLLING: Policy = const_policy!(
    Policy::builder()
        .head_start(Duration::from_millis(36_700))
        .waits(&[
            Duration::from_millis(19_500),
            Duration::from_millis(17_500),
            Duration::from_millis(19_800),
            Duration::from_millis(31_400),
            Duration::from_millis(44_600),
        ])
        .initial_wait(Duration::from_millis(37_400))
        .multiplier(301, 300)
        .max_backoff(Duration::from_millis(53_800))
        .jitter(Jitter::PlusMinus(20))
        .max_wait(Duration::from_secs(600))
);
