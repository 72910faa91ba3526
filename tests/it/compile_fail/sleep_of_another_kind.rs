use asyncpoll::{Driver, Outcome, Policy, Poller};
use std::time::Instant;

fn main() {
    let mut poller = Poller::seeded(Policy::default(), 1, Instant::now());
    let _ = Driver::new(Instant::now, |_| Instant::now()).poll_blocking(&mut poller, |_| Outcome::<()>::pending());
}
