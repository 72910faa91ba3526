//! Slots that come from outside: one fleet that gets them at once is polled as if it kept the rate itself.

use asyncpoll::{
    Decision, Fleet, Outcome, Policy,
    fleet::{Ask, Due, DuePoll, Grant, Limits, SharedPace, Upstream},
};
use core::time::Duration;
use proptest::prelude::*;
use std::collections::VecDeque;

use crate::support::next_poll;

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
    // Four slots are in hand. In half a second, and the 50 ms ahead of it, 16 in flight come back 44 times.
    assert_eq!(ask.wanted, 16 - 3 + 44 - 4);
}

/// A fleet that shares a pace with nobody, and one operation of it.
fn fleet() -> (Fleet<Duration>, Upstream) {
    let mut fleet = Fleet::seeded(1, Duration::ZERO);
    let upstream = fleet.add_upstream(Limits::builder().shared(true).build().unwrap());
    fleet.start(upstream, Policy::default(), Duration::ZERO);
    (fleet, upstream)
}

/// Asks, and is granted one slot at once.
fn one_slot(fleet: &mut Fleet<Duration>, upstream: Upstream, now: Duration) -> Ask {
    let ask = fleet.ask(upstream, now).unwrap();
    fleet.grant(upstream, &Grant::known(&ask, 1, Duration::ZERO, MS, Duration::ZERO), now);
    ask
}

#[test]
fn the_latency_is_that_of_a_poll_that_was_served() {
    let (mut fleet, upstream) = fleet();
    let _ask = one_slot(&mut fleet, upstream, Duration::ZERO);
    let refused = next_poll(&mut fleet, Duration::ZERO).unwrap();
    let Decision::Sleep(wait) = fleet.step(refused, Outcome::<(), _>::throttled(()), 200 * MS) else {
        unreachable!("it goes on")
    };
    assert_eq!(one_slot(&mut fleet, upstream, 200 * MS).refused, 1);

    // Its slot is gone by then.
    let now = 200 * MS + wait;
    let ask_at = 200 * MS + fleet.until_ask(upstream, 200 * MS).unwrap();
    let _ask = one_slot(&mut fleet, upstream, ask_at);
    let served = next_poll(&mut fleet, now).unwrap();
    let _wait = fleet.step(served, Outcome::<(), ()>::pending(), now + 300 * MS);
    let ask_at = now + 300 * MS + fleet.until_ask(upstream, now + 300 * MS).unwrap();
    assert_eq!(fleet.ask(upstream, ask_at).unwrap().latency, 300 * MS);
}

#[test]
fn a_server_that_was_down_is_known_to_be_back_at_once() {
    let (mut fleet, upstream) = fleet();
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut ask = fleet.ask(upstream, Duration::ZERO).unwrap();
    (ask.epoch, ask.failed) = (1, 16);
    let grant = pace.admit(&Limits::default(), &ask, Duration::ZERO);
    assert_eq!((grant.proven, grant.spacing), (false, Duration::from_secs(1)));
    fleet.grant(upstream, &grant, Duration::ZERO);
    let poll = next_poll(&mut fleet, Duration::ZERO).unwrap();
    let _wait = fleet.step(poll, Outcome::<(), ()>::pending(), 200 * MS);
    assert_eq!(fleet.until_ask(upstream, 200 * MS), Some(Duration::ZERO));
}

#[test]
fn a_server_that_fails_all_polls_is_reported_at_once() {
    let (mut fleet, upstream) = fleet();
    for _ in 0..99 {
        fleet.start(upstream, Policy::default(), Duration::ZERO);
    }
    let ask = fleet.ask(upstream, Duration::ZERO).unwrap();
    fleet.grant(upstream, &Grant::known(&ask, 16, Duration::ZERO, Duration::ZERO, Duration::ZERO), Duration::ZERO);
    let polls: Vec<_> = (0..16).map(|_| next_poll(&mut fleet, Duration::ZERO).unwrap()).collect();
    for (failed, poll) in polls.into_iter().enumerate() {
        assert_eq!(fleet.until_ask(upstream, 200 * MS), (failed > 0).then_some(50 * MS), "before {failed}");
        let _wait = fleet.step(poll, Outcome::<(), _>::transient(()), 200 * MS);
    }
    assert_eq!(fleet.until_ask(upstream, 200 * MS), Some(Duration::ZERO));
}

#[test]
fn a_server_that_has_not_answered_yet_gets_sixteen_polls_and_then_one_a_second() {
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut slots = |served, millis| {
        let mut ask = Ask::default();
        (ask.epoch, ask.served, ask.due, ask.wanted) = (1, served, 100, 100);
        pace.admit(&Limits::default(), &ask, millis * MS)
    };
    let given: Vec<_> = (0..40).map(|quarter| slots(0, quarter * 250).slots).collect();
    assert_eq!(given.iter().sum::<u32>(), 16 + 10, "{given:?}");
    let grant = slots(1, 10_000);
    assert!(grant.proven && grant.spacing < 100 * MS, "{grant:?}");
}

#[test]
fn what_was_served_before_a_server_went_down_does_not_say_that_it_is_up() {
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut admit = |ask: &Ask| pace.admit(&Limits::default(), ask, Duration::ZERO).spacing;
    let mut ask = Ask::default();
    (ask.epoch, ask.proven, ask.failed) = (1, true, 16);
    assert_eq!(admit(&ask), Duration::from_secs(1));
    // Another fleet has polled before, and has not heard of it; and then it has.
    (ask.served, ask.failed) = (16, 0);
    assert_eq!(admit(&ask), Duration::from_secs(1));
    ask.proven = false;
    assert!(admit(&ask) < Duration::from_secs(1));
}

#[test]
fn a_fleet_goes_on_alone_at_half_of_its_share() {
    let (mut fleet, upstream) = fleet();
    for _ in 0..99 {
        fleet.start(upstream, Policy::default(), Duration::ZERO);
    }
    // Four slots in four seconds are one a second.
    let second = Duration::from_secs(1);
    for now in [0, 4, 8].map(|seconds| seconds * second) {
        let ask = fleet.ask(upstream, now).unwrap();
        fleet.grant(upstream, &Grant::known(&ask, 4, Duration::ZERO, Duration::ZERO, Duration::ZERO), now);
        for _ in 0..4 {
            let poll = next_poll(&mut fleet, now).unwrap();
            let _wait = fleet.lost(poll, now);
        }
    }
    let _ask = fleet.ask(upstream, 12 * second).unwrap();
    fleet.ask_failed(upstream, second, 13 * second);
    assert!(next_poll(&mut fleet, 13 * second).is_some());
    assert_eq!(fleet.until_next(13 * second), Some(2 * second));
}

#[test]
fn a_quota_is_reported_as_it_is_when_slots_are_asked_for() {
    let (mut fleet, upstream) = fleet();
    let second = Duration::from_secs(1);
    fleet.quota(upstream, 100, Some(10 * second), Duration::ZERO);
    // Whoever else polls has used half of it.
    assert_eq!(fleet.ask(upstream, 5 * second).unwrap().quota, Some((50, 5 * second)));
    fleet.ask_failed(upstream, second, 5 * second);
    assert_eq!(fleet.ask(upstream, 10 * second).unwrap().quota, None);
}

#[test]
fn slots_by_a_quota_end_with_it() {
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut ask = Ask::default();
    (ask.wanted, ask.quota) = (1_000, Some((100, 200 * MS)));
    let grant = pace.admit(&Limits::none(), &ask, Duration::ZERO);
    assert_eq!((grant.slots, grant.spacing), (100, 2 * MS));
}

#[test]
fn a_pace_does_not_rise_while_a_rate_is_what_polls_wait_for() {
    let rate = Limits::builder().rate(2, Duration::from_secs(1)).build().unwrap();
    let mut pace = SharedPace::new(Duration::ZERO);
    let mut ask = Ask::default();
    (ask.epoch, ask.served, ask.due, ask.wanted) = (1, 1, 100, 100);
    let found = pace.spacing(&Limits::default());
    for seconds in 0..10 {
        let _grant = pace.admit(&rate, &ask, Duration::from_secs(seconds));
    }
    assert_eq!(pace.spacing(&Limits::default()), found);
    for seconds in 10..20 {
        let _grant = pace.admit(&Limits::default(), &ask, Duration::from_secs(seconds));
    }
    assert!(pace.spacing(&Limits::default()) < found);
}

/// What is polled, and when.
type Polls = Vec<(Duration, usize)>;

/// Polls operations that start together for ten minutes; each answer takes so long. Slots, if they are asked for, come at once.
fn polls(limits: Limits, policy: Policy, operations: usize, latency: Duration) -> Polls {
    let mut now = Duration::ZERO;
    let mut pace = SharedPace::new(now);
    let mut fleet = Fleet::seeded(1, now);
    let upstream = fleet.add_upstream(limits);
    let ids: Vec<_> = (0..operations).map(|_| fleet.start(upstream, policy, now)).collect();
    let mut answers = VecDeque::new();
    let mut polls = Vec::new();
    while now < Duration::from_secs(600) {
        while answers.front().is_some_and(|(at, _)| *at <= now) {
            let (_, poll): (_, DuePoll) = answers.pop_front().unwrap();
            let _wait = fleet.step(poll, Outcome::<(), ()>::pending(), now);
        }
        if let Some(ask) = fleet.ask(upstream, now) {
            fleet.grant(upstream, &pace.admit(&limits, &ask, now), now);
        }
        while let Some(due) = fleet.next_due(now) {
            if let Due::Poll(poll) = due {
                polls.push((now, ids.iter().position(|id| *id == poll.id).unwrap()));
                answers.push_back((now + latency, poll));
            }
        }
        let waits = [fleet.until_next(now), fleet.until_ask(upstream, now)].into_iter().flatten().map(|wait| now + wait);
        let Some(next) = waits.chain(answers.front().map(|(at, _)| *at)).min() else { break };
        now = next;
    }
    polls
}

// Slots are asked for every quarter of a second at most. So no operation starts late, and none is polled in a hurry before its
// deadline.
proptest! {
    #[test]
    fn a_known_pace_is_kept_to_the_nanosecond(
        rate in 1_u32..500,
        per in 1_u64..60,
        operations in 1_usize..60,
        first in 3_u64..20,
        latency in 0_u64..3_000,
    ) {
        let builder = Limits::none().to_builder().rate(rate, Duration::from_secs(per));
        let policy = Policy::builder().initial_wait(Duration::from_secs(first)).no_max_wait().build().unwrap();
        let play = |limits| polls(limits, policy, operations, Duration::from_millis(latency));
        let expected = play(builder.build().unwrap());
        let found = play(builder.shared(true).build().unwrap());
        let differs = found.iter().zip(&expected).position(|(found, expected)| found != expected);
        let at = differs.unwrap_or_else(|| expected.len().min(found.len()));
        prop_assert_eq!(found.get(at), expected.get(at), "the poll {} of {}", at, expected.len());
    }
}
