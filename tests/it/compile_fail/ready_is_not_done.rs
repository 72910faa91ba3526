use asyncpoll::Outcome;
use core::task::Poll;

fn main() {
    let rejected: Poll<&str> = Poll::Ready("rejected");
    let _ = Outcome::from(rejected);
}
