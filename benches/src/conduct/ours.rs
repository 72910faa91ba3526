//! How `asyncpoll` is run in virtual time.

use std::{cell::Cell, time::Duration};

use asyncpoll::{Decision, Driver, Jitter, Outcome, PollError, Poller, SeededRng};

use super::{Conduct, Made, Unavailable, Waits};
use crate::{numbers::Numbers, peers::ours::policy};

/// A seeded poller.
#[derive(Debug)]
pub struct Ours;

impl Conduct for Ours {
    const NAME: &'static str = "asyncpoll";
    const HINT: Option<&'static str> = Some("part of the outcome");
    const TAKES_JITTER: bool = true;
    const TAKES_MAX_WAIT: bool = true;

    fn waits(numbers: &Numbers, seed: u64) -> Made {
        let (Some(_), Some(percent)) = (numbers.whole_factor(), numbers.percent()) else {
            return Made::Unsayable;
        };
        match policy(numbers, Jitter::PlusMinus(percent)) {
            Ok(policy) => Made::of(Poller::<Duration>::seeded(policy, seed, Duration::ZERO)),
            Err(error) => Made::Refused(error.to_string()),
        }
    }

    fn ended(numbers: &Numbers) -> Option<String> {
        let clock = Cell::new(Duration::ZERO);
        let policy = policy(numbers, Jitter::PlusMinus(20)).ok()?;
        let mut poller = Poller::<Duration>::seeded(policy, 1, clock.get());
        let sleep = |wait| clock.set(clock.get() + wait);
        let ended = Driver::new(|| clock.get(), sleep)
            .poll_blocking(&mut poller, |poll| Outcome::<(), _>::transient(Unavailable(poll.number)));
        let Err(PollError::GaveUp(gave_up)) = ended else { return None };
        Some(format!(
            "GaveUp {{ reason: {:?}, polls: {}, last_error: {:?}, .. }}",
            gave_up.reason, gave_up.polls, gave_up.last_error
        ))
    }
}

impl Waits for Poller<Duration, SeededRng> {
    fn next_wait(&mut self, elapsed: Duration, hint: Option<Duration>) -> Option<Duration> {
        match self.step(Outcome::<()>::pending().retry_after(hint), elapsed) {
            Decision::Sleep(wait) => Some(wait),
            _ => None,
        }
    }
}
