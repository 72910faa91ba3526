//! The program where there is no terminal: it plays to the end, and says what came of it.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

fn machines() -> Command {
    Command::new(env!("CARGO_BIN_EXE_machines"))
}

/// Returns the polls and the refused ones of the sentence at the end.
fn counts(sentence: &str) -> (u32, u32) {
    let mut numbers = sentence.split_whitespace().filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn a_shared_pace_is_refused_less_and_notices_alike_everywhere() {
    let said = String::from_utf8(machines().output().unwrap().stdout).unwrap();
    let end = |name| said.lines().rev().find(|line| line.starts_with(name)).unwrap();
    let (own, shared) = (end("a pace each: "), end("one pace, in a row: "));
    let ((own_polls, own_refused), (polls, refused)) = (counts(own), counts(shared));
    assert!(own_polls > 5_000 && polls > 5_000, "{said}");
    assert!(100 * refused <= polls && 5 * refused <= own_refused, "{own}\n{shared}");
    // The best replica and the worst.
    let noticed = shared.split("noticed ").nth(1).unwrap();
    let noticed: Vec<f64> = noticed.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    assert!(noticed[1] <= 1.2 * noticed[0], "{shared}");
}

#[test]
fn it_ends_if_nobody_reads_on() {
    let mut child = machines().stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("a pace each"), "{line}");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_number_of_replicas_that_no_key_names_is_refused() {
    let refused = machines().args(["--replicas", "10"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("10 is not in 1..=9"), "{said}");
}
