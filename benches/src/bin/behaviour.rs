//! Prints how everything behaves, in virtual time, as Markdown.

use std::{
    panic::{self, AssertUnwindSafe},
    time::Duration,
};

use asyncpoll_benches::{
    conduct::{
        Conduct, Made, Waits, backoff::Backoff, backon::Backon, exponential_backoff::ExponentialBackoff, google_cloud_gax::Gax,
        ours::Ours, reliakit_backoff::ReliakitBackoff, retry_policies::RetryPolicies, sisyphus::Sisyphus,
        tokio_retry::TokioRetry,
    },
    numbers::Numbers,
};

/// How many pollers are watched for each question, each with another seed.
const POLLERS: u64 = 1_000;

const HINT: Duration = Duration::from_secs(60);

fn main() {
    // A panic is an answer here, not an event.
    panic::set_hook(Box::new(|_| {}));
    let answers = [
        answers::<Ours>(),
        answers::<Backon>(),
        answers::<Backoff>(),
        answers::<ExponentialBackoff>(),
        answers::<TokioRetry>(),
        answers::<RetryPolicies>(),
        answers::<Sisyphus>(),
        answers::<ReliakitBackoff>(),
        answers::<Gax>(),
    ];
    println!("### Behaviour: waits\n");
    println!("| | longest wait, cap 300 s | waits given after a stop | shortest wait, hint 60 s | hint 900 s, limit 600 s |");
    println!("|---|---|---|---|---|");
    for Answers { name, longest, after_stop, shortest_hinted, hint_past_deadline, .. } in &answers {
        println!("| {name} | {longest} | {after_stop} | {shortest_hinted} | {hint_past_deadline} |");
    }
    println!("\n### Behaviour: the end\n");
    println!("| | last poll, limit 600 s | what its loop returns |");
    println!("|---|---|---|");
    for Answers { name, last_poll, ended, .. } in &answers {
        println!("| {name} | {last_poll} | {ended} |");
    }
    println!("\n### Behaviour: odd settings\n");
    println!("| | first wait 0 s | factor NaN | jitter NaN | first wait and cap 2⁶⁴ s | limit 2⁶⁴ s |");
    println!("|---|---|---|---|---|---|");
    for Answers { name, odd, .. } in &answers {
        println!("| {name} | {} |", odd.join(" | "));
    }
}

struct Answers {
    name: &'static str,
    longest: String,
    after_stop: String,
    shortest_hinted: String,
    hint_past_deadline: String,
    last_poll: String,
    ended: String,
    odd: Vec<String>,
}

fn answers<C: Conduct>() -> Answers {
    let common = Numbers::COMMON;
    Answers {
        name: C::NAME,
        longest: longest::<C>(),
        after_stop: after_stop::<C>(),
        shortest_hinted: shortest_hinted::<C>(),
        hint_past_deadline: hint_past_deadline::<C>(),
        last_poll: last_poll::<C>(),
        ended: C::ended(&Numbers::TEN_MINUTES).map_or_else(|| "has no loop".to_owned(), |ended| format!("`{ended}`")),
        odd: vec![
            odd::<C>(&Numbers { initial: Duration::ZERO, ..common }),
            odd::<C>(&Numbers { factor: f64::NAN, ..common }),
            if C::TAKES_JITTER { odd::<C>(&Numbers { jitter: f64::NAN, ..common }) } else { "no such setting".to_owned() },
            odd::<C>(&Numbers { initial: Duration::MAX, cap: Duration::MAX, ..common }),
            if C::TAKES_MAX_WAIT {
                odd::<C>(&Numbers { max_wait: Duration::MAX, ..common })
            } else {
                "no such setting".to_owned()
            },
        ],
    }
}

fn made<C: Conduct>(numbers: &Numbers, seed: u64) -> Box<dyn Waits> {
    match C::waits(numbers, seed) {
        Made::Waits(waits) => waits,
        Made::Refused(_) | Made::Unsayable => panic!("{} takes ordinary numbers", C::NAME),
    }
}

/// Returns the waits until it stops, or the first twenty.
fn twenty(waits: &mut dyn Waits, hint: Option<Duration>) -> Vec<Duration> {
    let mut elapsed = Duration::ZERO;
    let mut given = Vec::new();
    while given.len() < 20 {
        let Some(wait) = waits.next_wait(elapsed, hint) else { break };
        elapsed = elapsed.saturating_add(wait);
        given.push(wait);
    }
    given
}

fn longest<C: Conduct>() -> String {
    let longest = (0..POLLERS).flat_map(|seed| twenty(&mut *made::<C>(&Numbers::COMMON, seed), None)).max();
    longest.map_or_else(|| "none".to_owned(), seconds)
}

fn shortest_hinted<C: Conduct>() -> String {
    let shortest = (0..POLLERS).flat_map(|seed| twenty(&mut *made::<C>(&Numbers::COMMON, seed), Some(HINT))).min();
    let how = C::HINT.unwrap_or("it cannot be told");
    format!("{} ({how})", shortest.map_or_else(|| "none".to_owned(), seconds))
}

fn hint_past_deadline<C: Conduct>() -> String {
    let wait = made::<C>(&Numbers::TEN_MINUTES, 1).next_wait(Duration::ZERO, Some(Duration::from_secs(900)));
    match (wait, C::HINT) {
        (_, None) => "it cannot be told".to_owned(),
        (None, _) => "stops at once".to_owned(),
        (Some(wait), _) => format!("waits {}", seconds(wait)),
    }
}

/// Returns how many go on when they are asked again, a hundred times, at the time at which they stopped.
fn after_stop<C: Conduct>() -> String {
    let go_on = (0..POLLERS).filter(|seed| {
        let mut waits = made::<C>(&Numbers::TEN_MINUTES, *seed);
        let stopped = last(&mut *waits);
        (0..100).any(|_| waits.next_wait(stopped, None).is_some())
    });
    match go_on.count() {
        0 => "none".to_owned(),
        count => format!("by {count} of {POLLERS}"),
    }
}

/// Returns the time of the last poll.
fn last(waits: &mut dyn Waits) -> Duration {
    let mut elapsed = Duration::ZERO;
    while let Some(wait) = waits.next_wait(elapsed, None) {
        elapsed += wait;
    }
    elapsed
}

fn last_poll<C: Conduct>() -> String {
    let polls: Vec<_> = (0..POLLERS).map(|seed| last(&mut *made::<C>(&Numbers::TEN_MINUTES, seed))).collect();
    let (Some(earliest), Some(latest)) = (polls.iter().min(), polls.iter().max()) else { return "none".to_owned() };
    let range = format!("{} to {}", seconds(*earliest), seconds(*latest));
    if !C::TAKES_MAX_WAIT {
        return format!("{range}; no such setting, so after {} polls", Numbers::TEN_MINUTES.max_polls);
    }
    let late = polls.iter().filter(|poll| **poll > Numbers::TEN_MINUTES.max_wait).count();
    format!("{range}; {late} of {POLLERS} after the limit")
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
