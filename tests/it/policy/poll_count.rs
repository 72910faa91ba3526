//! `Policy::polls`: the fewest and the most polls, exactly.

use asyncpoll::{Decision, Outcome, Policy, PolicyBuilder, Poller};
use core::{ops::RangeInclusive, time::Duration};
use proptest::prelude::*;

use crate::support::{Tape, every::JITTERS, exact, seconds, strategies};

fn polls(builder: PolicyBuilder) -> Option<RangeInclusive<u64>> {
    builder.build().unwrap().polls()
}

#[test]
fn policies_worked_out_by_hand() {
    assert_eq!(polls(Policy::builder()), Some(7..=7));
    assert_eq!(polls(exact()), Some(7..=7));
    assert_eq!(polls(exact().max_wait(seconds(20.0))), Some(3..=3));
    assert_eq!(polls(exact().max_wait(seconds(1e-9))), Some(2..=2));
    assert_eq!(polls(exact().max_polls(4)), Some(4..=4));
    assert_eq!(polls(exact().no_max_wait()), None);
    assert_eq!(polls(Policy::builder().no_max_wait().max_polls(9)), Some(9..=9));
    // Every 10 s under a ceiling of as much: from 10 × 60 s to 8 × 75 s.
    let constant = Policy::builder().initial_wait(seconds(10.0)).max_backoff(seconds(10.0));
    assert_eq!(polls(constant), Some(61..=76));
}

#[test]
fn a_million_years_of_polls_are_not_counted_one_by_one() {
    let longest = Duration::from_nanos(i64::MAX.unsigned_abs());
    let builder = exact().initial_wait(Duration::from_nanos(1)).max_wait(longest);
    assert_eq!(polls(builder.multiplier(1, 1)), Some((1 << 63)..=(1 << 63)));
    assert_eq!(polls(builder.max_backoff(Duration::from_nanos(3))).unwrap().start().ilog2(), 61);
    assert_eq!(polls(builder.multiplier(u32::MAX, u32::MAX - 1)), None, "that ladder has billions of bases");
    assert_eq!(polls(builder.multiplier(u32::MAX, u32::MAX - 1).max_polls(50)), Some(50..=50));
}

/// Polls an operation that stays pending to the end, and returns the number of polls; `None` after 3,000 of them.
fn polled(policy: Policy, tape: Tape) -> Option<u64> {
    let mut poller = Poller::new(policy, tape, Duration::ZERO);
    let mut now = Duration::ZERO;
    for _ in 0..3_000 {
        match poller.step(Outcome::<()>::pending(), now) {
            Decision::Sleep(wait) => now += wait,
            _ => return Some(poller.polls().into()),
        }
    }
    None
}

/// Policies of some nanoseconds, whose windows are so small that some draws in a hundred are at their ends.
fn tiny() -> impl Strategy<Value = Policy> {
    let kinds = prop::sample::select(JITTERS.to_vec());
    (5..60_u64, 0..300_u64, 1..400_u64, 1..4_u32, kinds, prop::option::of(1..400_u64)).prop_filter_map(
        "decorrelated jitter needs room",
        |(initial_wait, above, max_wait, multiplier, (_, jitter), head_start)| {
            let nanos = Duration::from_nanos;
            let builder = Policy::builder()
                .initial_wait(nanos(initial_wait))
                .max_backoff(nanos(initial_wait + above))
                .multiplier(multiplier, 1)
                .jitter(jitter)
                .max_wait(nanos(max_wait));
            head_start.map_or(builder, |wait| builder.head_start(nanos(wait.min(max_wait)))).build().ok()
        },
    )
}

/// Draws from both ends and from anywhere.
fn tapes() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![Just(0), Just(u64::MAX), any::<u64>()], 1..40)
}

/// Asserts that `tape` leads to a number between the two, and that the ends of all windows lead to the two.
fn assert_exact(policy: Policy, tape: &[u64]) -> Result<(), TestCaseError> {
    let Some(polls) = policy.polls() else { return Ok(()) };
    prop_assume!(*polls.end() < 3_000);
    prop_assert_eq!(polled(policy, Tape::lowest()), Some(*polls.end()), "the most of {:?}", policy);
    prop_assert_eq!(polled(policy, Tape::highest()), Some(*polls.start()), "the fewest of {:?}", policy);
    let drawn = polled(policy, Tape::new(tape)).unwrap();
    prop_assert!(polls.contains(&drawn), "{drawn} polls are not within {polls:?} of {policy:?}");
    Ok(())
}

proptest! {
    #[test]
    fn they_are_reached_and_never_passed(settings in strategies::settings(), tape in tapes()) {
        assert_exact(settings.policy(), &tape)?;
    }

    #[test]
    fn nor_are_those_of_tiny_policies(policy in tiny(), tape in tapes()) {
        assert_exact(policy, &tape)?;
    }
}
