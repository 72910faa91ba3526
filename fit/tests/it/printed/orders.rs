use asyncpoll::{Jitter, Policy, const_policy};
use core::time::Duration;

/// Mean: 4.49 polls, 12.8 s late. 22 polls at most.
pub const POLLING: Policy = const_policy!(
    Policy::builder()
        .head_start(Duration::from_millis(36_700))
        .waits(&[
            Duration::from_millis(19_300),
            Duration::from_millis(17_300),
            Duration::from_millis(19_600),
            Duration::from_millis(31_200),
            Duration::from_millis(44_200),
        ])
        .initial_wait(Duration::from_millis(38_300))
        .multiplier(1, 1)
        .jitter(Jitter::PlusMinus(20))
        .max_wait(Duration::from_secs(600))
);
