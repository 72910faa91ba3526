//! What was seen of everything, in one table without figures that differ from run to run.

use std::{fmt::Write as _, time::Duration};

use crate::{
    numbers::Numbers,
    watched::{POLLERS, Watched},
};

const HEAD: &str = "\
| | longest wait, cap 300 s | wait after a hint of 60 s | after one of 900 s, limit 600 s | limit 600 s | asked again after its end | \
what its loop returns |
|---|---|---|---|---|---|---|
";

/// Returns the table as Markdown.
pub fn table(all: &[Watched]) -> String {
    let mut table = HEAD.to_owned();
    for it in all {
        let longest = seconds(it.longest, 10);
        let (hinted, too_long) = hints(it);
        let again = if it.after_stop == 0 { "stays ended" } else { "may go on" };
        let _ =
            writeln!(table, "| {} | {longest} | {hinted} | {too_long} | {} | {again} | {} |", it.name, limit(it), ended(it));
    }
    table
}

/// Returns the wait after a hint, at least, and what becomes of a hint that is longer than the limit.
fn hints(it: &Watched) -> (String, String) {
    let untold = || "it cannot be told".to_owned();
    match (it.hint, it.hint_past_deadline) {
        (None, _) => (untold(), untold()),
        (Some(_), None) => (seconds(it.shortest_hinted, 1), "ends at once".to_owned()),
        (Some(_), Some(wait)) => (seconds(it.shortest_hinted, 1), format!("waits {}", seconds(wait, 1))),
    }
}

/// Returns where the last poll falls.
fn limit(it: &Watched) -> &'static str {
    let limit = Numbers::TEN_MINUTES.max_wait;
    let earliest = it.last_polls.first().copied().unwrap_or_default();
    match it.late {
        None => "no such setting",
        Some(0) if earliest >= limit * 99 / 100 => "last poll just before it",
        Some(0) => "ends if the next wait is too long",
        Some(POLLERS) => "last poll after it",
        Some(_) => "last poll before or after it",
    }
}

/// Returns what the loop returns, with `_` for every number.
fn ended(it: &Watched) -> String {
    let Some(ended) = &it.ended else { return "has no loop".to_owned() };
    let words: Vec<_> = ended.split(|letter: char| letter.is_ascii_digit()).collect();
    format!("`{}`", words.join("_"))
}

/// Rounds to so many seconds: the longest of many waits that are drawn is a little less than the bound of the draw.
fn seconds(duration: Duration, to: u64) -> String {
    let halves = duration.as_millis() * 2 / 1_000;
    format!("{} s", (halves + u128::from(to)) / (2 * u128::from(to)) * u128::from(to))
}
