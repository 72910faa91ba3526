//! What `build` refuses, and its sentences.

use asyncpoll::{Jitter, Policy, PolicyBuilder, PolicyError};
use core::time::Duration;

use crate::support::seconds;

const LONGEST: Duration = Duration::from_nanos(i64::MAX.unsigned_abs());

#[track_caller]
fn refused(builder: PolicyBuilder, error: PolicyError, sentence: &str) {
    assert_eq!(builder.build(), Err(error));
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn zero_durations() {
    let builder = Policy::builder();
    let zero = Duration::ZERO;
    for (builder, field) in [
        (builder.first_wait(zero), "first_wait"),
        (builder.initial_wait(zero), "initial_wait"),
        (builder.max_backoff(zero), "max_backoff"),
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
        (builder.first_wait(value), "first_wait"),
        (builder.initial_wait(value).max_backoff(LONGEST), "initial_wait"),
        (builder.max_backoff(value), "max_backoff"),
        (builder.max_wait(value), "max_wait"),
    ] {
        let sentence = format!("{field} is 9223372036.854775808 s; it must be at most 9223372036.854775807 s (292 years)");
        refused(builder, PolicyError::TooLong { field, value }, &sentence);
    }
    refused(
        builder.max_wait(Duration::MAX),
        PolicyError::TooLong { field: "max_wait", value: Duration::MAX },
        "max_wait is 18446744073709551615.999999999 s; it must be at most 9223372036.854775807 s (292 years)",
    );
}

#[test]
fn multipliers_that_shrink_or_divide_by_zero() {
    let builder = Policy::builder();
    refused(
        builder.multiplier(2, 3),
        PolicyError::MultiplierBelowOne { numer: 2, denom: 3 },
        "multiplier is 2/3; it must be at least 1/1",
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
    refused(
        Policy::builder().initial_wait(seconds(0.25)).max_backoff(seconds(0.25)).jitter(Jitter::Decorrelated),
        PolicyError::NothingToSpread { wait: seconds(0.25) },
        "initial_wait and max_backoff are both 0.25 s; decorrelated jitter needs max_backoff to be longer",
    );
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
        .first_wait(nanosecond)
        .initial_wait(nanosecond)
        .max_backoff(nanosecond)
        .multiplier(1, u32::MAX)
        .multiplier(u32::MAX, u32::MAX)
        .jitter(Jitter::PlusMinus(0))
        .max_wait(nanosecond)
        .max_polls(1)
        .max_consecutive_errors(1);
    let largest = Policy::builder()
        .first_wait(LONGEST)
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
    let set = Policy::builder().first_wait(LONGEST).max_wait(LONGEST).max_polls(1).max_consecutive_errors(1);
    let taken_back = set.no_first_wait().no_max_wait().no_max_polls().no_max_consecutive_errors();
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
fn a_policy_shows_its_settings_as_durations() {
    let shown = format!("{:?}", Policy::builder().build().unwrap());
    let expected = "Policy { first_wait: None, initial_wait: 5s, multiplier: 3/1, max_backoff: 300s, \
                    jitter: PlusMinus(20), max_wait: Some(600s), max_polls: None, max_consecutive_errors: None }";
    assert_eq!(shown, expected);
}
