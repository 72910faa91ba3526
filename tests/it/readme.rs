//! README is one screen, and its table of outcomes and decisions shows code that compiles. CONTRIBUTING is short. The page of
//! promises names tests that are there.

use asyncpoll::{Decision, Outcome, Policy, Poller};
use core::time::Duration;
use std::{collections::BTreeSet, env, process::Command};

const README: &str = include_str!("../../README.md");

#[test]
fn the_readme_is_one_screen() {
    assert!(README.split_whitespace().count() <= 700, "these are too many words");
    assert!(README.lines().count() <= 120, "these are too many lines");
}

#[test]
fn contributing_takes_ten_minutes_to_read() {
    let contributing = include_str!("../../CONTRIBUTING.md");
    assert!(contributing.split_whitespace().count() <= 1_200, "these are too many words");
}

/// Compiles expressions, and returns each beside its text.
macro_rules! compiled {
    ($($shown:expr),+ $(,)?) => {
        [$((stringify!($shown), $shown)),+]
    };
}

#[test]
fn the_tables_of_outcomes_and_decisions_show_what_compiles() {
    let (value, error, d) = ("issued", "503", Duration::from_secs(30));
    let gave_up = Poller::seeded(Policy::default(), 1, Duration::ZERO).cancel(d).with_last_error(Some(error));
    let outcomes: [(&str, Outcome<&str, &str>); _] = compiled![
        Outcome::pending(),
        Outcome::pending().retry_after(d),
        Outcome::transient(error),
        Outcome::throttled(error),
        Outcome::Done(value),
        Outcome::Failed(error),
    ];
    let decisions: [(&str, Decision<&str, &str>); _] =
        compiled![Decision::Sleep(d), Decision::GaveUp(gave_up), Decision::Done(value), Decision::Failed(error)];
    let compiled: BTreeSet<_> = outcomes.map(|(text, _)| text).into_iter().chain(decisions.map(|(text, _)| text)).collect();

    let rows = README.lines().skip_while(|line| !line.contains("| it answers |")).skip(2).take_while(|line| !line.is_empty());
    let shown: BTreeSet<_> = rows.flat_map(|row| row.split('`').skip(1).step_by(2)).collect();
    assert_eq!(shown, compiled);
}

#[test]
fn every_test_that_a_promise_names_is_there() {
    let listed = Command::new(env::current_exe().unwrap()).arg("--list").output().unwrap();
    let tests = String::from_utf8(listed.stdout).unwrap();
    let mut named = include_str!("../../docs/promises.md").split("`cargo test ").skip(1);
    assert!(named.clone().count() > 10);
    assert_eq!(named.find_map(|rest| rest.split('`').next().filter(|name| !tests.contains(name))), None);
}
