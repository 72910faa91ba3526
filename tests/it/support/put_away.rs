//! The snapshots that the golden file holds, and what their pollers do when they are taken out.

use asyncpoll::{Decision, Elapsed, Jitter, Outcome, Policy, Poller, Snapshot};
use core::{fmt::Write, time::Duration};

use super::every::JITTERS;

/// The stages of a poller's life, each with what it has been fed before it is put away.
fn stages() -> [(&'static str, Vec<Outcome<(), &'static str>>); 6] {
    let hinted = |outcome: Outcome<(), &'static str>, seconds| outcome.retry_after(Duration::from_secs(seconds));
    [
        ("new", vec![]),
        ("head-start", vec![Outcome::pending()]),
        ("ladder", vec![Outcome::pending(), Outcome::pending(), Outcome::transient("503")]),
        ("hint", vec![Outcome::pending(), hinted(Outcome::throttled("429"), 30)]),
        ("last", vec![hinted(Outcome::pending(), 100)]),
        ("finished", vec![Outcome::pending(), Outcome::Failed("rejected")]),
    ]
}

fn policy(jitter: Jitter) -> Policy {
    Policy::builder()
        .head_start(Duration::from_secs(7))
        .initial_wait(Duration::from_secs(3))
        .multiplier(3, 2)
        .max_wait(Duration::from_secs(100))
        .jitter(jitter)
        .build()
        .unwrap()
}

/// A poller that has been fed this, put away a second into the wait that came of it.
fn put_away(jitter: Jitter, fed: Vec<Outcome<(), &str>>) -> Snapshot {
    let mut now = Duration::from_secs(50);
    let mut poller = Poller::seeded(policy(jitter), 17, now);
    for outcome in fed {
        now += poller.until_next_poll(now).unwrap();
        let _wait = poller.step(outcome, now);
    }
    poller.snapshot(now + Duration::from_secs(1))
}

/// What the poller of a snapshot does until the end, on one line: its polls, when it is polled in nanoseconds, and how it ends.
pub(crate) fn life_of(snapshot: &Snapshot, jitter: Jitter) -> String {
    let mut now = Duration::from_secs(1_000);
    let mut poller = Poller::restore(snapshot, policy(jitter), now, Elapsed(snapshot.elapsed())).unwrap();
    let mut line = format!("{} polls", poller.polls());
    loop {
        now += poller.until_next_poll(now).unwrap_or_default();
        write!(line, " {}", poller.elapsed(now).as_nanos()).unwrap();
        if let Decision::GaveUp(gave_up) = poller.step(Outcome::<()>::pending(), now) {
            write!(line, " {:?}", gave_up.reason).unwrap();
            return line;
        }
    }
}

/// The whole of the golden file: a line a snapshot, with the kind of jitter, the stage, the bytes, and the life after.
pub(crate) fn text() -> String {
    let mut text = String::new();
    for (name, jitter) in JITTERS.iter().copied() {
        for (stage, fed) in stages() {
            let snapshot = put_away(jitter, fed);
            writeln!(text, "{name} {stage} {}: {}", hex(snapshot.as_bytes()), life_of(&snapshot, jitter)).unwrap();
        }
    }
    text
}

/// Reads every snapshot of a golden file back, and returns the lives that it holds and those that the pollers have.
pub(crate) fn lives(golden: &str) -> (Vec<String>, Vec<String>) {
    golden
        .lines()
        .map(|line| {
            let (head, life) = line.split_once(": ").unwrap();
            let [name, _stage, bytes] = *head.split(' ').collect::<Vec<_>>() else {
                panic!("a line has a kind of jitter, a stage and bytes: {line}");
            };
            let (_, jitter) = JITTERS.iter().find(|(known, _)| *known == name).unwrap();
            let snapshot = Snapshot::from_bytes(&bytes_of(bytes)).unwrap();
            (format!("{head}: {life}"), format!("{head}: {}", life_of(&snapshot, *jitter)))
        })
        .unzip()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

pub(crate) fn bytes_of(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
