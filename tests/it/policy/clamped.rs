//! What `build_clamped` makes of what `build` refuses.

use asyncpoll::{Jitter, Policy, PolicyBuilder};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{seconds, strategies};

const LONGEST: Duration = Duration::from_nanos(i64::MAX.unsigned_abs());
const NANOSECOND: Duration = Duration::from_nanos(1);

/// Asserts that what is refused becomes what is taken.
#[track_caller]
fn becomes(refused: PolicyBuilder, taken: PolicyBuilder) {
    assert!(refused.build().is_err(), "{refused:?} is not refused");
    assert_eq!(Ok(refused.build_clamped()), taken.build());
}

#[test]
fn a_duration_becomes_the_nearest() {
    let builder = Policy::builder();
    becomes(builder.head_start(Duration::ZERO), builder.head_start(NANOSECOND));
    becomes(builder.initial_wait(Duration::ZERO), builder.initial_wait(NANOSECOND));
    becomes(builder.max_hint(Duration::ZERO), builder.max_hint(NANOSECOND));
    becomes(builder.max_wait(Duration::ZERO), builder.max_wait(NANOSECOND));
    becomes(builder.max_hint(Duration::MAX), builder.max_hint(LONGEST));
    becomes(builder.max_wait(Duration::MAX), builder.max_wait(LONGEST));
    becomes(builder.max_backoff(Duration::MAX), builder.max_backoff(LONGEST));
    becomes(builder.max_backoff(Duration::ZERO), builder.max_backoff(NANOSECOND).initial_wait(NANOSECOND));
    becomes(builder.head_start(seconds(601.0)), builder.head_start(seconds(600.0)));
    becomes(builder.no_max_wait().head_start(Duration::MAX), builder.no_max_wait().head_start(LONGEST));
}

#[test]
fn initial_wait_leaves_the_room_that_jitter_needs() {
    let builder = Policy::builder().max_backoff(seconds(6.0));
    becomes(builder.initial_wait(seconds(7.0)), builder.initial_wait(seconds(6.0)));
    let above = builder.jitter(Jitter::Above(20));
    becomes(above.initial_wait(seconds(5.5)), above.initial_wait(seconds(5.0)));
    let decorrelated = builder.jitter(Jitter::Decorrelated);
    becomes(decorrelated.initial_wait(seconds(7.0)), decorrelated.initial_wait(seconds(5.0)));
    let least = [2, 1].map(Duration::from_nanos);
    for jitter in [Jitter::Above(100), Jitter::Decorrelated] {
        let tiny = Policy::builder().jitter(jitter).max_backoff(NANOSECOND);
        becomes(tiny, tiny.max_backoff(least[0]).initial_wait(least[1]));
    }
}

#[test]
fn a_percentage_a_count_and_a_multiplier_become_the_nearest() {
    let builder = Policy::builder();
    becomes(builder.jitter(Jitter::PlusMinus(101)), builder.jitter(Jitter::PlusMinus(100)));
    becomes(builder.jitter(Jitter::Above(255)), builder.jitter(Jitter::Above(100)));
    becomes(builder.hint_jitter(101), builder.hint_jitter(100));
    becomes(builder.max_polls(0), builder.max_polls(1));
    becomes(builder.max_consecutive_errors(0), builder.max_consecutive_errors(1));
    becomes(builder.multiplier(1, 2), builder.multiplier(1, 1));
    becomes(builder.multiplier(0, 0), builder.multiplier(1, 1));
    becomes(builder.multiplier(7, 0), builder.multiplier(u32::MAX, 1));
}

#[test]
fn a_table_becomes_the_nearest() {
    let builder = Policy::builder();
    let given = [Duration::ZERO, seconds(18.834), seconds(301.0)];
    becomes(builder.waits(&given), builder.waits(&[NANOSECOND, seconds(18.8), seconds(300.0)]));
    becomes(builder.waits(&[seconds(1.0); 9]), builder.waits(&[seconds(1.0); 8]));
    let decorrelated = builder.jitter(Jitter::Decorrelated);
    becomes(decorrelated.waits(&[seconds(1.0)]), decorrelated);
}

/// Any builder, most of which `build` refuses.
fn builders() -> impl Strategy<Value = PolicyBuilder> {
    let duration = || {
        (0..3_u64, any::<u32>()).prop_map(|(far, nanos)| match far {
            0 => Duration::from_nanos(u64::from(nanos) % 9),
            1 => Duration::from_nanos(nanos.into()),
            _ => Duration::new(u64::from(nanos) << 8, nanos % 1_000_000_000),
        })
    };
    let jitter = strategies::jitters(any::<u8>());
    let counts = (prop::option::of(0..2_u32), prop::option::of(0..2_u32), prop::option::of(any::<u8>()));
    let durations =
        (duration(), duration(), prop::option::of(duration()), prop::option::of(duration()), prop::option::of(duration()));
    (durations, prop::collection::vec(duration(), 0..11), jitter, (0..4_u32, 0..4_u32), counts).prop_map(
        |((initial_wait, max_backoff, head_start, max_hint, max_wait), waits, jitter, (numer, denom), counts)| {
            let (max_polls, max_consecutive_errors, hint_jitter) = counts;
            let builder = Policy::builder()
                .initial_wait(initial_wait)
                .max_backoff(max_backoff)
                .waits(&waits)
                .jitter(jitter)
                .multiplier(numer, denom);
            let builder = head_start.map_or(builder, |wait| builder.head_start(wait));
            let builder = max_hint.map_or(builder, |hint| builder.max_hint(hint));
            let builder = max_wait.map_or_else(|| builder.no_max_wait(), |wait| builder.max_wait(wait));
            let builder = max_polls.map_or(builder, |polls| builder.max_polls(polls));
            let builder = max_consecutive_errors.map_or(builder, |errors| builder.max_consecutive_errors(errors));
            hint_jitter.map_or(builder, |percent| builder.hint_jitter(percent))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// If a clamped setting were refused, the assertion in `build_clamped` would panic.
    #[test]
    fn whatever_is_given_a_policy_is_built(builder in builders()) {
        let policy = builder.build_clamped();
        prop_assert_eq!(policy.to_builder().build(), Ok(policy));
        if let Ok(built) = builder.build() {
            prop_assert_eq!(policy, built, "what is taken stays as it is");
        }
    }

    #[test]
    fn what_build_takes_stays_as_it_is(settings in strategies::settings()) {
        let policy = settings.policy();
        prop_assert_eq!(policy.to_builder().build_clamped(), policy);
    }
}
