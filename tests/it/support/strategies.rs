//! What the property tests draw their inputs from.

use asyncpoll::Jitter;
use core::time::Duration;
use proptest::prelude::*;

use super::{
    every::JITTERS,
    poller_model::{Found, Settings},
    with_percent,
};

const LONGEST: u64 = i64::MAX.unsigned_abs();

/// Durations of a policy: everyday ones, tiny ones, and all up to the longest.
pub(crate) fn durations() -> impl Strategy<Value = u64> {
    prop_oneof![
        4 => 1_000_000..600_000_000_000_u64,
        2 => 1..1_000_u64,
        1 => 1..=LONGEST,
        1 => Just(LONGEST),
        1 => (0..63_u32).prop_map(|bit| 1 << bit),
    ]
}

/// Leaves a wait its first three digits.
pub(crate) fn three_digits(mut wait: u64) -> u64 {
    let mut power = 1;
    while wait > 999 {
        (wait, power) = (wait / 10, power * 10);
    }
    wait * power
}

/// Every kind of jitter, at times with any of these percentages.
pub(crate) fn jitters(percents: impl Strategy<Value = u8>) -> impl Strategy<Value = Jitter> {
    let kinds = prop::sample::select(JITTERS).prop_map(|(_, jitter)| jitter);
    (kinds, prop::option::weighted(0.4, percents))
        .prop_map(|(jitter, percent)| percent.and_then(|percent| with_percent(jitter, percent)).unwrap_or(jitter))
}

fn multipliers() -> impl Strategy<Value = (u32, u32)> {
    let any_ratio = (1..=u32::MAX, 1..=u32::MAX).prop_map(|(one, other)| (one.max(other), one.min(other)));
    prop_oneof![Just((1, 1)), Just((3, 1)), Just((3, 2)), (1..20_u32, 1..5_u32).prop_map(|(a, b)| (a + b, b)), any_ratio]
}

/// Every policy that `build` accepts.
pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let limits = (
        prop::option::of(durations()),
        prop::option::weighted(0.8, durations()),
        prop::option::weighted(0.3, prop_oneof![1..40_u32, Just(u32::MAX)]),
        prop::option::weighted(0.3, prop_oneof![1..5_u32, Just(u32::MAX)]),
    );
    let near = (0..20_u64, 100..800_u64, any::<bool>());
    let hints = (
        prop::option::weighted(0.2, prop_oneof![Just(0), 0..=100_u8]),
        prop::option::weighted(0.2, durations()),
        prop::bool::weighted(0.8),
        prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(durations(), 0..=8)],
    );
    (durations(), durations(), multipliers(), jitters(0..=100_u8), limits, near, hints)
        .prop_map(|(one, other, multiplier, jitter, limits, near, hints)| {
            let (hint_jitter, max_hint, last_poll, waits) = hints;
            let (head_start, max_wait, max_polls, max_consecutive_errors) = limits;
            // A ceiling just above initial_wait, and a deadline a few of those away, are where a wait is hardly the last.
            let (above, percent, is_near) = near;
            let ceiling = one.saturating_add(one / 100 * above).min(LONGEST);
            let other = if is_near { ceiling } else { other };
            let deadline = (u128::from(one) * u128::from(percent) / 100).clamp(1, LONGEST.into()) as u64;
            let max_wait = if is_near { max_wait.map(|_| deadline) } else { max_wait };
            let mut table = [None; 8];
            for (place, wait) in table.iter_mut().zip(waits) {
                *place = Some(three_digits(wait.min(one.max(other))));
            }
            Settings {
                head_start: head_start.map(|wait| wait.min(max_wait.unwrap_or(u64::MAX))),
                waits: if jitter == Jitter::Decorrelated { [None; 8] } else { table },
                initial_wait: one.min(other),
                max_backoff: one.max(other),
                multiplier,
                jitter,
                hint_jitter,
                max_hint,
                max_wait,
                last_poll,
                max_polls,
                max_consecutive_errors,
            }
        })
        .prop_filter("some kinds of jitter need room", |settings| {
            let percent = match settings.jitter {
                Jitter::Decorrelated => 20,
                Jitter::Above(percent) => u128::from(percent),
                _ => return true,
            };
            u128::from(settings.max_backoff) * 100 >= u128::from(settings.initial_wait) * (100 + percent)
        })
}

/// Hints from none and zero to the longest a header can say.
pub(crate) fn hints() -> impl Strategy<Value = Option<Duration>> {
    prop_oneof![
        20 => Just(None),
        2 => (0..700_000_000_000_u64).prop_map(|nanos| Some(Duration::from_nanos(nanos))),
        1 => Just(Some(Duration::ZERO)),
        1 => durations().prop_map(|nanos| Some(Duration::from_nanos(nanos))),
        1 => (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Some(Duration::new(seconds, nanos))),
        1 => Just(Some(Duration::MAX)),
    ]
}

/// What polls find: mostly nothing yet.
pub(crate) fn found() -> impl Strategy<Value = Found> {
    prop_oneof![
        10 => hints().prop_map(Found::Pending),
        5 => hints().prop_map(Found::Transient),
        3 => hints().prop_map(Found::Throttled),
        1 => Just(Found::Done),
        1 => Just(Found::Failed),
    ]
}
