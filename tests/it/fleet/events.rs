//! What a fleet tells tracing of an upstream, in the words of a subscriber that prints lines.

use asyncpoll::{
    Fleet, Outcome,
    fleet::{Id, Limits},
};
use core::time::Duration;

use crate::support::{exact, log::Log, next_poll, seconds};

fn refuse(fleet: &mut Fleet<Duration>, id: Id, hint: impl Into<Option<Duration>>, now: f64) {
    let _wait = fleet.step(id, Outcome::<(), _>::throttled("429").retry_after(hint.into()), seconds(now));
}

fn send(fleet: &mut Fleet<Duration>, now: f64) -> Id {
    next_poll(fleet, seconds(now)).expect("a poll is due").id
}

#[test]
fn holds_their_ends_and_cuts_are_told_with_the_number_of_the_upstream() {
    let log = Log::start();
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    fleet.add_upstream(Limits::default());
    let upstream = fleet.add_upstream(Limits::default());
    for _ in 0..8 {
        fleet.start(upstream, exact().build().unwrap(), Duration::ZERO);
    }

    let (first, second) = (send(&mut fleet, 0.0), send(&mut fleet, 0.0));
    refuse(&mut fleet, first, seconds(30.0), 1.0);
    // It was sent before the cut, and asks for nothing.
    refuse(&mut fleet, second, None, 1.0);
    send(&mut fleet, 31.0);
    send(&mut fleet, 35.0);
    let expected = [
        " INFO asyncpoll::fleet: held upstream=1 hint=30s",
        " INFO asyncpoll::fleet: cut upstream=1 spacing=1.666s",
        " INFO asyncpoll::fleet: resumed upstream=1",
    ];
    assert_eq!(log.text().lines().collect::<Vec<_>>(), expected);
}
