//! Slots that come from outside: one fleet that gets them at once is polled as if it kept the rate itself.

use asyncpoll::{
    Fleet, Outcome, Policy,
    fleet::{Due, Limits, SharedPace},
};
use core::time::Duration;

const MS: Duration = Duration::from_millis(1);

#[test]
fn there_is_room_for_polls_that_come_back_before_the_slots() {
    let limits = Limits::builder().in_flight(16).shared(true).build().unwrap();
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut fleet = Fleet::seeded(1, Duration::ZERO);
    let upstream = fleet.add_upstream(limits);
    for _ in 0..100 {
        fleet.start(upstream, Policy::default(), Duration::ZERO);
    }
    let ask = fleet.ask(upstream, Duration::ZERO).unwrap();
    assert_eq!(ask.wanted, 16, "nobody knows yet how long an answer takes");
    fleet.grant(upstream, &pace.admit(&limits, &ask, Duration::ZERO), Duration::ZERO);

    // One is answered after 200 ms, three are in flight then.
    let Some(Due::Poll(first)) = fleet.next_due(Duration::ZERO) else { unreachable!("there is a slot") };
    for now in [63 * MS, 126 * MS, 189 * MS] {
        assert!(matches!(fleet.next_due(now), Some(Due::Poll(_))));
    }
    let _wait = fleet.step(first, Outcome::<(), ()>::pending(), 200 * MS);
    let ask_at = 200 * MS + fleet.until_ask(upstream, 200 * MS).unwrap();
    let ask = fleet.ask(upstream, ask_at).unwrap();
    // Four slots are in hand. In half a second, 16 in flight come back two and a half times.
    assert_eq!(ask.wanted, 16 - 3 + 40 - 4);
}
