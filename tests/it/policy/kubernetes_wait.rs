//! The waits of a `Backoff` of Kubernetes' package `wait`: what its tests show, in our words, and what ours does where that differs.
//!
//! The source of the facts is `pkg/util/wait/wait_test.go` of `k8s.io/apimachinery` at the commit eed236ceee2c of July 2026.

use asyncpoll::{Jitter, Outcome, PolicyBuilder, PolicyError, Poller};
use core::time::Duration;

use crate::support::{Tape, drive::drive, exact, seconds};

/// One interval of a second, as that package polls.
fn every_second() -> PolicyBuilder {
    exact().initial_wait(seconds(1.0)).multiplier(1, 1)
}

/// A `Backoff` without jitter: doubled from one second on.
fn doubled() -> PolicyBuilder {
    exact().initial_wait(seconds(1.0)).multiplier(2, 1)
}

/// The waits after the first polls, each drawn from `rng`.
fn waits<const N: usize>(builder: PolicyBuilder, rng: &Tape) -> [Duration; N] {
    let policy = builder.build().unwrap();
    let mut poll = 0;
    [(); N].map(|()| {
        poll += 1;
        policy.wait(poll, &mut rng.clone())
    })
}

#[test]
fn the_waits_of_a_backoff_are_multiplied_up_to_its_cap() {
    assert_eq!(waits(doubled(), &Tape::none()), [1.0, 2.0, 4.0].map(seconds));
    assert_eq!(waits(doubled().max_backoff(seconds(3.0)), &Tape::none()), [1.0, 2.0, 3.0, 3.0].map(seconds));
    let nanos = doubled().initial_wait(Duration::from_nanos(1)).max_backoff(Duration::from_nanos(10));
    assert_eq!(waits(nanos, &Tape::none()), [1, 2, 4, 8, 10, 10, 10].map(Duration::from_nanos));
}

/// There a factor of zero means that waits do not grow. Here that is a ratio of 1/1, because nothing of a ratio of zero says so.
#[test]
fn waits_of_a_factor_of_one_are_constant_and_a_factor_of_zero_is_refused() {
    assert_eq!(waits(every_second(), &Tape::none()), [seconds(1.0); 4]);
    assert_eq!(every_second().multiplier(0, 1).build(), Err(PolicyError::MultiplierBelowOne { numer: 0, denom: 1 }));
    assert_eq!(every_second().multiplier(0, 1).build_clamped(), every_second().build().unwrap());
}

/// There growth ends after a number of steps as well, and the count of steps is also the limit of the polls. Here a table of
/// waits says which wait is the last that differs, and `max_polls` is a limit and nothing else.
#[test]
fn growth_that_ends_after_some_steps_is_a_table_of_waits() {
    let two_steps = every_second().waits(&[1.0, 2.0].map(seconds)).initial_wait(seconds(4.0));
    assert_eq!(waits(two_steps, &Tape::none()), [1.0, 2.0, 4.0, 4.0, 4.0].map(seconds));
}

#[test]
fn jitter_lengthens_a_wait_by_up_to_its_factor_and_never_shortens_it() {
    let half = doubled().jitter(Jitter::Above(50));
    assert_eq!(waits(half, &Tape::lowest()), [1.0, 2.0, 4.0].map(seconds));
    assert_eq!(waits(half, &Tape::highest()), [1.5, 3.0, 6.0].map(seconds));
    let nanosecond = every_second().initial_wait(Duration::from_nanos(1)).jitter(Jitter::Above(100));
    assert_eq!(waits(nanosecond, &Tape::new([0, u64::MAX])), [1, 2, 1, 2, 1].map(Duration::from_nanos));
}

/// There the cap binds the wait before jitter, so that a cap of 3 s and a factor of 0.5 give waits of 4.5 s. Here `max_backoff`
/// binds what is slept, because it is what an operator is told; the window at the ceiling is moved down instead.
#[test]
fn jitter_does_not_reach_above_the_cap() {
    let capped = doubled().jitter(Jitter::Above(50)).max_backoff(seconds(3.0));
    assert_eq!(waits(capped, &Tape::lowest()), [1.0, 2.0, 2.0, 2.0].map(seconds));
    assert_eq!(waits(capped, &Tape::highest()), [1.5, 3.0, 3.0, 3.0].map(seconds));
}

/// There a factor of 4 is taken, and one below zero means no jitter. Here a percentage is at most 100 and never negative: waits
/// that stray by more are no longer those of the policy, and no jitter has a name.
#[test]
fn jitter_of_more_than_the_wait_is_refused() {
    assert_eq!(doubled().jitter(Jitter::Above(200)).build(), Err(PolicyError::JitterAboveHundred { percent: 200 }));
    assert_eq!(doubled().jitter(Jitter::Above(200)).build_clamped().jitter(), Jitter::Above(100));
    assert_eq!(waits(doubled().jitter(Jitter::None), &Tape::none()), [1.0, 2.0].map(seconds));
}

/// There a nil `Backoff` and a duration of zero never wait. Here that is refused, because polls without a wait between them are
/// what a policy is to prevent; a wrapper that cannot fail gets a nanosecond.
#[test]
fn a_wait_of_nothing_is_refused() {
    assert_eq!(every_second().initial_wait(Duration::ZERO).build(), Err(PolicyError::ZeroDuration { field: "initial_wait" }));
    let clamped = every_second().initial_wait(Duration::ZERO).max_polls(5).build_clamped();
    let mut poller = Poller::new(clamped, Tape::none(), Duration::ZERO);
    let third = drive(&mut poller, None, |number| Outcome::from((number == 3).then_some(())));
    assert_eq!((third.ended, third.sleeps), (Ok(()), vec![Duration::from_nanos(1); 2]));
}
