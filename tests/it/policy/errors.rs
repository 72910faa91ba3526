//! What `build` refuses, and its sentences.

use asyncpoll::{Jitter, Policy, PolicyBuilder, PolicyError};
use core::time::Duration;

use crate::support::{assert_names_settings, every::JITTERS, seconds, with_percent};

const LONGEST: Duration = Duration::from_nanos(i64::MAX.unsigned_abs());

#[track_caller]
fn refused(builder: PolicyBuilder, error: PolicyError, sentence: &str) {
    assert_eq!(builder.build(), Err(error));
    assert_eq!(error.to_string(), sentence);
    assert_names_settings(sentence, &builder);
}

#[test]
fn zero_durations() {
    let builder = Policy::builder();
    let zero = Duration::ZERO;
    for (builder, field) in [
        (builder.head_start(zero), "head_start"),
        (builder.initial_wait(zero), "initial_wait"),
        (builder.max_backoff(zero), "max_backoff"),
        (builder.max_hint(zero), "max_hint"),
        (builder.max_wait(zero), "max_wait"),
    ] {
        refused(builder, PolicyError::ZeroDuration { field }, &format!("{field} is 0 s; it must be at least 1 ns"));
    }
}

#[test]
fn zero_counts() {
    let builder = Policy::builder();
    for (builder, field) in [(builder.max_polls(0), "max_polls"), (builder.max_consecutive_errors(0), "max_consecutive_errors")]
    {
        refused(builder, PolicyError::ZeroCount { field }, &format!("{field} is 0; it must be at least 1"));
    }
}

#[test]
fn durations_above_292_years() {
    let builder = Policy::builder();
    let value = LONGEST + Duration::from_nanos(1);
    for (builder, field) in [
        (builder.head_start(value), "head_start"),
        (builder.initial_wait(value).max_backoff(LONGEST), "initial_wait"),
        (builder.max_backoff(value), "max_backoff"),
        (builder.max_wait(value), "max_wait"),
    ] {
        let sentence = format!("{field} is 9223372036.854775808 s; it must be at most 9223372036.854775807 s");
        refused(builder, PolicyError::TooLong { field, value }, &sentence);
    }
    refused(
        builder.max_wait(Duration::MAX),
        PolicyError::TooLong { field: "max_wait", value: Duration::MAX },
        "max_wait is 584542046090 years; it must be at most 292 years",
    );
}

#[test]
fn multipliers_that_shrink_or_divide_by_zero() {
    let builder = Policy::builder();
    refused(
        builder.multiplier(4, 6),
        PolicyError::MultiplierBelowOne { numer: 4, denom: 6 },
        "multiplier is 4/6; it must be at least 1/1",
    );
    refused(
        builder.multiplier(u32::MAX - 1, u32::MAX),
        PolicyError::MultiplierBelowOne { numer: u32::MAX - 1, denom: u32::MAX },
        "multiplier is 4294967294/4294967295; it must be at least 1/1",
    );
    refused(
        builder.multiplier(3, 0),
        PolicyError::ZeroDenominator { numer: 3 },
        "multiplier is 3/0; its denominator must be at least 1",
    );
    refused(
        builder.multiplier(0, 0),
        PolicyError::ZeroDenominator { numer: 0 },
        "multiplier is 0/0; its denominator must be at least 1",
    );
    refused(
        builder.multiplier(0, 7),
        PolicyError::MultiplierBelowOne { numer: 0, denom: 7 },
        "multiplier is 0/7; it must be at least 1/1",
    );
}

#[test]
fn jitter_above_100_percent() {
    refused(
        Policy::builder().jitter(Jitter::PlusMinus(101)),
        PolicyError::JitterAboveHundred { percent: 101 },
        "jitter is 101 %; it must be at most 100 %",
    );
}

#[test]
fn a_ladder_that_starts_above_its_ceiling() {
    refused(
        Policy::builder().initial_wait(seconds(300.000_000_001)),
        PolicyError::InitialWaitAboveMaxBackoff { initial_wait: seconds(300.000_000_001), max_backoff: seconds(300.0) },
        "initial_wait is 300.000000001 s; it must be at most max_backoff, 300 s",
    );
    refused(
        Policy::builder().initial_wait(LONGEST).max_backoff(LONGEST - Duration::from_nanos(1)),
        PolicyError::InitialWaitAboveMaxBackoff { initial_wait: LONGEST, max_backoff: LONGEST - Duration::from_nanos(1) },
        "initial_wait is 9223372036.854775807 s; it must be at most max_backoff, 9223372036.854775806 s",
    );
}

#[test]
fn decorrelated_jitter_with_nothing_to_spread_over() {
    let builder = Policy::builder().initial_wait(seconds(0.25)).jitter(Jitter::Decorrelated);
    for (max_backoff, shown) in [(seconds(0.25), "0.25 s"), (seconds(0.299_999_999), "0.299 s")] {
        refused(
            builder.max_backoff(max_backoff),
            PolicyError::TooLittleToSpread { initial_wait: seconds(0.25), max_backoff },
            &format!("max_backoff is {shown}; with decorrelated jitter it must be at least 6/5 of initial_wait, 0.25 s"),
        );
    }
    assert!(builder.max_backoff(seconds(0.3)).build().is_ok());
    assert!(builder.initial_wait(Duration::from_nanos(1)).max_backoff(Duration::from_nanos(2)).build().is_ok());
}

#[test]
fn a_head_start_that_ends_after_the_deadline() {
    refused(
        Policy::builder().head_start(seconds(600.000_000_001)),
        PolicyError::HeadStartAboveMaxWait { head_start: seconds(600.000_000_001), max_wait: seconds(600.0) },
        "head_start is 600.000000001 s; it must be at most max_wait, 600 s",
    );
    let (head_start, max_wait) = (seconds(601.234_567), seconds(0.000_999_999));
    refused(
        Policy::builder().head_start(head_start).max_wait(max_wait),
        PolicyError::HeadStartAboveMaxWait { head_start, max_wait },
        "head_start is 601.234 s; it must be at most max_wait, 999999 ns",
    );
    assert!(Policy::builder().head_start(seconds(600.0)).build().is_ok());
    assert!(Policy::builder().head_start(seconds(6000.0)).no_max_wait().build().is_ok());
}

#[test]
fn multipliers_are_kept_in_their_lowest_terms() {
    let policy = |numer, denom| Policy::builder().multiplier(numer, denom).build().unwrap();
    assert_eq!(policy(1500, 1000), policy(3, 2));
    assert_eq!(policy(u32::MAX, u32::MAX), policy(1, 1));
    assert_ne!(policy(3, 2), policy(2, 1));
}

#[test]
fn the_order_of_setters_does_not_matter() {
    let (short, long) = (seconds(1.0), seconds(1000.0));
    let one = Policy::builder().initial_wait(long).max_backoff(long).initial_wait(short);
    let other = Policy::builder().max_backoff(long).initial_wait(short);
    assert_eq!(one.build().unwrap(), other.build().unwrap());
}

#[test]
fn everything_up_to_its_limit_is_accepted() {
    let nanosecond = Duration::from_nanos(1);
    let smallest = Policy::builder()
        .head_start(nanosecond)
        .initial_wait(nanosecond)
        .max_backoff(nanosecond)
        .multiplier(1, u32::MAX)
        .multiplier(u32::MAX, u32::MAX)
        .jitter(Jitter::PlusMinus(0))
        .max_wait(nanosecond)
        .max_polls(1)
        .max_consecutive_errors(1);
    let largest = Policy::builder()
        .head_start(LONGEST)
        .initial_wait(LONGEST)
        .max_backoff(LONGEST)
        .multiplier(u32::MAX, 1)
        .jitter(Jitter::PlusMinus(100))
        .max_wait(LONGEST)
        .max_polls(u32::MAX)
        .max_consecutive_errors(u32::MAX);
    for builder in [smallest, largest] {
        let policy = builder.build().unwrap();
        assert_eq!(policy.to_builder().build(), Ok(policy), "a policy's own builder gives it back");
    }
}

#[test]
fn what_was_set_can_be_taken_back() {
    let set = Policy::builder().head_start(LONGEST).max_wait(LONGEST).max_polls(1).max_consecutive_errors(1);
    let taken_back = set.no_head_start().no_max_wait().no_max_polls().no_max_consecutive_errors();
    assert_eq!(taken_back, Policy::builder().no_max_wait());
    let policy = taken_back.build().unwrap();
    assert_eq!(policy.to_builder(), taken_back, "no limit stays no limit");
}

#[test]
fn an_error_made_by_hand_leaves_out_what_does_not_fit() {
    let said = |field: &'static str| PolicyError::ZeroCount { field }.to_string();
    let named = |bytes: usize| &*("x".repeat(bytes % 2) + &"é".repeat(bytes / 2)).leak();
    let limit = " is 0; it must be at least 1";
    assert_eq!(said(named(227)), format!("{}{limit}", named(227)), "255 bytes fit");
    assert_eq!(said(named(228)), named(228));
    assert_eq!(said(named(255)), named(255));
    assert_eq!(said(named(256)), limit);
}

#[test]
fn waits_before_the_ladder() {
    let builder = Policy::builder();
    let value = seconds(400.0);
    refused(builder.waits(&[seconds(1.0); 9]), PolicyError::TooManyWaits { count: 9 }, "waits are 9; they must be at most 8");
    refused(
        builder.waits(&[seconds(1.0), Duration::ZERO]),
        PolicyError::ZeroWait { index: 1 },
        "waits[1] is 0 s; it must be at least 1 ns",
    );
    refused(
        builder.waits(&[value]),
        PolicyError::WaitAboveMaxBackoff { index: 0, value, max_backoff: seconds(300.0) },
        "waits[0] is 400 s; it must be at most max_backoff, 300 s",
    );
    let value = seconds(18.834);
    refused(
        builder.waits(&[value]),
        PolicyError::WaitTooPrecise { index: 0, value },
        "waits[0] is 18.834 s; it must have at most three significant digits, such as 18.8 s",
    );
    refused(
        builder.waits(&[seconds(1.0)]).jitter(Jitter::Decorrelated),
        PolicyError::DecorrelatedWaits,
        "jitter is decorrelated; with waits it must be another kind",
    );
}

#[test]
fn a_jitter_above_that_has_no_room() {
    refused(
        Policy::builder().jitter(Jitter::Above(20)).max_backoff(seconds(5.999)),
        PolicyError::NoRoomAbove { initial_wait: seconds(5.0), max_backoff: seconds(5.999), percent: 20 },
        "max_backoff is 5.999 s; with a jitter of 20 % above it must be at least 120 % of initial_wait, 5 s",
    );
    assert!(Policy::builder().jitter(Jitter::Above(20)).max_backoff(seconds(6.0)).build().is_ok());
}

#[test]
fn a_hint_jitter_above_100_percent() {
    refused(
        Policy::builder().hint_jitter(101),
        PolicyError::HintJitterAboveHundred { percent: 101 },
        "hint_jitter is 101 %; it must be at most 100 %",
    );
}

#[test]
fn a_policy_shows_its_settings_in_units() {
    let shown = format!("{:?}", Policy::builder().build().unwrap());
    let expected = "Policy { head_start: none, waits: none, initial_wait: 5s, multiplier: 3, max_backoff: 5m, \
                    jitter: 20%, hint_jitter: default, max_hint: none, max_wait: 10m, last_poll: true, max_polls: none, \
                    max_consecutive_errors: none }";
    assert_eq!(shown, expected);
}

#[test]
fn the_percentage_of_every_kind_of_jitter_that_has_one() {
    for (name, jitter) in JITTERS.iter().copied() {
        let with = |percent| with_percent(jitter, percent).map(|jitter| Policy::builder().jitter(jitter).build());
        let Some(refused) = with(101) else { continue };
        assert_eq!(refused, Err(PolicyError::JitterAboveHundred { percent: 101 }), "{name}");
        assert_eq!(with(0), Some(Policy::builder().jitter(Jitter::None).build()), "{name}");
        for percent in [1, 20, 100] {
            let is_listed = JITTERS.iter().any(|(_, listed)| Some(*listed) == with_percent(jitter, percent));
            assert!(is_listed, "{name} is not listed with {percent} %");
        }
    }
}
