use asyncpoll::{Policy, Poller};

fn main() {
    let _ = Poller::seeded(Policy::default(), 1, "now");
}
