//! Policies from configuration: every form of every setting, what is refused and where, and that all is read back.

use asyncpoll::{Jitter, Policy, PolicyBuilder};
use core::{fmt::Debug, time::Duration};
use proptest::prelude::*;
use serde_core::{
    Deserialize,
    de::{
        DeserializeOwned,
        value::{self, MapDeserializer},
    },
};
use std::collections::BTreeMap;

use crate::support::{DEFAULT_MAX_WAIT, fields, seconds, strategies};

fn from_toml(text: &str) -> Policy {
    let _unset = DEFAULT_MAX_WAIT.read();
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

fn built(builder: PolicyBuilder) -> Policy {
    builder.build().unwrap()
}

/// Refuses a file: at this line and column, in these words. Between them, TOML quotes the line.
fn refused(text: &str, line: usize, column: usize, words: &str) {
    let _unset = DEFAULT_MAX_WAIT.read();
    let error = toml::from_str::<Policy>(text).unwrap_err().to_string();
    let place = format!("TOML parse error at line {line}, column {column}");
    assert_eq!((error.lines().next(), error.lines().last()), (Some(&*place), Some(words)), "{error}");
}

/// Refuses the value of a setting, which is what the error points at.
fn refused_value(setting: &str, value: &str, words: &str) {
    refused(&format!("{setting} = {value}"), 1, setting.len() + 4, words);
}

/// The path and the words of what JSON refuses.
fn refused_in_json<T: DeserializeOwned + Debug>(text: &str) -> (String, String) {
    let _unset = DEFAULT_MAX_WAIT.read();
    let mut json = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, T>(&mut json).unwrap_err();
    let words = error.inner().to_string();
    (error.path().to_string(), words.split(" at line ").next().unwrap_or_default().to_owned())
}

#[test]
fn every_setting_is_read() {
    let read = from_toml(
        r#"
            head_start = "20s"
            waits = ["4.2s", "1m 30s"]
            initial_wait = "10s"
            multiplier = 1.5
            max_backoff = "10m"
            jitter = "15%"
            hint_jitter = "5%"
            max_hint = "1h"
            max_wait = "3d"
            last_poll = false
            max_polls = 200
            max_consecutive_errors = 10
        "#,
    );
    let expected = Policy::builder()
        .head_start(seconds(20.0))
        .waits(&[4.2, 90.0].map(seconds))
        .initial_wait(seconds(10.0))
        .multiplier(3, 2)
        .max_backoff(seconds(600.0))
        .jitter(Jitter::PlusMinus(15))
        .hint_jitter(5)
        .max_hint(seconds(3600.0))
        .max_wait(seconds(259_200.0))
        .no_last_poll()
        .max_polls(200)
        .max_consecutive_errors(10);
    assert_eq!(read, built(expected));
}

#[test]
fn what_is_absent_is_the_defaults() {
    assert_eq!(from_toml(""), built(Policy::builder()));
    assert_eq!(from_toml("max_polls = 3"), built(Policy::builder().max_polls(3)));
}

#[test]
fn a_file_may_hold_many() {
    let policies: BTreeMap<String, Policy> =
        toml::from_str("[issuance]\njitter = \"full\"\n[renewal]\nmax_wait = \"none\"").unwrap();
    assert_eq!(policies["issuance"].jitter(), Jitter::Full);
    assert_eq!(policies["renewal"].max_wait(), None);
}

#[test]
fn durations_have_many_forms() {
    for (text, expected) in [
        ("5s", 5.0),
        ("250ms", 0.25),
        ("1h 30m", 5_400.0),
        ("1h30m", 5_400.0),
        ("90 minutes", 5_400.0),
        ("1.5h", 5_400.0),
        ("2d", 172_800.0),
        ("1w", 604_800.0),
        ("1w 2d 3h 4m 5s", 788_645.0),
        ("PT5S", 5.0),
        ("P1DT1S", 86_401.0),
        ("00:05:00", 300.0),
    ] {
        assert_eq!(from_toml(&format!("max_wait = \"{text}\"")).max_wait(), Some(seconds(expected)), "{text}");
    }
    for (text, nanos) in [("1ns", 1), ("1us", 1_000), ("1µs 1ns", 1_001), ("1s 2ms 3us 4ns", 1_002_003_004)] {
        let max_wait = from_toml(&format!("max_wait = \"{text}\"")).max_wait();
        assert_eq!(max_wait, Some(Duration::from_nanos(nanos)), "{text}");
    }
}

#[test]
fn what_is_no_duration_is_refused() {
    let form = r#"it must be a duration such as "5s", "1h30m" or "2d""#;
    for setting in ["head_start", "initial_wait", "max_backoff", "max_hint", "max_wait"] {
        let or_none = if matches!(setting, "head_start" | "max_hint" | "max_wait") { r#", or "none""# } else { "" };
        let values = [
            r#""""#,
            r#""5""#,
            r#""soon""#,
            r#""-5s""#,
            r#""5s ago""#,
            r#""1 month""#,
            r#""1mo""#,
            r#""P1Y""#,
            r#""2 years""#,
            r#""5s 5s""#,
            r#""None""#,
            "5",
            "-5",
            "2.5",
            "true",
        ];
        for value in values {
            refused_value(setting, value, &format!("{setting} is {value}; {form}{or_none}"));
        }
    }
    for setting in ["initial_wait", "max_backoff"] {
        refused_value(setting, r#""none""#, &format!(r#"{setting} is "none"; {form}"#));
    }
}

#[test]
fn none_clears_what_need_not_be_set() {
    let none = r#"head_start = "none"
        waits = "none"
        max_hint = "none"
        max_wait = "none"
        max_polls = "none"
        max_consecutive_errors = "none""#;
    assert_eq!(from_toml(none), built(Policy::builder().no_max_wait()));
    let null = r#"{"head_start": null, "waits": null, "max_hint": null, "max_wait": null, "max_polls": null,
        "max_consecutive_errors": null}"#;
    assert_eq!(serde_json::from_str::<Policy>(null).unwrap(), from_toml(none));
    let (path, words) = refused_in_json::<Policy>(r#"{"jitter": null}"#);
    let form = r#"expected "none", "full", "equal", "decorrelated" or a percentage up to "100%" or "+100%""#;
    assert_eq!((&*path, words), ("jitter", format!("invalid type: null, {form}")));
}

#[test]
fn waits_are_a_list_or_text_with_commas() {
    let expected = built(Policy::builder().waits(&[4.2, 90.0, 5.0].map(seconds)));
    for value in [r#"["4.2s", "1m 30s", "PT5S"]"#, r#""4.2s, 1m 30s,5s""#] {
        assert_eq!(from_toml(&format!("waits = {value}")), expected, "{value}");
    }
    assert_eq!(from_toml("waits = []"), built(Policy::builder()));
    let read = serde_json::from_str::<Policy>(r#"{"waits": ["2s"], "head_start": "9s"}"#).unwrap();
    assert_eq!(read, built(Policy::builder().head_start(seconds(9.0)).waits(&[seconds(2.0)])));
}

#[test]
fn what_are_no_waits_is_refused() {
    let form = r#"it must be durations such as "4.2s" and "1m 30s", in a list or with commas between them, or "none""#;
    for (value, shown) in [
        (r#""""#, r#""""#),
        (r#""2s,""#, r#""2s,""#),
        (r#""2s 3s""#, r#""2s 3s""#),
        ("5", "5"),
        (r#"["2s", "soon"]"#, r#""soon""#),
        (r#"["none"]"#, r#""none""#),
    ] {
        let _unset = DEFAULT_MAX_WAIT.read();
        let error = toml::from_str::<Policy>(&format!("waits = {value}")).unwrap_err().to_string();
        assert!(error.ends_with(&format!("\nwaits is {shown}; {form}\n")), "{error}");
    }
    let refused = |json: &str| refused_in_json::<Policy>(json).1;
    assert_eq!(refused(r#"{"waits": [5]}"#), format!("invalid type: integer `5`, expected {}", &form[11..]));
    assert_eq!(refused(r#"{"waits": ["2s", "0s"]}"#), "waits[1] is 0 s; it must be at least 1 ns");
    assert_eq!(
        refused(r#"{"waits": ["1.234s"]}"#),
        "waits[0] is 1.234 s; it must have at most three significant digits, such as 1.23 s"
    );
    let nine = format!(r#"{{"waits": [{}]}}"#, ["\"2s\""; 9].join(", "));
    assert_eq!(refused(&nine), "waits are 9; they must be at most 8");
    assert_eq!(
        refused(r#"{"max_wait": ["2s"]}"#),
        r#"invalid type: sequence, expected a duration such as "5s", "1h30m" or "2d", or "none""#
    );
}

#[test]
fn hints_have_a_jitter_of_their_own() {
    for (value, expected) in [("10%", Some(10)), ("0%", Some(0)), ("none", Some(0)), ("default", None)] {
        assert_eq!(from_toml(&format!("hint_jitter = \"{value}\"")).hint_jitter(), expected, "{value}");
    }
    for value in [r#""10""#, r#""+10%""#, r#""full""#, "10", "true"] {
        refused_value(
            "hint_jitter",
            value,
            &format!(r#"hint_jitter is {value}; it must be a percentage up to "100%", "none" or "default""#),
        );
    }
    refused_value("hint_jitter", r#""101%""#, "hint_jitter is 101 %; it must be at most 100 %");
}

#[test]
fn a_last_poll_is_made_or_not() {
    for (value, expected) in [("true", true), ("false", false), ("\"false\"", false)] {
        assert_eq!(from_toml(&format!("last_poll = {value}")).last_poll(), expected, "{value}");
    }
    for value in ["1", "\"no\"", "\"none\""] {
        refused_value("last_poll", value, &format!("last_poll is {value}; it must be true or false"));
    }
}

#[test]
fn multipliers_have_many_forms() {
    for (value, expected) in [
        ("3", (3, 1)),
        ("1", (1, 1)),
        ("4294967295", (u32::MAX, 1)),
        ("1.5", (3, 2)),
        ("1.1", (11, 10)),
        ("2.0", (2, 1)),
        ("1e3", (1_000, 1)),
        ("1.000000001", (1_000_000_001, 1_000_000_000)),
        (r#""3""#, (3, 1)),
        (r#""1.5""#, (3, 2)),
        (r#""1.50""#, (3, 2)),
        (r#""1.50000000000""#, (3, 2)),
        (r#""2.""#, (2, 1)),
        (r#""3/2""#, (3, 2)),
        (r#""1500/1000""#, (3, 2)),
    ] {
        assert_eq!(from_toml(&format!("multiplier = {value}")).multiplier(), expected, "{value}");
    }
}

#[test]
fn what_is_no_multiplier_is_refused() {
    let form = r#"it must be a ratio such as 3, 1.5 or "3/2", of whole numbers up to 4294967295"#;
    let values = [
        "4294967296",
        "-3",
        "-1.5",
        "inf",
        "5.123456789",
        "1.0000000001",
        "1e300",
        r#""""#,
        r#""three""#,
        r#""none""#,
        r#""3/""#,
        r#""/2""#,
        r#""3/2/1""#,
        r#""3 / 2""#,
        r#""1.+5""#,
        r#""1.5x""#,
        r#"".5""#,
        r#""4294967296/1""#,
        r#""1.5/1""#,
    ];
    for value in values {
        refused_value("multiplier", value, &format!("multiplier is {value}; {form}"));
    }
    refused_value("multiplier", "nan", &format!("multiplier is NaN; {form}"));
    refused_value("multiplier", "[3, 2]", &format!("invalid type: sequence, expected {}", &form[11..]));
    refused_value("multiplier", "0", "multiplier is 0/1; it must be at least 1/1");
    refused_value("multiplier", "0.5", "multiplier is 5/10; it must be at least 1/1");
    refused_value("multiplier", r#""1/2""#, "multiplier is 1/2; it must be at least 1/1");
    refused_value("multiplier", r#""3/0""#, "multiplier is 3/0; its denominator must be at least 1");
}

#[test]
fn kinds_of_jitter_have_their_names() {
    for (value, expected) in [
        ("none", Jitter::None),
        ("0%", Jitter::None),
        ("20%", Jitter::PlusMinus(20)),
        ("100 %", Jitter::PlusMinus(100)),
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
    ] {
        assert_eq!(from_toml(&format!("jitter = \"{value}\"")).jitter(), expected, "{value}");
    }
}

#[test]
fn what_is_no_jitter_is_refused() {
    let form = r#"it must be "none", "full", "equal", "decorrelated" or a percentage up to "100%" or "+100%""#;
    for value in [r#""""#, r#""20""#, r#""%""#, r#""-5%""#, r#""12.5%""#, r#""300%""#, r#""Full""#, "20", "0.2"] {
        refused_value("jitter", value, &format!("jitter is {value}; {form}"));
    }
    refused_value("jitter", r#""120%""#, "jitter is 120 %; it must be at most 100 %");
}

#[test]
fn counts_are_whole_numbers_or_the_text_of_one() {
    for value in ["200", r#""200""#] {
        let read = from_toml(&format!("max_polls = {value}\nmax_consecutive_errors = {value}"));
        assert_eq!((read.max_polls(), read.max_consecutive_errors()), (Some(200), Some(200)));
    }
    let form = r#"it must be a whole number up to 4294967295, or "none""#;
    for setting in ["max_polls", "max_consecutive_errors"] {
        for value in ["4294967296", "-1", "2.0", r#""""#, r#""many""#, r#""-1""#, r#""4294967296""#, r#""1.5""#] {
            refused_value(setting, value, &format!("{setting} is {value}; {form}"));
        }
        refused_value(setting, "0", &format!("{setting} is 0; it must be at least 1"));
    }
}

#[test]
fn what_no_policy_has_is_refused_where_it_stands() {
    for setting in ["head_start", "initial_wait", "max_backoff", "max_wait"] {
        refused_value(setting, r#""0s""#, &format!("{setting} is 0 s; it must be at least 1 ns"));
        refused_value(setting, r#""500000d""#, &format!("{setting} is 1368 years; it must be at most 292 years"));
    }
    let third = "initial_wait = \"5s\"\nmax_wait = \"1h\"\njitter = \"120%\"";
    refused(third, 3, 10, "jitter is 120 %; it must be at most 100 %");
}

#[test]
fn what_does_not_go_together_is_refused_at_the_one_that_is_read_last() {
    let order = "initial_wait is 60 s; it must be at most max_backoff, 30 s";
    let head_start = "head_start is 60 s; it must be at most max_wait, 30 s";
    let room = "max_backoff is 6 s; with decorrelated jitter it must be at least 6/5 of initial_wait, 5.5 s";
    // TOML is read in the order of the names.
    refused("max_backoff = \"30s\"\ninitial_wait = \"60s\"", 1, 15, order);
    refused("max_wait = \"30s\"\nhead_start = \"60s\"", 1, 12, head_start);
    refused("jitter = \"decorrelated\"\nmax_backoff = \"6s\"\ninitial_wait = \"5.5s\"", 2, 15, room);
    // JSON is read as it stands.
    for (json, setting, words) in [
        (r#"{"initial_wait": "60s", "max_backoff": "30s"}"#, "max_backoff", order),
        (r#"{"max_backoff": "30s", "initial_wait": "60s"}"#, "initial_wait", order),
        (r#"{"max_wait": "30s", "head_start": "60s"}"#, "head_start", head_start),
        (r#"{"initial_wait": "5.5s", "max_backoff": "6s", "jitter": "decorrelated"}"#, "jitter", room),
    ] {
        let (path, said) = refused_in_json::<Policy>(json);
        assert_eq!((&*path, &*said), (setting, words));
    }
}

#[test]
fn what_does_not_go_with_a_default_is_refused_as_a_whole() {
    let words = "initial_wait is 600 s; it must be at most max_backoff, 300 s";
    refused("\ninitial_wait = \"10m\"\n", 1, 1, words);
    let (path, said) = refused_in_json::<BTreeMap<String, Policy>>(r#"{"issuance": {"initial_wait": "10m"}}"#);
    assert_eq!((&*path, &*said), ("issuance", words));
}

#[test]
fn an_unknown_setting_is_refused() {
    let expected = "expected one of `head_start`, `waits`, `initial_wait`, `multiplier`, `max_backoff`, `jitter`, \
        `hint_jitter`, `max_hint`, `max_wait`, `last_poll`, `max_polls`, `max_consecutive_errors`";
    let words = format!("unknown field `max_delay`, {expected}");
    refused("max_polls = 3\nmax_delay = \"60s\"", 2, 1, &words);
    let (path, said) = refused_in_json::<Policy>(r#"{"max_delay": "60s"}"#);
    assert_eq!((path, said), ("max_delay".to_owned(), words));
}

#[test]
fn the_name_of_a_setting_is_text() {
    let numbered = MapDeserializer::<_, value::Error>::new([(1, "5s")].into_iter());
    let error = Policy::deserialize(numbered).unwrap_err().to_string();
    assert_eq!(error, "invalid type: integer `1`, expected the name of a setting");
}

#[test]
fn a_setting_that_comes_twice_is_refused() {
    let (_, words) = refused_in_json::<Policy>(r#"{"jitter": "full", "jitter": "equal"}"#);
    assert_eq!(words, "duplicate field `jitter`");
}

#[test]
fn json_names_the_path() {
    let policies = |policy: &str| format!(r#"{{"issuers": [{{}}, {policy}]}}"#);
    let refused = |policy| refused_in_json::<BTreeMap<String, Vec<Policy>>>(&policies(policy));
    let (path, words) = refused(r#"{"max_polls": 0}"#);
    assert_eq!((&*path, &*words), ("issuers[1].max_polls", "max_polls is 0; it must be at least 1"));
    let (path, words) = refused(r#"{"multiplier": 1.25, "jitter": "120%"}"#);
    assert_eq!((&*path, &*words), ("issuers[1].jitter", "jitter is 120 %; it must be at most 100 %"));
    let (path, words) = refused("7");
    assert_eq!((&*path, &*words), ("issuers[1]", "invalid type: integer `7`, expected the settings of a policy"));
}

#[test]
fn a_policy_is_written_in_the_forms_that_are_read() {
    let policy = Policy::builder().head_start(seconds(90.0)).multiplier(3, 2).max_wait(seconds(90_061.5)).max_polls(7);
    let expected = r#"head_start = "1m30s"
waits = "none"
initial_wait = "5s"
multiplier = "3/2"
max_backoff = "5m"
jitter = "20%"
hint_jitter = "default"
max_hint = "none"
max_wait = "1d1h1m1s500ms"
last_poll = true
max_polls = 7
max_consecutive_errors = "none"
"#;
    assert_eq!(toml::to_string(&built(policy)).unwrap(), expected);
    let others = Policy::builder().waits(&[4.2, 90.0].map(seconds)).jitter(Jitter::Above(20)).hint_jitter(0).no_last_poll();
    let written = toml::to_string(&built(others.max_hint(seconds(3600.0)))).unwrap();
    for line in [
        r#"waits = ["4s200ms", "1m30s"]"#,
        "multiplier = 3",
        r#"jitter = "+20%""#,
        r#"hint_jitter = "0%""#,
        r#"max_hint = "1h""#,
        "last_poll = false",
    ] {
        assert!(written.lines().any(|written| written == line), "{line}: {written}");
    }
}

#[test]
fn none_and_some_are_read_as_ron_has_them() {
    let read: Policy =
        ron::from_str(r#"(head_start: None, max_wait: Some("3d"), max_polls: Some(7), jitter: "full")"#).unwrap();
    let expected = Policy::builder().max_wait(seconds(259_200.0)).max_polls(7).jitter(Jitter::Full);
    assert_eq!(read, built(expected));
    let error = ron::from_str::<Policy>("(jitter: None)").unwrap_err().to_string();
    assert!(error.contains(r#""none", "full", "equal", "decorrelated" or a percentage up to "100%" or "+100%""#), "{error}");
    let error = ron::from_str::<Policy>("(max_polls: Some(0))").unwrap_err().to_string();
    assert!(error.contains("max_polls is 0; it must be at least 1"), "{error}");
}

#[test]
fn a_sequence_has_the_settings_in_their_order() {
    let _unset = DEFAULT_MAX_WAIT.read();
    let read: Policy =
        serde_json::from_str(r#"[null, ["2s"], "10s", 1.5, "10m", "full", "none", "1h", "3d", true, 7, "none"]"#).unwrap();
    let expected = Policy::builder()
        .waits(&[seconds(2.0)])
        .initial_wait(seconds(10.0))
        .multiplier(3, 2)
        .max_backoff(seconds(600.0))
        .jitter(Jitter::Full)
        .hint_jitter(0)
        .max_hint(seconds(3600.0))
        .max_wait(seconds(259_200.0))
        .max_polls(7);
    assert_eq!(read, built(expected));
    assert_eq!(serde_json::from_str::<Policy>(r#"["20s"]"#).unwrap(), built(Policy::builder().head_start(seconds(20.0))));
    for (json, refused, words) in [
        (r#"["none", "none", "5s", 0.5]"#, "[3]", "multiplier is 5/10; it must be at least 1/1"),
        (r#"["none", "none", "10m"]"#, "", "initial_wait is 600 s; it must be at most max_backoff, 300 s"),
    ] {
        let (path, said) = refused_in_json::<Policy>(json);
        assert_eq!((path.trim_matches('.'), &*said), (refused, words));
    }
}

#[test]
fn compact_formats_have_text_alone() {
    let policy = built(Policy::builder().waits(&[2.0, 30.0].map(seconds)).max_polls(7));
    let expected = ["none", "2s,30s", "5s", "3", "5m", "20%", "default", "none", "10m", "true", "7", "none"].map(str::to_owned);
    let postcard = postcard::to_allocvec(&policy).unwrap();
    assert_eq!(postcard::from_bytes::<[String; 12]>(&postcard).unwrap(), expected);
    let message_pack = rmp_serde::to_vec(&policy).unwrap();
    assert_eq!(rmp_serde::from_slice::<[String; 12]>(&message_pack).unwrap(), expected);
    // Where the values have names, they may be numbers.
    let named = rmp_serde::to_vec_named(&BTreeMap::from([("max_polls", 7)])).unwrap();
    assert_eq!(rmp_serde::from_slice::<Policy>(&named).unwrap().max_polls(), Some(7));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn every_policy_is_read_back_as_it_was_written(settings in strategies::settings()) {
        let policy = settings.policy();
        let (toml, json) = (toml::to_string(&policy).unwrap(), serde_json::to_string(&policy).unwrap());
        prop_assert_eq!(toml::from_str::<Policy>(&toml).unwrap(), policy, "{}", toml);
        prop_assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy, "{}", json);
    }

    #[test]
    fn every_policy_is_read_back_from_a_compact_format(settings in strategies::settings()) {
        let policy = settings.policy();
        let postcard = postcard::to_allocvec(&policy).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Policy>(&postcard).unwrap(), policy);
        let ron = ron::to_string(&policy).unwrap();
        prop_assert_eq!(ron::from_str::<Policy>(&ron).unwrap(), policy);
        for message_pack in [rmp_serde::to_vec(&policy), rmp_serde::to_vec_named(&policy)] {
            prop_assert_eq!(rmp_serde::from_slice::<Policy>(&message_pack.unwrap()).unwrap(), policy);
        }
    }

    #[test]
    fn every_decimal_is_read_exactly(whole in 1..4_u32, decimals in 0..1_000_000_000_u32) {
        let read = from_toml(&format!("multiplier = {whole}.{decimals:09}"));
        let exact = built(Policy::builder().multiplier(whole * 1_000_000_000 + decimals, 1_000_000_000));
        prop_assert_eq!(read, exact);
    }

    #[test]
    fn no_text_at_all_is_a_panic(setting in prop::sample::select(fields(&Policy::builder())), value in ".*") {
        let json = format!("{{{setting:?}: {}}}", serde_json::to_string(&value).unwrap());
        if let Ok(policy) = serde_json::from_str::<Policy>(&json) {
            let written = serde_json::to_string(&policy).unwrap();
            prop_assert_eq!(serde_json::from_str::<Policy>(&written).unwrap(), policy);
        }
    }
}
