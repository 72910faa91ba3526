use asyncpoll::{Outcome, Policy, Poller, poll_blocking_with};
use std::time::Instant;

fn main() {
    let mut poller = Poller::seeded(Policy::default(), 1, Instant::now());
    let _ = poll_blocking_with(&mut poller, Instant::now, |_| Instant::now(), |_| Outcome::<()>::pending());
}
