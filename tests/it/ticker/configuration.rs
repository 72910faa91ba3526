//! Cadences from configuration: every form of every setting, what is refused, and that all is read back.

use asyncpoll::{
    Cadence,
    ticker::{First, Missed, Phase},
};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{
    every::{FIRSTS, MISSED, PHASES},
    seconds,
};

fn from_toml(text: &str) -> Cadence {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(text: &str, words: &str) {
    assert_eq!(toml::from_str::<Cadence>(text).unwrap_err().message(), words, "{text}");
}

#[test]
fn every_setting_is_read() {
    let read = from_toml(
        r#"
            interval = "1h 30m"
            jitter = "5%"
            first = "spread"
            phase = "locked"
            missed = "delay"
        "#,
    );
    let expected = Cadence::builder(seconds(5_400.0)).jitter(5).first(First::Spread).phase(Phase::Locked).missed(Missed::Delay);
    assert_eq!(Ok(read), expected.build());
}

#[test]
fn only_the_interval_must_be_there() {
    assert_eq!(Ok(from_toml("interval = \"60s\"")), Cadence::builder(seconds(60.0)).build());
    refused("jitter = \"5%\"", "missing field `interval`");
}

#[test]
fn what_is_wrong_is_refused_where_it_stands() {
    for (setting, value, words) in [
        ("interval", "60", r#"interval is 60; it must be a duration such as "5s", "1h30m" or "2d""#),
        ("interval", r#""none""#, r#"interval is "none"; it must be a duration such as "5s", "1h30m" or "2d""#),
        ("interval", r#""0s""#, "interval is 0 s; it must be at least 1 ns"),
        ("jitter", "10", r#"jitter is 10; it must be a percentage up to "99%""#),
        ("jitter", r#""full""#, r#"jitter is "full"; it must be a percentage up to "99%""#),
        ("jitter", r#""100%""#, "jitter is 100 %; it must be at most 99 %"),
        ("first", r#""AtOnce""#, r#"first is "AtOnce"; it must be "after_one", "at_once" or "spread""#),
        ("phase", r#""skip""#, r#"phase is "skip"; it must be "free" or "locked""#),
        ("missed", "true", r#"missed is true; it must be "skip", "burst" or "delay""#),
    ] {
        let error = toml::from_str::<Cadence>(&format!("{setting} = {value}")).unwrap_err();
        let start = setting.len() + 3;
        assert_eq!((error.message(), error.span()), (words, Some(start..start + value.len())));
    }
}

#[test]
fn what_is_no_table_is_refused() {
    let error = serde_json::from_str::<Cadence>("7").unwrap_err().to_string();
    assert!(error.starts_with("invalid type: integer `7`, expected the settings of a cadence"), "{error}");
    let null = serde_json::from_str::<Cadence>(r#"{"interval": null}"#).unwrap_err().to_string();
    assert!(null.starts_with(r#"invalid type: null, expected a duration such as "5s", "1h30m" or "2d""#), "{null}");
    let list = serde_json::from_str::<Cadence>(r#"{"interval": ["5s"]}"#).unwrap_err().to_string();
    assert!(list.starts_with(r#"invalid type: sequence, expected a duration such as "5s", "1h30m" or "2d""#), "{list}");
}

proptest! {
    #[test]
    fn every_cadence_is_read_back_as_it_was_written(
        interval in 100..1_u64 << 63,
        jitter in 0..100_u8,
        first in prop::sample::select(FIRSTS),
        phase in prop::sample::select(PHASES),
        missed in prop::sample::select(MISSED),
    ) {
        let builder = Cadence::builder(Duration::from_nanos(interval)).jitter(jitter);
        let cadence = builder.first(first).phase(phase).missed(missed).build().unwrap();
        let (toml, json) = (toml::to_string(&cadence).unwrap(), serde_json::to_string(&cadence).unwrap());
        prop_assert_eq!(toml::from_str::<Cadence>(&toml).unwrap(), cadence, "{}", toml);
        prop_assert_eq!(serde_json::from_str::<Cadence>(&json).unwrap(), cadence, "{}", json);
    }
}
