//! The loop of `cargo run --example fleet`, if all polls of one order panic.

use asyncpoll::Outcome;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use super::{progress::Progress, together};
use crate::support::exact;

/// Polls 31 orders to their end, of which one fails in this way and the others are issued at their third poll. Returns how
/// often each was polled, and the line that the example prints.
async fn polls(fails: fn() -> Outcome<(), String>) -> (HashMap<String, u32>, String) {
    let urls: Vec<String> = (0..31).map(|number| number.to_string()).collect();
    let progress = Progress::start(urls.len());
    let polls = Arc::new(Mutex::new(HashMap::new()));
    let counts = Arc::clone(&polls);
    let poll = move |url: &str| {
        let number = {
            let mut counts = counts.lock().unwrap();
            let number = counts.entry(url.to_owned()).or_insert(0);
            *number += 1;
            *number
        };
        match (url, number) {
            // After so many, it is a storm, which is to end.
            ("7", ..1_000) => fails(),
            (_, ..3) => Outcome::pending(),
            _ => Outcome::Done(()),
        }
    };
    together::poll(poll, urls, exact().build().unwrap(), &progress).await.unwrap();
    let mut line = Vec::new();
    progress.end(false, &mut line).unwrap();
    (Arc::into_inner(polls).unwrap().into_inner().unwrap(), String::from_utf8(line).unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_panics_costs_what_a_transient_error_costs() {
    let (polls_if_it_panics, line) = polls(|| panic!("a bug")).await;
    let (polls_if_it_fails, _) = polls(|| Outcome::transient("500".into())).await;
    assert_eq!(polls_if_it_panics, polls_if_it_fails);
    assert!(line.contains("30 of 31 issued, 1 given up, 0 left"), "{line}");
}
