//! Limits from configuration: every form of every setting, what is refused, and that all is read back.

use asyncpoll::fleet::{Limits, LimitsBuilder};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::seconds;

fn from_toml(text: &str) -> Limits {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn built(builder: LimitsBuilder) -> Limits {
    builder.build().unwrap()
}

#[test]
fn every_setting_is_read() {
    let read = from_toml(
        "rate = \"600/1m\"\nin_flight = 32\nfind_pace = false\nshared = true\nforgive = 12\nlongest_hold = \"10m\"\nanswer_within = \"1m\"",
    );
    let limits = Limits::builder().rate(600, seconds(60.0)).in_flight(32).find_pace(false).shared(true).forgive(12);
    assert_eq!(read, built(limits.longest_hold(seconds(600.0)).answer_within(seconds(60.0))));
}

#[test]
fn what_is_absent_is_the_defaults() {
    assert_eq!(from_toml(""), Limits::default());
    assert_eq!(from_toml("in_flight = 3"), built(Limits::builder().in_flight(3)));
}

#[test]
fn rates_have_many_forms() {
    for (text, per) in [
        ("40/s", 1.0),
        ("40/1s", 1.0),
        ("40/m", 60.0),
        ("40/h", 3_600.0),
        ("40/d", 86_400.0),
        ("40/ms", 0.001),
        ("40/10s", 10.0),
        ("40/1h 30m", 5_400.0),
        ("40/PT5S", 5.0),
    ] {
        assert_eq!(from_toml(&format!("rate = \"{text}\"")).rate(), Some((40, seconds(per))), "{text}");
    }
}

#[test]
fn what_is_in_flight_is_bounded_or_grows_from_there() {
    for text in ["8", "\"8\""] {
        let read = from_toml(&format!("in_flight = {text}"));
        assert_eq!((read.in_flight(), read.in_flight_from()), (Some(8), None));
    }
    let read = from_toml("in_flight = \"from 8\"");
    assert_eq!((read.in_flight(), read.in_flight_from()), (None, Some(8)));
    assert_eq!(from_toml("find_pace = \"false\"\nin_flight = \"none\""), Limits::none());
}

#[test]
fn none_clears_what_need_not_be_set() {
    assert_eq!(from_toml("rate = \"none\"\nin_flight = \"none\"\nfind_pace = false"), Limits::none());
    let null = serde_json::from_str::<Limits>(r#"{"rate": null, "in_flight": null, "find_pace": false}"#).unwrap();
    assert_eq!(null, Limits::none());
    assert_eq!(from_toml("longest_hold = \"none\"").longest_hold(), None);
    assert_eq!(from_toml("answer_within = \"none\"").answer_within(), None);
}

#[test]
fn refusals_are_forgiven_for_so_many_polls_or_not_at_all() {
    assert_eq!(from_toml("forgive = \"12\"").forgive(), Some(12));
    assert_eq!(from_toml("forgive = \"none\"").forgive(), None);
}

#[test]
fn what_is_wrong_is_refused_where_it_stands() {
    let rate = |value: &str| format!(r#"rate is {value}; it must be a rate such as "40/s" or "600/1m", or "none""#);
    let in_flight = |value: &str| {
        let form = r#"a whole number up to 4294967295, one to begin at such as "from 16", or "none""#;
        format!("in_flight is {value}; it must be {form}")
    };
    let pace = |value: &str| format!("find_pace is {value}; it must be true or false");
    let cases =
        ["40", r#""40""#, r#""40/5""#, r#""/s""#, r#""40/w""#, r#""-1/s""#, "true"].map(|value| ("rate", value, rate(value)));
    let more = [r#""from""#, r#""from ten""#, r#""16 from""#, "-1", "4294967296", "1.5", "true"];
    let cases = cases.into_iter().chain(more.map(|value| ("in_flight", value, in_flight(value))));
    let cases = cases.chain(["1", r#""yes""#, r#""none""#].map(|value| ("find_pace", value, pace(value))));
    let forgive = |value: &str| format!(r#"forgive is {value}; it must be a whole number up to 4294967295, or "none""#);
    let cases = cases.chain(["-1", "1.5", r#""one""#, "true"].map(|value| ("forgive", value, forgive(value))));
    let cases = cases.chain([
        ("forgive", "0", "forgive is 0; it must be at least 1".to_owned()),
        ("rate", r#""0/m""#, "rate is 0 polls per 60 s; it must be at least 1 poll".to_owned()),
        ("rate", r#""4/0s""#, "rate is 4 polls per 0 s; the time must be at least 1 ns".to_owned()),
        ("in_flight", "0", "in_flight is 0; it must be at least 1".to_owned()),
        ("longest_hold", "5", r#"longest_hold is 5; it must be a duration such as "1h", or "none""#.to_owned()),
        ("answer_within", r#""0s""#, "answer_within is 0 s; it must be at least 1 ns".to_owned()),
        ("longest_hold", r#""0s""#, "longest_hold is 0 s; it must be at least 1 ns".to_owned()),
        ("in_flight", r#""from 0""#, "in_flight is 0; it must be at least 1".to_owned()),
    ]);
    for (setting, value, words) in cases {
        let error = toml::from_str::<Limits>(&format!("{setting} = {value}")).unwrap_err();
        let start = setting.len() + 3;
        assert_eq!((error.message(), error.span()), (&*words, Some(start..start + value.len())));
    }
    let error = serde_json::from_str::<Limits>("7").unwrap_err().to_string();
    assert!(error.starts_with("invalid type: integer `7`, expected the limits of an upstream"), "{error}");
}

proptest! {
    #[test]
    fn all_limits_are_read_back_as_they_were_written(
        rate in prop::option::of((1..=u32::MAX, prop_oneof![Just(1_000_000_000), 1..1_u64 << 63])),
        in_flight in prop::option::of(1..=u32::MAX),
        is_growing: bool,
        find_pace: bool,
        shared: bool,
        forgive in prop::option::of(1..=u32::MAX),
        longest_hold in prop::option::of(1..1_u64 << 63),
        answer_within in prop::option::of(1..1_u64 << 63),
    ) {
        let builder = Limits::builder().find_pace(find_pace).shared(shared);
        let builder = match forgive {
            Some(served) => builder.forgive(served),
            None => builder.no_forgive(),
        };
        let builder = match in_flight {
            Some(polls) if is_growing => builder.in_flight_from(polls),
            Some(polls) => builder.in_flight(polls),
            None => builder.no_in_flight(),
        };
        let builder = match longest_hold {
            Some(longest) => builder.longest_hold(Duration::from_nanos(longest)),
            None => builder.no_longest_hold(),
        };
        let builder = match answer_within {
            Some(within) => builder.answer_within(Duration::from_nanos(within)),
            None => builder,
        };
        let limits = built(match rate {
            Some((polls, per)) => builder.rate(polls, Duration::from_nanos(per)),
            None => builder,
        });
        prop_assert_eq!(limits.to_builder().build(), Ok(limits));
        let (toml, json) = (toml::to_string(&limits).unwrap(), serde_json::to_string(&limits).unwrap());
        prop_assert_eq!(toml::from_str::<Limits>(&toml).unwrap(), limits, "{}", toml);
        prop_assert_eq!(serde_json::from_str::<Limits>(&json).unwrap(), limits, "{}", json);
    }
}
