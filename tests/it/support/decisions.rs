//! The conversation whose decisions the golden file holds.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller};
use core::{fmt::Write, time::Duration};

use super::every::JITTERS;

/// What the polls find, in turn, and then nothing new until the end.
fn found(poll: u32) -> Outcome<(), &'static str> {
    match poll {
        3 => Outcome::transient("reset"),
        4 => Outcome::pending().retry_after(Duration::from_secs(12)),
        5 => Outcome::transient("503").retry_after(Duration::from_secs(20)),
        6 => Outcome::throttled("429").retry_after(Duration::from_secs(1)),
        7 => Outcome::pending().retry_after(Duration::from_secs(0)),
        _ => Outcome::pending(),
    }
}

/// The waits in nanoseconds and the end, on one line.
pub(crate) fn decisions(jitter: Jitter, head_start: bool, seed: u64) -> String {
    let mut builder = Policy::builder()
        .multiplier(7, 3)
        .max_backoff(Duration::from_secs(90))
        .max_wait(Duration::from_secs(900))
        .jitter(jitter);
    if head_start {
        builder = builder.head_start(Duration::from_secs(42));
    }
    let mut poller = Poller::seeded(builder.build().unwrap(), seed, Duration::ZERO);
    let (mut now, mut line) = (Duration::ZERO, String::new());
    loop {
        match poller.step(found(poller.polls() + 1), now) {
            Decision::Sleep(wait) => {
                write!(line, " {}", wait.as_nanos()).unwrap();
                now += wait;
            }
            Decision::GaveUp(gave_up) => {
                write!(line, " {:?}", gave_up.reason).unwrap();
                return line;
            }
            other => panic!("nothing ends it but the deadline: {other:?}"),
        }
        if poller.polls() == 9 {
            poller.reset_backoff();
        }
    }
}

/// The whole of the golden file.
pub(crate) fn text() -> String {
    let mut text = String::new();
    for (name, jitter) in JITTERS.iter().copied() {
        for seed in [0, 1, u64::MAX] {
            writeln!(text, "{name} {seed}:{}", decisions(jitter, false, seed)).unwrap();
        }
        writeln!(text, "{name} head-start 1:{}", decisions(jitter, true, 1)).unwrap();
    }
    text
}
