use asyncpoll::{
    Decision, Instant, Jitter, Outcome, Policy, Poller, const_policy,
    rand_core::Rng,
};
use core::time::Duration;

/// Mean: 4.49 polls, 60.2 s late. 7 polls at most.
pub const PRESENT: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_secs(5))
        .multiplier(3, 1)
        .max_backoff(Duration::from_secs(300))
        .jitter(Jitter::PlusMinus(20))
        .max_wait(Duration::from_secs(600))
);

/// Mean: 4.50 polls, 12.9 s late. 22 polls at most.
pub const FOUR_NUMBERS: Policy = const_policy!(
    Policy::builder()
        .head_start(Duration::from_secs(40))
        .initial_wait(Duration::from_secs(15))
        .multiplier(5, 4)
        .max_backoff(Duration::from_secs(40))
        .jitter(Jitter::PlusMinus(20))
        .max_wait(Duration::from_secs(600))
);

/// A table of waits, for `step_by_table`.
/// Mean: 4.45 polls, 13.0 s late. 20 polls at most.
pub const TABLE: Policy = const_policy!(
    Policy::builder()
        .head_start(Duration::from_millis(37_200))
        .initial_wait(Duration::from_millis(17_300))
        .multiplier(3, 1)
        .max_backoff(Duration::from_millis(63_360))
        .jitter(Jitter::PlusMinus(20))
        .max_wait(Duration::from_secs(600))
);

/// The base of each wait after the head start of `TABLE`.
pub const WAITS: [Duration; 15] = [
    Duration::from_millis(18_800),
    Duration::from_millis(17_300),
    Duration::from_millis(19_500),
    Duration::from_millis(31_400),
    Duration::from_millis(44_900),
    Duration::from_secs(40),
    Duration::from_millis(37_100),
    Duration::from_millis(37_100),
    Duration::from_millis(41_400),
    Duration::from_millis(39_100),
    Duration::from_millis(47_500),
    Duration::from_millis(40_100),
    Duration::from_millis(43_900),
    Duration::from_millis(48_200),
    Duration::from_millis(52_800),
];

/// Takes what a poll found, as `Poller::step` does. Make the poller from `TABLE`.
pub fn step_by_table<T, E, I: Instant, R: Rng>(
    poller: &mut Poller<I, R>,
    outcome: Outcome<T, E>,
    now: I,
) -> Decision<T, E> {
    let index = poller.polls().checked_sub(1);
    if let Some(&wait) = index.and_then(|index| WAITS.get(index as usize)) {
        poller.set_backoff(wait);
    }
    poller.step(outcome, now)
}
