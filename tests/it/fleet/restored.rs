//! Operations of a fleet, put away and taken out again: by it, by another fleet, and by pollers.

use asyncpoll::{
    Decision, Elapsed, Fleet, GaveUp, Outcome, Policy, Poller, Reason,
    fleet::{Limits, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

fn fleet(limits: Limits, now: Duration) -> (Fleet<Duration, Tape>, Upstream) {
    let mut fleet = Fleet::new(no_draw(), now);
    let upstream = fleet.add_upstream(limits);
    (fleet, upstream)
}

fn policy() -> Policy {
    exact().build().unwrap()
}

/// A generator that is not to be asked, for the waits have no jitter.
fn no_draw() -> Tape {
    Tape::new([])
}

#[test]
fn one_moves_from_a_poller_to_a_fleet_to_another_and_back() {
    let pending = Outcome::<()>::pending();
    let mut alone = Poller::new(policy(), no_draw(), Duration::ZERO);
    let _five_seconds = alone.step(pending, Duration::ZERO);
    let poller = alone.snapshot_without_generator(seconds(1.0));

    let (mut one, upstream) = fleet(Limits::default(), seconds(100.0));
    let id = one.restore(upstream, &poller, policy(), seconds(101.0), Elapsed(seconds(2.0)));
    assert_eq!(one.until_next(seconds(101.0)), Some(seconds(3.0)));
    assert_eq!(next_poll(&mut one, seconds(104.0)).map(|poll| (poll.number, poll.elapsed)), Some((2, seconds(5.0))));
    // In flight it can be put away too, and here it goes on.
    let in_flight = one.snapshot(id, seconds(105.0)).unwrap();
    assert_eq!((in_flight.elapsed(), in_flight.due(), in_flight.polls()), (seconds(6.0), Some(seconds(5.0)), 1));
    assert_eq!(one.in_flight(), 1);

    let (mut other, upstream) = fleet(Limits::default(), Duration::ZERO);
    let id = other.restore(upstream, &in_flight, policy(), Duration::ZERO, Elapsed(seconds(30.0)));
    assert_eq!(next_poll(&mut other, Duration::ZERO).map(|poll| (poll.id, poll.number)), Some((id, 2)));
    let next = other.step(id, pending, Duration::ZERO);
    assert_eq!(next, alone.step(pending, seconds(30.0)));

    let moved = other.snapshot(id, seconds(1.0)).unwrap();
    assert_eq!(moved, alone.snapshot_without_generator(seconds(31.0)));
    let back = Poller::restore_with(&moved, policy(), no_draw(), Duration::ZERO, Elapsed(seconds(31.0)));
    assert_eq!((back.polls(), back.due()), (2, alone.due()));
}

#[test]
fn what_was_due_first_before_the_fleet_began_goes_first() {
    let (mut fleet, upstream) = fleet(Limits::none().to_builder().in_flight(1).build().unwrap(), Duration::ZERO);
    let mut ids = Vec::new();
    for age in [20, 3_000, 100] {
        let snapshot = Poller::new(policy(), no_draw(), Duration::ZERO).snapshot_without_generator(Duration::ZERO);
        ids.push(fleet.restore(upstream, &snapshot, policy(), Duration::ZERO, Elapsed(Duration::from_secs(age))));
    }
    for first in [1, 2, 0] {
        assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[first]));
        assert_eq!(fleet.cancel(ids[first], Duration::ZERO).polls, 0);
    }
}

#[test]
fn what_has_ended_stays_so() {
    let (mut fleet, upstream) = fleet(Limits::default(), Duration::ZERO);
    let id = fleet.start(upstream, policy(), Duration::ZERO);
    fleet.cancel(id, Duration::ZERO);
    assert_eq!(fleet.snapshot(id, Duration::ZERO), None);

    let mut poller = Poller::new(policy(), no_draw(), Duration::ZERO);
    poller.cancel(seconds(1.0));
    let finished = poller.snapshot_without_generator(seconds(1.0));
    let id = fleet.restore(upstream, &finished, policy(), Duration::ZERO, Elapsed(seconds(1.0)));
    assert!(!fleet.contains(id) && fleet.is_empty());
    assert_eq!(next_poll(&mut fleet, Duration::ZERO), None);
    let decision = fleet.step(id, Outcome::<()>::pending(), Duration::ZERO);
    assert!(matches!(decision, Decision::GaveUp(GaveUp { reason: Reason::Finished, .. })), "{decision:?}");
}

#[test]
fn what_is_put_away_at_another_fleet_s_upstream_has_ended() {
    let (mut here, own) = fleet(Limits::default(), Duration::ZERO);
    let id = here.start(own, policy(), Duration::ZERO);
    let snapshot = here.snapshot(id, Duration::ZERO).unwrap();
    let foreign = {
        let (mut there, _) = fleet(Limits::default(), Duration::ZERO);
        there.add_upstream(Limits::none())
    };
    let id = here.restore(foreign, &snapshot, policy(), Duration::ZERO, Elapsed(Duration::ZERO));
    assert_eq!((here.contains(id), here.len()), (false, 1));
}

#[test]
fn one_as_old_as_the_hills_counts_as_seventy_three_years_old() {
    let forever = exact().no_max_wait().build().unwrap();
    let snapshot = Poller::new(forever, no_draw(), Duration::ZERO).snapshot_without_generator(Duration::MAX);
    let (mut fleet, upstream) = fleet(Limits::default(), Duration::ZERO);
    fleet.restore(upstream, &snapshot, forever, Duration::ZERO, Elapsed(Duration::MAX));
    let poll = next_poll(&mut fleet, Duration::ZERO).unwrap();
    assert_eq!((poll.number, poll.elapsed.as_secs() / 31_557_600), (1, 73));
}
