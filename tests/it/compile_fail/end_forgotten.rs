use asyncpoll::{Decision, Outcome, Policy, Poller};
use core::time::Duration;

fn main() {
    let mut poller = Poller::seeded(Policy::default(), 1, Duration::ZERO);
    match poller.step(Outcome::<(), &str>::pending(), Duration::ZERO) {
        Decision::Sleep(wait) => println!("{wait:?}"),
        Decision::Done(()) => println!("done"),
        Decision::Failed(error) => println!("{error}"),
    }
}
