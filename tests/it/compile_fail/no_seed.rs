use asyncpoll::{Policy, Poller};
use core::time::Duration;

fn main() {
    let _ = Poller::seeded(Policy::default(), Duration::ZERO);
}
