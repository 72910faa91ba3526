//! Cadences: what `build` refuses, its sentences, and what a cadence says of itself.

use asyncpoll::{
    Cadence, CadenceBuilder, CadenceError,
    ticker::{First, Missed, Phase},
};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{
    assert_names_settings,
    every::{FIRSTS, MISSED, PHASES},
    seconds,
};

const LONGEST: Duration = Duration::from_nanos(i64::MAX.unsigned_abs());

#[track_caller]
fn refused(builder: CadenceBuilder, error: CadenceError, sentence: &str) {
    assert_eq!(builder.build(), Err(error));
    assert_eq!(error.to_string(), sentence);
    assert_names_settings(sentence, &builder);
}

#[test]
fn an_interval_of_nothing() {
    refused(Cadence::builder(Duration::ZERO), CadenceError::ZeroInterval, "interval is 0 s; it must be at least 1 ns");
}

#[test]
fn an_interval_above_292_years() {
    let interval = LONGEST + Duration::from_nanos(1);
    refused(
        Cadence::builder(interval),
        CadenceError::IntervalTooLong { interval },
        "interval is 9223372036.854775808 s; it must be at most 9223372036.854775807 s",
    );
    refused(
        Cadence::builder(Duration::MAX),
        CadenceError::IntervalTooLong { interval: Duration::MAX },
        "interval is 584542046090 years; it must be at most 292 years",
    );
}

#[test]
fn jitter_above_99_percent() {
    for percent in 100..=u8::MAX {
        refused(
            Cadence::builder(seconds(1.0)).jitter(percent),
            CadenceError::JitterAboveNinetyNine { percent },
            &format!("jitter is {percent} %; it must be at most 99 %"),
        );
    }
}

#[test]
fn an_interval_too_short_for_its_jitter() {
    for (nanos, percent, least) in [(1, 1, 2), (1, 10, 2), (2, 51, 3), (9, 90, 10), (99, 99, 100)] {
        let interval = Duration::from_nanos(nanos);
        refused(
            Cadence::builder(interval).jitter(percent),
            CadenceError::IntervalTooShort { interval, percent },
            &format!(
                "interval is {nanos} ns; with a jitter of {percent} % it must be at least {least} ns, so that no gap is \
                 below 1 ns"
            ),
        );
        assert!(Cadence::builder(Duration::from_nanos(least)).jitter(percent).build().is_ok(), "{least} ns is enough");
    }
    assert!(Cadence::builder(Duration::from_nanos(1)).jitter(0).build().is_ok(), "without jitter there is nothing to leave");
}

#[test]
fn an_error_made_by_hand_has_a_sentence_too() {
    let error = CadenceError::IntervalTooShort { interval: Duration::MAX, percent: 100 };
    assert!(error.to_string().ends_with("it must be at least 18446744073709551615 ns, so that no gap is below 1 ns"));
}

proptest! {
    #[test]
    fn refused_is_what_cannot_be_upheld_and_nothing_else(
        interval in prop_oneof![
            (0..12_u64).prop_map(Duration::from_nanos),
            (0..300_u64).prop_map(Duration::from_nanos),
            Just(LONGEST + Duration::from_nanos(1)),
            any::<u64>().prop_map(Duration::from_nanos),
            (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
            Just(LONGEST),
        ],
        jitter: u8,
    ) {
        let least_gap_in_hundredths = interval.as_nanos() * u128::from(100_u8.saturating_sub(jitter));
        let right = (1..1 << 63).contains(&interval.as_nanos()) && jitter <= 99 && least_gap_in_hundredths >= 100;
        match Cadence::builder(interval).jitter(jitter).build() {
            Ok(cadence) => {
                prop_assert!(right, "Refused: it was not");
                prop_assert_eq!((cadence.interval(), cadence.jitter()), (interval, jitter));
            }
            Err(error) => {
                prop_assert!(!right, "Refused: nothing was wrong, and it says {error}");
                prop_assert!(error.to_string().contains(" must be at "), "Refused: {error}");
            }
        }
    }
}

#[test]
fn what_was_set_can_be_read_and_made_into_another() {
    for first in FIRSTS.iter().copied() {
        for (phase, missed) in PHASES.iter().flat_map(|phase| MISSED.iter().map(move |missed| (*phase, *missed))) {
            let builder = Cadence::builder(LONGEST).jitter(99).first(first).phase(phase).missed(missed);
            let cadence = builder.build().unwrap();
            assert_eq!((cadence.interval(), cadence.jitter(), cadence.first()), (LONGEST, 99, first));
            assert_eq!((cadence.phase(), cadence.missed()), (phase, missed));
            assert_eq!(cadence.to_builder(), builder);
        }
    }
}

#[test]
fn a_cadence_shows_its_settings() {
    let shown = format!("{:?}", Cadence::builder(seconds(60.0)).build().unwrap());
    assert_eq!(shown, "Cadence { interval: 1m, jitter: 10%, first: after_one, phase: free, missed: skip }");
    assert_eq!(size_of::<Cadence>(), 16);
}

#[test]
fn a_constant_cadence() {
    const SWEEPS: Cadence = asyncpoll::const_cadence!(Cadence::builder(Duration::from_secs(60)).first(First::Spread));
    assert_eq!((SWEEPS.phase(), SWEEPS.missed()), (Phase::Free, Missed::Skip));
}
