//! The Rust that is printed compiles, and does what is printed beside it.

use core::time::Duration;

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, SeededRng};
use asyncpoll_fit::{Distribution, Fit, Log, estimate, rust, toml};
use expect_test::expect_file;
use rand::RngExt;

use crate::{kinds::MAX_WAIT, promised::drawn};

/// What is printed for the log in the repository.
#[allow(unreachable_pub, missing_docs, reason = "it is to be pasted")]
#[rustfmt::skip]
mod orders;

fn fitted() -> (Distribution, Fit) {
    let log = Log::read(include_bytes!("../../examples/orders.log"), None).unwrap();
    let times = estimate(&log.records, MAX_WAIT).unwrap();
    let fit = Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap();
    (times, fit)
}

/// The polls and the seconds of delay that the comment of the code promises.
fn promised(code: &str) -> (f64, f64) {
    let line = code.lines().find_map(|line| line.strip_prefix("/// Mean: ")).unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    assert_eq!((words[1], words[3], words[4]), ("polls,", "s", "late."), "{line}");
    (words[0].parse().unwrap(), words[2].parse().unwrap())
}

#[test]
fn the_code_is_what_is_printed() {
    expect_file!["printed/orders.rs"].assert_eq(&rust(&fitted().1));
}

#[test]
fn every_setting_is_printed() {
    let second = Duration::from_secs(1);
    let polls = Policy::builder().waits(&[second]).head_start(second).max_polls(100).max_consecutive_errors(9);
    let present = polls.hint_jitter(5).max_hint(60 * second).no_last_poll().build().unwrap();
    let (times, _) = fitted();
    let mut fit = Fit::new(&times, present, None, second).unwrap();
    fit.best = fit.present.clone();
    let code = rust(&fit);
    let settings = format!("{:#?}", Policy::builder());
    let settings = settings.lines().filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
    let settings: Vec<&str> = settings.map(|(setting, _)| setting).filter(|setting| !setting.starts_with(' ')).collect();
    assert!(settings.len() >= 12, "{settings:?}");
    for setting in settings {
        let is_set = |setter: &str| code.contains(&format!("\n        .{setter}("));
        assert!(is_set(setting) || is_set(&format!("no_{setting}")), "{setting} is set, and not printed: {code}");
    }
}

#[test]
fn the_code_does_what_is_printed() {
    let (times, fit) = fitted();
    assert_eq!(orders::POLLING, fit.best.policy);
    let (polls, delay) = played(&times, orders::POLLING);
    let (polls_promised, delay_promised) = promised(include_str!("printed/orders.rs"));
    assert!((polls / polls_promised - 1.0).abs() < 0.02, "{polls} polls, and not {polls_promised}");
    assert!((delay / delay_promised - 1.0).abs() < 0.04, "{delay} s late, and not {delay_promised}");
}

/// Plays operations of the estimate by what is printed alone.
fn played(times: &Distribution, policy: Policy) -> (f64, f64) {
    let mut rng = SeededRng::new(3);
    let (mut polls, mut delay, mut all, mut noticed) = (0.0, 0.0, 0.0, 0.0);
    for time in drawn(times, 40_000) {
        let mut now = Duration::ZERO;
        let mut poller = Poller::seeded(policy, rng.random(), now);
        loop {
            let outcome = if now.as_secs_f64() < time { Outcome::<()>::pending() } else { Outcome::Done(()) };
            match poller.step(outcome, now) {
                Decision::Sleep(wait) => now += wait,
                Decision::Done(()) => {
                    delay += now.as_secs_f64() - time;
                    noticed += 1.0;
                    break;
                }
                _ => break,
            }
        }
        polls += f64::from(poller.polls());
        all += 1.0;
    }
    (polls / all, delay / noticed)
}

#[test]
fn the_toml_is_read_back() {
    let (_, fit) = fitted();
    let policy: Policy = ::toml::from_str(&toml(&fit).unwrap()).unwrap();
    assert_eq!(policy, fit.best.policy);
}

#[test]
fn a_setting_that_does_nothing_is_not_printed() {
    // All are done within a second, so no policy is better than a head start and a short constant.
    let times = Distribution::new(0.0, vec![56.0, 57.0, 600.0], &[1.0, 0.0], 0.0);
    let wait = Duration::from_millis;
    let tuned = Policy::builder().head_start(wait(56_130)).initial_wait(wait(130)).multiplier(1, 1).jitter(Jitter::None);
    let fit = Fit::new(&times, tuned.build().unwrap(), None, wait(60)).unwrap();
    let policy = fit.best.policy;
    assert_eq!((policy.multiplier(), policy.max_backoff()), ((1, 1), Policy::default().max_backoff()), "{policy}");
    assert_eq!(fit.constant.policy.max_backoff(), Policy::default().max_backoff(), "{:?}", fit.constant);
    let configuration = toml(&fit).unwrap();
    assert!(!configuration.contains("max_backoff"), "{configuration}");
    assert_eq!(::toml::from_str::<Policy>(&configuration).unwrap(), policy);
    assert!(!rust(&fit).contains("max_backoff"), "{}", rust(&fit));
}
