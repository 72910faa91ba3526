//! Which of the polls that wait goes first.

use asyncpoll::{
    Decision, Fleet, Outcome, Policy,
    fleet::{Due, Id, Limits, Upstream},
};
use core::time::Duration;

use crate::support::{exact, next_poll, seconds};

/// A policy under which nothing is polled a second time in these tests.
fn within(max_wait: f64) -> Policy {
    exact().initial_wait(seconds(max_wait)).max_backoff(seconds(max_wait)).max_wait(seconds(max_wait)).build().unwrap()
}

/// A fleet with one upstream, at which one poll a second goes out.
fn one_a_second() -> (Fleet<Duration>, Upstream) {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let upstream = fleet.add_upstream(Limits::none().to_builder().rate(1, seconds(1.0)).build().unwrap());
    (fleet, upstream)
}

/// The operations whose polls go out, one a second from this time on, each found done.
fn turns(fleet: &mut Fleet<Duration>, from: f64) -> Vec<Id> {
    let mut now = seconds(from);
    core::iter::from_fn(|| {
        let id = next_poll(fleet, now)?.id;
        assert_eq!(fleet.step(id, Outcome::<_>::Done(()), now), Decision::Done(()));
        now += seconds(1.0);
        Some(id)
    })
    .collect()
}

#[test]
fn the_poll_goes_first_whose_due_time_plus_an_eighth_of_its_max_wait_is_least() {
    let (mut fleet, upstream) = one_a_second();
    // With an eighth of 400, 80 and 160 s, that is 50, 40 and 60 s.
    let at = |fleet: &mut Fleet<Duration>, due: f64, max_wait: f64| fleet.start(upstream, within(max_wait), seconds(due));
    let patient = at(&mut fleet, 0.0, 400.0);
    let hurried = at(&mut fleet, 30.0, 80.0);
    let late = at(&mut fleet, 40.0, 160.0);
    assert_eq!(turns(&mut fleet, 45.0), [hurried, patient, late]);
}

#[test]
fn a_poll_that_is_not_due_keeps_none_waiting_however_little_time_it_has() {
    let (mut fleet, upstream) = one_a_second();
    let hurried = fleet.start(upstream, within(8.0), Duration::ZERO);
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(hurried));
    assert_eq!(fleet.step(hurried, Outcome::<()>::pending(), Duration::ZERO), Decision::Sleep(seconds(8.0)));
    let patient = fleet.start(upstream, within(3_600.0), Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(1.0)));
    assert_eq!(next_poll(&mut fleet, seconds(1.0)).map(|poll| poll.id), Some(patient));
}

#[test]
fn among_those_in_the_same_hurry_the_one_due_first_goes_first() {
    // An eighth of each is as good as equal.
    for max_wait in [100.0, 3_600.0] {
        let (mut fleet, upstream) = one_a_second();
        let ids = [9.0, 6.0, 8.0, 7.0].map(|due| {
            let policy = exact().max_wait(seconds(max_wait + due / 4.0)).build().unwrap();
            let id = fleet.start(upstream, policy, Duration::ZERO);
            let _until_due = fleet.step(id, Outcome::<()>::pending().retry_after(seconds(due)), Duration::ZERO);
            id
        });
        assert_eq!(turns(&mut fleet, 10.0), [ids[1], ids[3], ids[2], ids[0]]);
    }
}

#[test]
fn one_without_max_wait_counts_as_one_with_an_hour() {
    let (mut fleet, upstream) = one_a_second();
    let no_limit = exact().no_max_wait().build().unwrap();
    let bulk = fleet.start(upstream, no_limit, Duration::ZERO);
    let [longer, shorter] = [2.0 * 3_600.0, 1_800.0].map(|max_wait| fleet.start(upstream, within(max_wait), Duration::ZERO));
    let last = fleet.start(upstream, within(3_600.0), seconds(1.0));
    assert_eq!(turns(&mut fleet, 1.0), [shorter, bulk, last, longer]);
}

#[test]
fn nobody_waits_for_ever_while_others_in_a_hurry_come() {
    let (mut fleet, upstream) = one_a_second();
    let patient = fleet.start(upstream, within(80.0), Duration::ZERO);
    let mut went = None;
    for second in 0..60 {
        let now = Duration::from_secs(second);
        // More come in a hurry than the upstream bears.
        for _ in 0..2 {
            fleet.start(upstream, within(16.0), now);
        }
        while let Some(due) = fleet.next_due(now) {
            let Due::Poll(poll) = due else { continue };
            if poll.id == patient {
                went = Some(second);
            }
            assert_eq!(fleet.step(poll.id, Outcome::<_>::Done(()), now), Decision::Done(()));
        }
    }
    // Its turn has come once the first of the others was due some 7 s after it. As many of them go in 14 s.
    let went = went.expect("it is polled");
    assert!((12..=16).contains(&went), "{went}");
}

/// When each of ten orders with this `max_wait` is first polled, in seconds since its start, among 5,000 of an hour that were placed
/// ten seconds before.
fn first_polls(max_wait: f64) -> Vec<f64> {
    let mut now = Duration::ZERO;
    let mut fleet = Fleet::seeded(1, now);
    let upstream = fleet.add_upstream(Limits::none().to_builder().rate(10, seconds(1.0)).build().unwrap());
    let policy = |max_wait: f64| Policy::builder().max_wait(seconds(max_wait)).build().unwrap();
    for _ in 0..5_000 {
        fleet.start(upstream, policy(3_600.0), now);
    }
    let (mut few, mut first) = (Vec::new(), Vec::new());
    while now < seconds(600.0) {
        if now >= seconds(10.0) && few.is_empty() {
            few.extend((0..10).map(|_| fleet.start(upstream, policy(max_wait), now)));
        }
        while let Some(due) = fleet.next_due(now) {
            let Due::Poll(poll) = due else { continue };
            if few.contains(&poll.id) && poll.number == 1 {
                first.push((now - seconds(10.0)).as_secs_f64());
            }
            let _decision = fleet.step(poll.id, Outcome::<()>::pending(), now);
        }
        now += seconds(0.1);
    }
    first
}

#[test]
fn ten_orders_of_two_minutes_among_5_000_of_an_hour_are_polled_within_20_s() {
    let first = first_polls(120.0);
    assert_eq!(first.len(), 10);
    assert!(first.iter().all(|wait| *wait < 20.0), "{first:?}");
    // If they were in no more of a hurry, they would be polled after all that were placed before.
    assert!(first_polls(3_600.0).iter().all(|wait| *wait > 400.0));
}
