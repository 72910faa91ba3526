//! Polls whose answers never come: what they cost, and when they end an operation.

use asyncpoll::{
    Decision, Fleet, GaveUp, Outcome, Policy, PolicyBuilder, Reason,
    fleet::{Id, Limits, Upstream},
};
use core::{convert::Infallible, time::Duration};

use crate::support::{Shape, exact, next_poll, seconds};

/// A fleet with one operation, whose polls are due after 5, 7.5 and 11.25 s more.
fn one(policy: PolicyBuilder) -> (Fleet<Duration>, Upstream, Id) {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let upstream = fleet.add_upstream(Limits::default());
    let policy = policy.initial_wait(seconds(5.0)).multiplier(3, 2).build().unwrap();
    let id = fleet.start(upstream, policy, Duration::ZERO);
    (fleet, upstream, id)
}

/// Loses the poll of the operation, which must be due.
fn lose(fleet: &mut Fleet<Duration>, id: Id, now: Duration) -> Decision<Infallible, Infallible> {
    assert_eq!(next_poll(fleet, now).map(|poll| poll.id), Some(id));
    fleet.lost(id, now)
}

fn gave_up(decision: Decision<Infallible, Infallible>) -> GaveUp {
    match decision {
        Decision::GaveUp(gave_up) => gave_up,
        Decision::Sleep(wait) => panic!("it goes on in {wait:?}"),
    }
}

#[test]
fn each_climbs_the_ladder_and_counts_as_a_poll_and_an_error() {
    let (mut fleet, upstream, id) = one(exact());
    assert_eq!(lose(&mut fleet, id, Duration::ZERO), Decision::Sleep(seconds(5.0)));
    assert_eq!(lose(&mut fleet, id, seconds(5.0)), Decision::Sleep(seconds(7.5)));
    assert_eq!(lose(&mut fleet, id, seconds(12.5)), Decision::Sleep(seconds(11.25)));

    let status = fleet.status(upstream, seconds(12.5));
    assert_eq!((status.in_flight, status.refusals, status.spacing), (0, 0, None), "it is no refusal");
    let cancelled = fleet.cancel(id, seconds(12.5));
    assert_eq!((cancelled.polls, cancelled.errors, cancelled.consecutive_errors), (3, 3, 3));
}

#[test]
fn an_answer_in_between_ends_the_run_of_errors() {
    let (mut fleet, _, id) = one(exact().max_consecutive_errors(2));
    assert_eq!(lose(&mut fleet, id, Duration::ZERO), Decision::Sleep(seconds(5.0)));
    assert!(next_poll(&mut fleet, seconds(5.0)).is_some());
    assert_eq!(fleet.step(id, Outcome::<()>::pending(), seconds(5.0)), Decision::Sleep(seconds(7.5)));
    assert_eq!(lose(&mut fleet, id, seconds(12.5)), Decision::Sleep(seconds(11.25)));
    let end = gave_up(lose(&mut fleet, id, seconds(23.75)));
    assert_eq!((end.reason, end.polls, end.errors), (Reason::MaxConsecutiveErrors, 4, 3));
    assert!(fleet.is_empty());
}

#[test]
fn they_end_an_operation_by_its_limits() {
    let (mut fleet, _, id) = one(exact().max_polls(2));
    assert_eq!(lose(&mut fleet, id, Duration::ZERO), Decision::Sleep(seconds(5.0)));
    assert_eq!(gave_up(lose(&mut fleet, id, seconds(5.0))).reason, Reason::MaxPolls);

    let (mut fleet, _, id) = one(exact().max_wait(seconds(8.0)));
    assert_eq!(lose(&mut fleet, id, Duration::ZERO), Decision::Sleep(seconds(5.0)));
    assert_eq!(lose(&mut fleet, id, seconds(5.0)), Decision::Sleep(seconds(3.0)), "the last wait is cut");
    let end = gave_up(lose(&mut fleet, id, seconds(8.0)));
    assert_eq!((end.reason, end.elapsed, end.retry_after), (Reason::MaxWait, seconds(8.0), None));
    assert!(fleet.is_empty());
}

#[test]
fn an_error_that_was_kept_stays_the_caller_s() {
    let (mut fleet, _, id) = one(exact().max_polls(2));
    let mut last_error = None;
    assert!(next_poll(&mut fleet, Duration::ZERO).is_some());
    let unavailable = Outcome::<(), _>::transient("503");
    let _five_seconds = fleet.step_keeping(id, unavailable, Duration::ZERO, &mut last_error);
    let end = gave_up(lose(&mut fleet, id, seconds(5.0))).with_last_error(last_error);
    assert_eq!((end.errors, end.last_error), (2, Some("503")));
}

#[test]
fn a_poll_is_lost_once() {
    let (mut fleet, _, id) = one(exact());
    assert_eq!(fleet.lost(id, seconds(1.0)), Decision::Sleep(Duration::ZERO), "none is in flight");
    assert_eq!(lose(&mut fleet, id, seconds(1.0)), Decision::Sleep(seconds(5.0)));
    assert_eq!(fleet.lost(id, seconds(3.0)), Decision::Sleep(seconds(3.0)), "what is left");
    assert_eq!(fleet.until_next(seconds(3.0)), Some(seconds(3.0)));
    let cancelled = fleet.cancel(id, seconds(3.0));
    assert_eq!((cancelled.polls, cancelled.errors), (1, 1));
    let end = gave_up(fleet.lost(id, seconds(4.0)));
    assert_eq!((end.reason, end.polls), (Reason::Finished, 0));
}

#[test]
fn a_place_in_flight_is_free_again() {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let upstream = fleet.add_upstream(Limits::none().to_builder().in_flight(1).build().unwrap());
    let policy = Policy::builder().no_max_wait().build().unwrap();
    let ids = [(); 2].map(|()| fleet.start(upstream, policy, Duration::ZERO));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[0]));
    assert_eq!(fleet.until_next(Duration::ZERO), None);
    let _wait = fleet.lost(ids[0], Duration::ZERO);
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(ids[1]));
}

/// How many polls 31 operations make in an hour, and how many of them are left, if all polls of one of them fail in this way.
fn polls_in_an_hour(fails: impl Fn(&mut Fleet<Duration>, Id, Duration) -> Shape) -> (u32, usize) {
    let mut now = Duration::ZERO;
    let mut fleet = Fleet::seeded(1, now);
    let upstream = fleet.add_upstream(Limits::default());
    let ids: Vec<Id> = (0..31).map(|_| fleet.start(upstream, Policy::default(), now)).collect();
    let mut polls = 0;
    while let Some(wait) = fleet.until_next(now).filter(|wait| now + *wait < seconds(3_600.0)) {
        now += wait;
        while let Some(poll) = next_poll(&mut fleet, now) {
            polls += 1;
            assert!(polls < 1_000, "a storm");
            // The server takes that long.
            now += seconds(0.02);
            if poll.id == ids[0] {
                let _decision = fails(&mut fleet, poll.id, now);
            } else {
                let outcome = if poll.number < 3 { Outcome::<_>::pending() } else { Outcome::Done(()) };
                let _decision = fleet.step(poll.id, outcome, now);
            }
        }
    }
    (polls, fleet.len())
}

#[test]
fn an_operation_whose_polls_panic_costs_what_transient_errors_cost() {
    let lost = polls_in_an_hour(|fleet, id, now| Shape::from(&fleet.lost(id, now)));
    let transient = polls_in_an_hour(|fleet, id, now| Shape::from(&fleet.step(id, Outcome::<(), _>::transient(()), now)));
    assert_eq!(lost, transient);
    assert_eq!(lost.1, 0, "it has ended");
}
