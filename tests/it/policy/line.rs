//! A policy as one line: every word, what is refused, and that every line is read back.

use asyncpoll::{Jitter, ParsePolicyError, Policy, PolicyBuilder};
use core::{error::Error, time::Duration};
use proptest::prelude::*;

use crate::support::{DEFAULT_MAX_WAIT, every::JITTERS, seconds, strategies};

#[track_caller]
fn read(line: &str) -> Policy {
    let _unset = DEFAULT_MAX_WAIT.read();
    line.parse().unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[track_caller]
fn refused(line: &str, sentence: &str) {
    let _unset = DEFAULT_MAX_WAIT.read();
    let error = line.parse::<Policy>().unwrap_err();
    assert_eq!(error.to_string(), sentence, "{line}");
}

fn built(builder: PolicyBuilder) -> Policy {
    builder.build().unwrap()
}

#[test]
fn the_default_is_five_words() {
    assert_eq!(built(Policy::builder()).to_string(), "5s x3 <=5m +-20% 10m");
    assert_eq!(read("5s x3 <=5m +-20% 10m"), built(Policy::builder()));
}

#[test]
fn each_setting_has_a_word() {
    let all = Policy::builder()
        .head_start(seconds(90.0))
        .waits(&[4.2, 0.25, 59.0].map(seconds))
        .initial_wait(seconds(2.5))
        .multiplier(3, 2)
        .max_backoff(seconds(60.0))
        .jitter(Jitter::PlusMinus(15))
        .hint_jitter(0)
        .max_hint(seconds(3600.0))
        .max_wait(seconds(90_061.5))
        .no_last_poll()
        .max_polls(40)
        .max_consecutive_errors(3);
    let line = ">=1m30s [4s200ms,250ms,59s] 2s500ms x3/2 <=1m +-15% hint+0% hint<=1h 1d1h1m1s500ms nolastpoll 40polls 3errors";
    assert_eq!(built(all).to_string(), line);
    assert_eq!(read(line), built(all));
}

#[test]
fn what_is_absent_is_the_defaults() {
    assert_eq!(read("2s"), built(Policy::builder().initial_wait(seconds(2.0))));
    assert_eq!(read("x2"), built(Policy::builder().multiplier(2, 1)));
    assert_eq!(read("forever"), built(Policy::builder().no_max_wait()));
}

#[test]
fn words_may_come_in_any_order_and_far_apart() {
    assert_eq!(read("\t3errors   <=1h +-20%\n10m x3 "), read("10m x3 <=1h +-20% 3errors"));
    assert_eq!(read("forever 5s"), read("5s forever"));
}

#[test]
fn kinds_of_jitter_have_their_words() {
    for (_, jitter) in JITTERS.iter().copied() {
        let policy = built(Policy::builder().jitter(jitter));
        assert_eq!(read(&policy.to_string()), policy);
    }
    assert_eq!(built(Policy::builder().jitter(Jitter::None)).to_string(), "5s x3 <=5m +-0% 10m");
    assert_eq!(read("full").jitter(), Jitter::Full);
}

#[test]
fn numbers_may_be_decimals_that_are_exact() {
    assert_eq!(read("1.5s x1.1 <=0.5h").to_string(), "1s500ms x11/10 <=30m +-20% 10m");
    assert_eq!(read("1.000000001s").initial_wait(), Duration::new(1, 1));
    assert_eq!(read("0.10us").initial_wait(), Duration::from_nanos(100));
    assert_eq!(read("1.0ns").initial_wait(), Duration::from_nanos(1));
}

#[test]
fn what_is_no_word_is_refused() {
    let words = ">=90s [2s,30s] 5s x3 <=5m +-20% hint+10% hint<=1h 10m nolastpoll 40polls 3errors, +20%, full, equal, \
                 decorrelated and forever";
    for word in [
        "5",
        "s",
        "5.s",
        ".5s",
        "5ss",
        "5s5s",
        "5m1h",
        "-5s",
        "+5s",
        "1.5ns",
        "5S",
        "5sec",
        "1w",
        "1m30",
        "99999999999999999999s",
        "999999999999999999d",
        "x",
        "3x",
        "x-3",
        "x3/",
        "x/2",
        "x3/2/1",
        "x+3",
        "x1.0000000001",
        "<5m",
        "<=",
        ">=none",
        "<=none",
        "+-20",
        "+-%",
        "+-300%",
        "+-full",
        "20%",
        "none",
        "+-+20%",
        "+20",
        "+",
        "[",
        "[]",
        "[2s",
        "2s,30s",
        "[2s,]",
        "[none]",
        "hint+none",
        "hint+default",
        "hint+10",
        "hint+-10%",
        "hint<=none",
        "default",
        "true",
        "lastpoll",
        "Full",
        "polls",
        "-1polls",
        "+1polls",
        "nonepolls",
        "4294967296polls",
        "1.5errors",
        "1error",
        "Forever",
        "±20%",
    ] {
        refused(word, &format!("\"{word}\" is no word of a policy; its words are such as {words}"));
    }
    let long = "y".repeat(40);
    refused(&long, &format!("\"{}\" is no word of a policy; its words are such as {words}", &long[..32]));
    refused("\u{1b}[31m", &format!("\"\\u{{1b}}[31m\" is no word of a policy; its words are such as {words}"));
    for (name, jitter) in JITTERS {
        assert!(
            words.contains(name) || matches!(jitter, Jitter::None | Jitter::PlusMinus(_) | Jitter::Above(_)),
            "{name} is not named"
        );
    }
}

#[test]
fn a_setting_has_one_word() {
    for (line, setting) in [
        ("5s 10m 10m", "max_wait"),
        ("5s 10m forever", "max_wait"),
        (">=5s >=5s", "head_start"),
        ("full equal", "jitter"),
        ("+20% +-20%", "jitter"),
        ("[2s] [2s]", "waits"),
        ("hint+1% hint+1%", "hint_jitter"),
        ("hint<=1m hint<=1m", "max_hint"),
        ("nolastpoll nolastpoll", "last_poll"),
        ("x3 x3", "multiplier"),
        ("<=1m <=2m", "max_backoff"),
        ("1polls 2polls", "max_polls"),
        ("1errors 2errors", "max_consecutive_errors"),
    ] {
        refused(line, &format!("{setting} is set twice; it must be set once at most"));
    }
}

#[test]
fn a_line_without_words_is_refused() {
    for line in ["", " \n"] {
        refused(
            line,
            "the policy is empty; it must be words such as >=90s [2s,30s] 5s x3 <=5m +-20% hint+10% hint<=1h 10m nolastpoll 40polls 3errors",
        );
    }
}

#[test]
fn what_no_policy_has_is_refused_in_the_words_of_build() {
    refused("+-120%", "jitter is 120 %; it must be at most 100 %");
    refused("10m", "initial_wait is 600 s; it must be at most max_backoff, 300 s");
    refused("0s", "initial_wait is 0 s; it must be at least 1 ns");
    refused("0polls", "max_polls is 0; it must be at least 1");
    refused("x1/2", "multiplier is 1/2; it must be at least 1/1");
    refused("5s 500000d", "max_wait is 1368 years; it must be at most 292 years");
}

#[test]
fn the_error_is_one() {
    fn is_an_error<T: Copy + Error + Send + Sync + 'static>() {}
    is_an_error::<ParsePolicyError>();
    let error = "soon".parse::<Policy>().unwrap_err();
    assert_eq!(format!("{error:?}"), "ParsePolicyError(Unknown(\"soon\"))");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn every_policy_is_read_back_from_its_line(settings in strategies::settings()) {
        let policy = settings.policy();
        let line = policy.to_string();
        prop_assert_eq!(line.parse::<Policy>(), Ok(policy), "{}", line);
        // What a file says is what the line says.
        let written = toml::to_string(&policy).unwrap();
        prop_assert_eq!(toml::from_str::<Policy>(&written).unwrap().to_string(), line);
    }

    #[test]
    fn a_line_that_is_read_is_written_as_one_that_is_read_to_the_same(
        words in prop::collection::vec("(<=|>=|x|\\+-|\\+|hint\\+|hint<=|\\[)?[0-9.]{1,4}(s|m|ms|%|polls|errors|/[0-9]|,2s\\]|\\])?|full|forever", 1..6),
    ) {
        if let Ok(policy) = words.join(" ").parse::<Policy>() {
            prop_assert_eq!(policy.to_string().parse(), Ok(policy));
        }
    }

    #[test]
    fn no_text_at_all_is_a_panic(line in ".*") {
        if let Ok(policy) = line.parse::<Policy>() {
            prop_assert_eq!(policy.to_string().parse(), Ok(policy));
        }
    }
}
