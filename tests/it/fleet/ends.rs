//! Operations end on time: what becomes of those whose polls are kept waiting until their deadline.

use asyncpoll::{
    Decision, Elapsed, Fleet, GaveUp, Outcome, PolicyBuilder, Poller, Reason,
    fleet::{Due, Id, Limits, Upstream},
};
use core::time::Duration;

use crate::support::{Tape, exact, next_poll, seconds};

fn pending() -> Outcome<()> {
    Outcome::pending()
}

/// One poll at a time.
fn one_at_a_time() -> Limits {
    Limits::none().to_builder().in_flight(1).build().unwrap()
}

/// One poll in four seconds.
fn slow() -> Limits {
    Limits::none().to_builder().rate(1, seconds(4.0)).build().unwrap()
}

/// A fleet, its upstream, and operations at it, which start at zero.
fn operations<const COUNT: usize>(limits: Limits, policy: PolicyBuilder) -> (Fleet<Duration, Tape>, Upstream, [Id; COUNT]) {
    let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
    let upstream = fleet.add_upstream(limits);
    let policy = policy.build().unwrap();
    let ids = [(); COUNT].map(|()| fleet.start(upstream, policy, Duration::ZERO));
    (fleet, upstream, ids)
}

/// The end that is due.
#[track_caller]
fn end(fleet: &mut Fleet<Duration, Tape>, now: Duration) -> (Id, GaveUp) {
    match fleet.next_due(now) {
        Some(Due::Ended(id, gave_up)) => (id, gave_up),
        other => panic!("an operation is to end: {other:?}"),
    }
}

#[test]
fn under_a_hold_all_end_at_their_deadline_and_say_when_to_come_back() {
    let (mut fleet, upstream, ids) = operations::<100>(Limits::default(), exact().max_wait(seconds(600.0)));
    let first = next_poll(&mut fleet, Duration::ZERO).unwrap().id;
    let refused = Outcome::<(), _>::throttled("429").retry_after(seconds(3_600.0));
    match fleet.step(first, refused, Duration::ZERO) {
        Decision::GaveUp(gave_up) => assert_eq!(gave_up.reason, Reason::RetryAfterPastDeadline),
        other => panic!("its deadline is before the end of the hint: {other:?}"),
    }
    assert_eq!(fleet.status(upstream, Duration::ZERO).held, seconds(3_600.0));

    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(600.0)));
    assert_eq!(fleet.next_due(seconds(599.9)), None);
    let mut ended: Vec<Id> = (0..99)
        .map(|_| {
            let (id, gave_up) = end(&mut fleet, seconds(600.0));
            assert_eq!((gave_up.reason, gave_up.polls), (Reason::RetryAfterPastDeadline, 0));
            assert_eq!((gave_up.elapsed, gave_up.retry_after), (seconds(600.0), Some(seconds(3_000.0))));
            assert!(!gave_up.is_early);
            id
        })
        .collect();
    ended.sort_unstable();
    assert_eq!(ended, ids[1..]);
    assert_eq!((fleet.len(), fleet.next_due(seconds(600.0)), fleet.until_next(seconds(600.0))), (0, None, None));
}

#[test]
fn one_that_the_pace_keeps_waiting_ends_with_max_wait() {
    let (mut fleet, _, ids) = operations::<4>(slow(), exact().max_wait(seconds(10.0)));
    for (number, now) in [0.0, 4.0, 8.0].into_iter().enumerate() {
        assert_eq!(next_poll(&mut fleet, seconds(now)).map(|poll| poll.id), Some(ids[number]));
        assert!(matches!(fleet.step(ids[number], Outcome::<_>::Done(()), seconds(now)), Decision::Done(())));
    }
    // Its poll could go at 12 s.
    assert_eq!(fleet.until_next(seconds(8.0)), Some(seconds(2.0)));
    let (id, gave_up) = end(&mut fleet, seconds(10.0));
    assert_eq!((id, gave_up.reason, gave_up.elapsed), (ids[3], Reason::MaxWait, seconds(10.0)));
    assert_eq!((gave_up.polls, gave_up.retry_after), (0, None));
    assert_eq!(gave_up.to_string(), "gave up after 0 polls in 10 s: max_wait elapsed");
    assert!(fleet.is_empty());
}

#[test]
fn one_that_waits_for_a_free_place_ends_with_max_wait_and_what_is_in_flight_does_not_end() {
    let (mut fleet, _, ids) = operations::<2>(one_at_a_time(), exact().max_wait(seconds(10.0)));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(10.0)));
    let (id, gave_up) = end(&mut fleet, seconds(10.0));
    assert_eq!((id, gave_up.reason), (ids[1], Reason::MaxWait));
    // The answer of the other comes late, and ends it.
    assert_eq!((fleet.next_due(seconds(30.0)), fleet.until_next(seconds(30.0))), (None, None));
    match fleet.step(ids[0], pending(), seconds(30.0)) {
        Decision::GaveUp(gave_up) => assert_eq!((gave_up.reason, gave_up.polls), (Reason::MaxWait, 1)),
        other => panic!("its deadline has passed: {other:?}"),
    }
}

#[test]
fn a_place_that_is_free_too_late_is_too_late_however_late_the_caller_asks() {
    let (mut fleet, _, ids) = operations::<2>(one_at_a_time(), exact().max_wait(seconds(10.0)));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    // Nobody has asked at 10 s.
    assert_eq!(fleet.step(ids[0], Outcome::<_>::Done(()), seconds(12.0)), Decision::Done(()));
    assert_eq!(fleet.until_next(seconds(12.0)), Some(Duration::ZERO));
    let (id, gave_up) = end(&mut fleet, seconds(12.0));
    assert_eq!((id, gave_up.reason, gave_up.elapsed), (ids[1], Reason::MaxWait, seconds(12.0)));
}

#[test]
fn a_poll_that_can_go_at_the_very_deadline_goes() {
    let (mut fleet, upstream, ids) = operations::<2>(slow(), exact().max_wait(seconds(8.0)));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    assert_eq!(fleet.cancel(ids[0], Duration::ZERO).reason, Reason::Cancelled);
    fleet.slow_down(upstream, Some(seconds(8.0)), Duration::ZERO);
    let poll = next_poll(&mut fleet, seconds(8.0)).unwrap();
    assert_eq!((poll.id, poll.remaining), (ids[1], Some(Duration::ZERO)));
}

#[test]
fn if_only_the_caller_is_late_the_poll_is_made_once_as_a_lone_poller_would() {
    for limits in [Limits::none(), Limits::default(), slow(), one_at_a_time()] {
        let (mut fleet, _, ids) = operations::<1>(limits, exact().max_wait(seconds(10.0)));
        let mut alone = Poller::seeded(exact().max_wait(seconds(10.0)).build().unwrap(), 0, Duration::ZERO);
        assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
        assert_eq!(fleet.step(ids[0], pending(), Duration::ZERO), alone.step(pending(), Duration::ZERO));

        let poll = next_poll(&mut fleet, seconds(25.0)).unwrap();
        assert_eq!((poll.number, poll.elapsed, poll.remaining), (2, seconds(25.0), Some(Duration::ZERO)));
        assert_eq!(fleet.step(ids[0], pending(), seconds(25.0)), alone.step(pending(), seconds(25.0)));
        assert!(fleet.is_empty() && alone.is_finished());
    }
}

#[test]
fn a_hold_that_has_ended_when_the_end_is_told_leaves_nothing_to_wait_for() {
    let (mut fleet, upstream, ids) = operations::<1>(Limits::none(), exact().max_wait(seconds(10.0)));
    fleet.slow_down(upstream, Some(seconds(15.0)), Duration::ZERO);
    let (id, gave_up) = end(&mut fleet, seconds(20.0));
    assert_eq!((id, gave_up.reason, gave_up.retry_after), (ids[0], Reason::RetryAfterPastDeadline, None));
}

#[test]
fn under_a_pause_all_end_at_their_deadline_with_max_wait() {
    let (mut fleet, upstream, ids) = operations::<1>(Limits::none(), exact().max_wait(seconds(10.0)));
    fleet.pause(upstream, Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(10.0)));
    let (id, gave_up) = end(&mut fleet, seconds(10.0));
    assert_eq!((id, gave_up.reason, gave_up.retry_after), (ids[0], Reason::MaxWait, None));
}

#[test]
fn a_pause_that_ends_after_a_deadline_has_come_is_too_long_whoever_asks_late() {
    let (mut fleet, upstream, ids) = operations::<1>(Limits::none(), exact().max_wait(seconds(10.0)));
    fleet.pause(upstream, Duration::ZERO);
    fleet.resume(upstream, seconds(11.0));
    let (id, gave_up) = end(&mut fleet, seconds(11.0));
    assert_eq!((id, gave_up.reason), (ids[0], Reason::MaxWait));
}

#[test]
fn one_without_max_wait_never_ends_so() {
    let limits = slow().to_builder().no_longest_hold().build().unwrap();
    let (mut fleet, upstream, ids) = operations::<1>(limits, exact().no_max_wait());
    let year = Duration::from_secs(31_557_600);
    fleet.slow_down(upstream, Some(year), Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(year));
    assert_eq!(next_poll(&mut fleet, year).map(|poll| poll.id), Some(ids[0]));
}

#[test]
fn one_without_a_last_poll_ends_at_its_deadline_too() {
    let (mut fleet, upstream, ids) =
        operations::<1>(Limits::none(), exact().max_wait(seconds(10.0)).no_last_poll().max_polls(5));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    assert_eq!(fleet.step(ids[0], pending(), Duration::ZERO), Decision::Sleep(seconds(5.0)));
    fleet.slow_down(upstream, Some(seconds(60.0)), seconds(1.0));
    let (id, gave_up) = end(&mut fleet, seconds(10.0));
    assert_eq!((id, gave_up.reason, gave_up.polls), (ids[0], Reason::RetryAfterPastDeadline, 1));
    assert_eq!(gave_up.retry_after, Some(seconds(51.0)));
}

#[test]
fn an_end_is_told_once_and_takes_the_last_error_that_the_caller_has_kept() {
    let (mut fleet, upstream, ids) = operations::<1>(Limits::none(), exact().max_wait(seconds(10.0)));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    let mut last_error = None;
    let unavailable = Outcome::<(), _>::transient("503");
    let _five_seconds = fleet.step_keeping(ids[0], unavailable, Duration::ZERO, &mut last_error);
    fleet.slow_down(upstream, Some(seconds(60.0)), Duration::ZERO);
    let (id, gave_up) = end(&mut fleet, seconds(10.0));
    let gave_up = gave_up.with_last_error(last_error);
    assert_eq!((gave_up.errors, gave_up.last_error, gave_up.found_error), (1, Some("503"), false));
    assert_eq!(
        gave_up.to_string(),
        "gave up after 1 poll in 10 s: the server asked for a wait that ends after the deadline; retry in 50 s; \
         the last error is from an earlier poll"
    );

    assert_eq!((fleet.next_due(seconds(10.0)), fleet.contains(id)), (None, false));
    assert_eq!(fleet.cancel(id, seconds(11.0)).reason, Reason::Finished);
    assert_eq!(fleet.snapshot(id, seconds(11.0)), None);
}

#[test]
fn one_restored_after_its_deadline_is_polled_once_when_its_turn_comes() {
    let policy = exact().max_wait(seconds(10.0)).build().unwrap();
    let snapshot = Poller::seeded(policy, 0, Duration::ZERO).snapshot(Duration::ZERO);
    let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
    let upstream = fleet.add_upstream(slow());
    let ids =
        [60, 50, 40].map(|age| fleet.restore(upstream, &snapshot, policy, Duration::ZERO, Elapsed(Duration::from_secs(age))));
    for (id, now) in ids.into_iter().zip([0.0, 4.0, 8.0]) {
        assert_eq!(next_poll(&mut fleet, seconds(now)).map(|poll| poll.id), Some(id));
        let decision = fleet.step(id, pending(), seconds(now));
        assert!(matches!(decision, Decision::GaveUp(GaveUp { reason: Reason::MaxWait, .. })), "{decision:?}");
    }
}

#[test]
fn one_restored_with_its_poll_due_after_a_shorter_deadline_is_polled_when_that_is_due() {
    let mut poller = Poller::seeded(exact().initial_wait(seconds(30.0)).build().unwrap(), 0, Duration::ZERO);
    assert_eq!(poller.step(pending(), Duration::ZERO), Decision::Sleep(seconds(30.0)));
    let snapshot = poller.snapshot(seconds(1.0));
    let shorter = exact().max_wait(seconds(10.0)).build().unwrap();
    let mut fleet = Fleet::new(Tape::lowest(), Duration::ZERO);
    let upstream = fleet.add_upstream(one_at_a_time());
    let id = fleet.restore(upstream, &snapshot, shorter, Duration::ZERO, Elapsed(seconds(1.0)));
    // A hold that ends before then keeps it from nothing, though it ends after the deadline.
    fleet.slow_down(upstream, Some(seconds(15.0)), Duration::ZERO);
    assert_eq!(fleet.until_next(Duration::ZERO), Some(seconds(29.0)));
    assert_eq!(next_poll(&mut fleet, seconds(29.0)).map(|poll| poll.id), Some(id));
    // If it is kept waiting then, it ends.
    fleet.release(id, seconds(29.0));
    fleet.slow_down(upstream, Some(seconds(5.0)), seconds(29.0));
    let (ended, gave_up) = end(&mut fleet, seconds(29.0));
    assert_eq!((ended, gave_up.reason, gave_up.retry_after), (id, Reason::RetryAfterPastDeadline, Some(seconds(5.0))));
}

#[test]
fn at_the_end_of_time_what_has_no_deadline_is_still_polled() {
    let (mut fleet, _, ids) = operations::<1>(Limits::default(), exact().no_max_wait());
    assert_eq!(fleet.until_next(Duration::MAX), Some(Duration::ZERO));
    assert_eq!(next_poll(&mut fleet, Duration::MAX).map(|poll| poll.id), Some(ids[0]));
}
