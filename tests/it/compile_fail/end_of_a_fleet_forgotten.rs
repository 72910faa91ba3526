use asyncpoll::{
    Fleet, Policy,
    fleet::{Due, Limits},
};
use core::time::Duration;

fn main() {
    let mut fleet = Fleet::seeded(1, Duration::ZERO);
    let upstream = fleet.add_upstream(Limits::default());
    fleet.start(upstream, Policy::default(), Duration::ZERO);
    match fleet.next_due(Duration::ZERO) {
        Some(Due::Poll(poll)) => println!("{}", poll.number),
        None => println!("nothing is due"),
    }
}
