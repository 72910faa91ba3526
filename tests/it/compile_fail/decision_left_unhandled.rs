#![deny(unused_must_use)]

use asyncpoll::{Outcome, Policy, Poller};
use core::time::Duration;

fn main() {
    let mut poller = Poller::seeded(Policy::default(), 1, Duration::ZERO);
    poller.step(Outcome::<()>::pending(), Duration::ZERO);
}
