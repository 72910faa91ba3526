//! Operations that are polled by the crate in virtual time.

use core::time::Duration;

use asyncpoll::{Decision, Outcome, Policy, Poller, SeededRng};
use asyncpoll_fit::Record;
use rand::{Rng, RngExt};

use crate::kinds::Kind;

/// What a poller made of an operation.
pub(crate) struct Polled {
    pub(crate) polls: u32,
    pub(crate) record: Record,
}

/// Polls an operation that is done at `time`, with seeds and jitter, as a program does.
pub(crate) fn poll(policy: &Policy, time: f64, rng: &mut impl Rng) -> Polled {
    let mut now = Duration::ZERO;
    let mut poller = Poller::seeded(*policy, rng.random(), now);
    let mut after = 0.0;
    loop {
        let seconds = now.as_secs_f64();
        let outcome = if seconds < time { Outcome::<()>::pending() } else { Outcome::Done(()) };
        let record = match poller.step(outcome, now) {
            Decision::Sleep(wait) => {
                (now, after) = (now + wait, seconds);
                continue;
            }
            Decision::Done(()) => Record::new(after, seconds),
            Decision::Failed(error) => match error {},
            Decision::GaveUp(_) => Record::new(seconds, f64::INFINITY),
        };
        return Polled { polls: poller.polls(), record: record.unwrap() };
    }
}

/// A log of operations of one kind, censored as the polls of `policy` make it.
pub(crate) fn log(kind: Kind, policy: Policy, records: usize, seed: u64) -> Vec<Record> {
    let mut rng = SeededRng::new(seed);
    (0..records)
        .map(|_| {
            let time = kind.draw(&mut rng);
            poll(&policy, time, &mut rng).record
        })
        .collect()
}

/// What fresh operations took.
pub(crate) struct Measured {
    /// The mean number of polls.
    pub(crate) polls: f64,
    /// The share that was noticed.
    pub(crate) noticed: f64,
    /// The mean delay of these, in seconds.
    pub(crate) delay: f64,
    /// What 95 % of these delays are within.
    pub(crate) late: f64,
}

impl Measured {
    /// Polls operations that are done at these times.
    pub(crate) fn of(policy: &Policy, times: impl Iterator<Item = f64>, seed: u64) -> Self {
        let mut rng = SeededRng::new(seed);
        let (mut polls, mut all, mut delays) = (0.0, 0.0, Vec::new());
        for time in times {
            let polled = poll(policy, time, &mut rng);
            polls += f64::from(polled.polls);
            all += 1.0;
            if polled.record.is_done() {
                delays.push(polled.record.by() - time);
            }
        }
        delays.sort_by(f64::total_cmp);
        let count = delays.len() as f64;
        let late = delays[(count * 0.95) as usize];
        Self { polls: polls / all, noticed: count / all, delay: delays.iter().sum::<f64>() / count, late }
    }
}

/// The middle of a list.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
