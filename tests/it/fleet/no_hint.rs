//! Refusals that do not say for how long: a fleet learns from them.

use asyncpoll::{Decision, Fleet, Outcome, Policy, fleet::Limits};
use core::time::Duration;
use std::collections::VecDeque;

use crate::support::{DEFAULT_MAX_WAIT, next_poll};

/// How many polls a second the server serves; it serves twice as many after a rest.
const RATE: u64 = 10;

/// What it has left of that, in polls times nanoseconds.
struct Server {
    left: u64,
    filled: Duration,
}

impl Server {
    const FULL: u64 = 2 * RATE * POLL;

    fn serves(&mut self, now: Duration) -> bool {
        let filled = RATE * (now - self.filled).as_nanos() as u64;
        self.left = (self.left + filled).min(Self::FULL);
        self.filled = now;
        let serves = self.left >= POLL;
        self.left -= if serves { POLL } else { 0 };
        serves
    }
}

/// One poll, times the nanoseconds of a second.
const POLL: u64 = 1_000_000_000;

#[test]
fn one_poll_in_fifty_is_refused_at_most() {
    let _unset = DEFAULT_MAX_WAIT.read();
    let mut now = Duration::ZERO;
    let mut server = Server { left: Server::FULL, filled: now };
    let mut fleet = Fleet::seeded(1, now);
    let upstream = fleet.add_upstream(Limits::default());
    for _ in 0..1_000 {
        fleet.start(upstream, Policy::default(), now);
    }
    let (mut polls, mut refused, mut done, mut answers) = (0, 0, 0, VecDeque::new());
    while !fleet.is_empty() {
        while let Some(poll) = next_poll(&mut fleet, now) {
            polls += 1;
            let outcome = match server.serves(now) {
                false => Outcome::throttled("429"),
                true if now < Duration::from_secs(180) => Outcome::pending(),
                true => Outcome::Done(()),
            };
            answers.push_back((now + Duration::from_millis(200), poll.id, outcome));
        }
        let wake_up = fleet.until_next(now).map(|wait| now + wait);
        now = wake_up.into_iter().chain(answers.front().map(|(at, ..)| *at)).min().unwrap();
        while let Some((_, id, outcome)) = answers.pop_front_if(|(at, ..)| *at <= now) {
            refused += u32::from(outcome.error().is_some());
            done += u32::from(fleet.step(id, outcome, now) == Decision::Done(()));
        }
    }
    assert_eq!(done, 1_000);
    assert!((1..=polls / 50).contains(&refused), "{refused} of {polls} polls");
    assert_eq!(fleet.status(upstream, now).refusals, u64::from(refused));
}
