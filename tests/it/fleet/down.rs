//! A server that is down: it fails every poll.

use asyncpoll::{Fleet, Outcome, fleet::Limits};
use core::time::Duration;

use super::pace::{Upstreamed, limits};
use crate::support::{exact, next_poll, seconds};

/// When the next poll may be made.
fn until_next(it: &Upstreamed) -> Duration {
    it.fleet.until_next(it.now).unwrap()
}

fn fail(it: &mut Upstreamed, polls: usize) {
    for _ in 0..polls {
        let id = it.send_next();
        it.failed(id);
    }
}

#[test]
fn after_sixteen_failures_polls_go_out_a_second_apart_until_one_is_served() {
    let mut it = Upstreamed::new(Limits::default());
    fail(&mut it, 15);
    assert_eq!(until_next(&it), Duration::ZERO);
    fail(&mut it, 1);
    assert_eq!(until_next(&it), seconds(1.0));
    fail(&mut it, 100);
    assert_eq!((until_next(&it), it.now), (seconds(1.0), seconds(100.0)));
    assert_eq!(it.spacing(), None, "errors find no pace");
    it.serve(1);
    assert_eq!(until_next(&it), Duration::ZERO);
}

#[test]
fn one_that_is_served_in_between_begins_the_count_anew() {
    let mut it = Upstreamed::new(Limits::default());
    fail(&mut it, 15);
    it.serve(1);
    fail(&mut it, 15);
    assert_eq!(until_next(&it), Duration::ZERO);
}

#[test]
fn lost_polls_have_failed_and_those_taken_back_have_not() {
    let mut it = Upstreamed::new(Limits::default());
    for _ in 0..100 {
        let id = it.send_next();
        it.fleet.release(id, it.now);
    }
    assert_eq!(until_next(&it), Duration::ZERO);
    for _ in 0..16 {
        let id = it.send_next();
        let _wait = it.fleet.lost(id, it.now);
    }
    assert_eq!(until_next(&it), seconds(1.0));
}

#[test]
fn the_pace_stays_as_it_was() {
    let mut it = Upstreamed::new(Limits::default());
    it.serve(60);
    it.fleet.slow_down(it.upstream, None, it.now);
    it.serve(1);
    let pace = it.spacing();
    assert!(pace < Some(seconds(0.1)), "{pace:?}");
    fail(&mut it, 100);
    assert_eq!((it.spacing(), until_next(&it)), (pace, seconds(1.0)));
    it.serve(1);
    assert!(until_next(&it) <= pace.unwrap());
}

#[test]
fn the_one_that_was_due_first_goes_first() {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let upstream = fleet.add_upstream(limits(Limits::builder().no_in_flight()));
    let policy = exact().initial_wait(seconds(1.0)).build().unwrap();
    let first: Vec<_> = (0..16).map(|_| fleet.start(upstream, policy, Duration::ZERO)).collect();
    let last = fleet.start(upstream, policy, Duration::ZERO);
    let _ten_seconds = fleet.step(last, Outcome::<()>::pending().retry_after(seconds(10.0)), Duration::ZERO);
    for _ in 0..16 {
        let poll = next_poll(&mut fleet, Duration::ZERO).unwrap();
        let _a_second = fleet.step(poll.id, Outcome::<(), _>::transient("500"), Duration::ZERO);
    }
    // The last one has become due as well.
    for second in 20..36 {
        let poll = next_poll(&mut fleet, seconds(second.into())).unwrap();
        assert!(first.contains(&poll.id), "after {second} s");
    }
    assert_eq!(next_poll(&mut fleet, seconds(36.0)).map(|poll| poll.id), Some(last));
}

#[test]
fn if_no_pace_is_looked_for_each_operation_polls_by_its_own_ladder() {
    let mut it = Upstreamed::new(limits(Limits::builder().no_in_flight().find_pace(false)));
    fail(&mut it, 1_000);
    assert_eq!(it.now, Duration::ZERO);
}

#[test]
fn five_thousand_operations_poll_a_dead_server_once_a_second() {
    let mut now = Duration::ZERO;
    let mut fleet = Fleet::seeded(1, now);
    let upstream = fleet.add_upstream(Limits::default());
    for _ in 0..5_000 {
        fleet.start(upstream, exact().no_max_wait().no_max_consecutive_errors().build().unwrap(), now);
    }
    let mut polls = 0;
    while now < seconds(3_600.0) {
        now += fleet.until_next(now).unwrap();
        let poll = next_poll(&mut fleet, now).unwrap();
        polls += 1;
        let _wait = fleet.step(poll.id, Outcome::<(), _>::transient("500"), now);
    }
    assert_eq!(polls, 15 + 3_601);
}

#[test]
fn an_hour_of_errors_after_one_refusal_leaves_the_pace_that_it_set() {
    let mut now = Duration::ZERO;
    let mut fleet = Fleet::seeded(1, now);
    let upstream = fleet.add_upstream(Limits::default());
    let policy = exact().initial_wait(seconds(1.0)).multiplier(1, 1).no_max_wait().no_max_consecutive_errors();
    for _ in 0..5_000 {
        fleet.start(upstream, policy.build().unwrap(), now);
    }
    let mut paces = Vec::new();
    for polls in 1.. {
        now += fleet.until_next(now).unwrap();
        if now > seconds(3_600.0) {
            break;
        }
        let poll = next_poll(&mut fleet, now).unwrap();
        if polls == 100 {
            fleet.slow_down(upstream, None, now);
        }
        let outcome = if polls <= 101 { Outcome::<(), _>::pending() } else { Outcome::transient("500") };
        let _wait = fleet.step(poll.id, outcome, now);
        paces.extend((polls > 101).then_some(fleet.status(upstream, now).spacing));
    }
    assert!(paces.len() > 3_000, "{} polls failed", paces.len());
    paces.dedup();
    assert_eq!(paces.len(), 1, "{paces:?}");
}
