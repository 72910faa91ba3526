//! Operations that are polled by the crate in virtual time.

use core::time::Duration;

use asyncpoll::{Decision, Outcome, Policy, Poller};
use asyncpoll_fit::{Plan, Record};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::kinds::Kind;

/// What a poller made of an operation.
pub(crate) struct Polled {
    pub(crate) polls: u32,
    pub(crate) record: Record,
}

/// Polls an operation that is done at `time`, with seeds and jitter, as a program does.
pub(crate) fn poll(plan: &Plan, time: f64, rng: &mut impl Rng) -> Polled {
    let mut now = Duration::ZERO;
    let mut poller = Poller::seeded(plan.policy, rng.random(), now);
    let mut after = 0.0;
    loop {
        let seconds = now.as_secs_f64();
        let outcome = if seconds < time { Outcome::<()>::pending() } else { Outcome::Done(()) };
        let record = match plan.step(&mut poller, outcome, now) {
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
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let plan = Plan::from(policy);
    (0..records)
        .map(|_| {
            let time = kind.draw(&mut rng);
            poll(&plan, time, &mut rng).record
        })
        .collect()
}

/// The mean number of polls and the mean delay of fresh operations, of those that are noticed.
pub(crate) fn polls_and_delay(plan: &Plan, times: impl Iterator<Item = f64>, seed: u64) -> (f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut polls, mut delay, mut all, mut noticed) = (0.0, 0.0, 0.0, 0.0);
    for time in times {
        let polled = poll(plan, time, &mut rng);
        polls += f64::from(polled.polls);
        all += 1.0;
        if polled.record.is_done() {
            delay += polled.record.by() - time.max(0.0);
            noticed += 1.0;
        }
    }
    (polls / all, delay / noticed)
}

/// The middle of a list.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}
