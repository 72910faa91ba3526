//! Prints how everything behaves, in virtual time, as Markdown.

use std::{
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use asyncpoll_benches::{
    conduct::{
        Conduct, Made, backoff::Backoff, backon::Backon, exponential_backoff::ExponentialBackoff, google_cloud_gax::Gax,
        ours::Ours, reliakit_backoff::ReliakitBackoff, retry_policies::RetryPolicies, sisyphus::Sisyphus,
        tokio_retry::TokioRetry,
    },
    numbers::Numbers,
    watched::{self, POLLERS, Watched, twenty},
};

fn main() {
    let all = watched::all();
    println!("### Behaviour: waits\n");
    println!("| | longest wait, cap 300 s | waits given after a stop | shortest wait, hint 60 s | hint 900 s, limit 600 s |");
    println!("|---|---|---|---|---|");
    for it in &all {
        let (longest, after_stop) = (seconds(it.longest), after_stop(it));
        println!("| {} | {longest} | {after_stop} | {} | {} |", it.name, shortest_hinted(it), hint_past_deadline(it));
    }
    println!("\n### Behaviour: the end\n");
    println!("| | last poll, limit 600 s | what its loop returns |");
    println!("|---|---|---|");
    for it in &all {
        let ended = it.ended.as_ref().map_or_else(|| "has no loop".to_owned(), |ended| format!("`{ended}`"));
        println!("| {} | {} | {ended} |", it.name, last_poll(it));
    }
    println!("\n### Behaviour: odd settings\n");
    println!("| | first wait 0 s | factor NaN | jitter NaN | first wait and cap 2⁶⁴ s | limit 2⁶⁴ s |");
    println!("|---|---|---|---|---|---|");
    // A panic is an answer here, not an event.
    panic::set_hook(Box::new(|_| {}));
    odd_settings::<Ours>();
    odd_settings::<Backon>();
    odd_settings::<Backoff>();
    odd_settings::<ExponentialBackoff>();
    odd_settings::<TokioRetry>();
    odd_settings::<RetryPolicies>();
    odd_settings::<Sisyphus>();
    odd_settings::<ReliakitBackoff>();
    odd_settings::<Gax>();
}

fn after_stop(it: &Watched) -> String {
    match it.after_stop {
        0 => "none".to_owned(),
        count => format!("by {count} of {POLLERS}"),
    }
}

fn shortest_hinted(it: &Watched) -> String {
    format!("{} ({})", seconds(it.shortest_hinted), it.hint.unwrap_or("it cannot be told"))
}

fn hint_past_deadline(it: &Watched) -> String {
    match (it.hint_past_deadline, it.hint) {
        (_, None) => "it cannot be told".to_owned(),
        (None, _) => "stops at once".to_owned(),
        (Some(wait), _) => format!("waits {}", seconds(wait)),
    }
}

fn last_poll(it: &Watched) -> String {
    let (Some(earliest), Some(latest)) = (it.last_polls.first(), it.last_polls.last()) else { return "none".to_owned() };
    let range = format!("{} to {}", seconds(*earliest), seconds(*latest));
    match it.late {
        Some(late) => format!("{range}; {late} of {POLLERS} after the limit"),
        None => format!("{range}; no such setting, so after {} polls", Numbers::TEN_MINUTES.max_polls),
    }
}

fn odd_settings<C: Conduct>() {
    let common = Numbers::COMMON;
    let absent = || "no such setting".to_owned();
    let cells = [
        odd::<C>(&Numbers { initial: Duration::ZERO, ..common }),
        odd::<C>(&Numbers { factor: f64::NAN, ..common }),
        if C::TAKES_JITTER { odd::<C>(&Numbers { jitter: f64::NAN, ..common }) } else { absent() },
        odd::<C>(&Numbers { initial: Duration::MAX, cap: Duration::MAX, ..common }),
        if C::TAKES_MAX_WAIT { odd::<C>(&Numbers { max_wait: Duration::MAX, ..common }) } else { absent() },
    ];
    println!("| {} | {} |", C::NAME, cells.join(" | "));
}

/// Returns what becomes of numbers that make no sense: of the wish for a poller, or of its first twenty waits.
fn odd<C: Conduct>(numbers: &Numbers) -> String {
    let tried = panic::catch_unwind(AssertUnwindSafe(|| match C::waits(numbers, 1) {
        Made::Unsayable => "cannot be written".to_owned(),
        Made::Refused(why) => format!("refused: {why}"),
        Made::Waits(mut waits) => {
            let given = twenty(&mut *waits, None);
            match (given.iter().min(), given.iter().max()) {
                (Some(shortest), Some(longest)) => format!("waits of {} to {}", seconds(*shortest), seconds(*longest)),
                _ => "stops at once".to_owned(),
            }
        }
    }));
    tried.unwrap_or_else(|_| "panics".to_owned())
}

fn seconds(duration: Duration) -> String {
    if duration.as_secs() > 1_000_000 {
        format!("{:.1e} s", duration.as_secs_f64())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}
