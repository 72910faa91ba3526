//! Limits that no upstream can have, each with its sentence; and upstreams and operations of another fleet.

use asyncpoll::{
    Decision, Fleet, GaveUp, Outcome, Policy, Reason,
    fleet::{Limits, LimitsError, Status},
};
use core::time::Duration;

use crate::support::seconds;

#[track_caller]
fn refused(limits: Limits, error: LimitsError, sentence: &str) {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    assert_eq!(fleet.upstream(limits), Err(error));
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn no_poll_in_flight() {
    refused(Limits::default().in_flight(0), LimitsError::NoneInFlight, "in_flight is 0; it must be at least 1");
}

#[test]
fn no_polls_in_a_time() {
    let per = seconds(60.0);
    let sentence = "at_most is 0 polls per 60 s; it must be at least 1 poll";
    refused(Limits::none().at_most(0, per), LimitsError::NoPolls { per }, sentence);
}

#[test]
fn no_time_for_the_polls() {
    let sentence = "at_most is 40 polls per 0 s; the time must not be zero";
    refused(Limits::none().at_most(40, Duration::ZERO), LimitsError::NoTime { polls: 40 }, sentence);
}

#[test]
fn too_long_a_time() {
    let per = Duration::from_nanos(1 << 63);
    let sentence = "at_most is per 9223372036.854775808 s; the time must be at most 9223372036.854775807 s (292 years)";
    refused(Limits::none().at_most(1, per), LimitsError::TooLong { per }, sentence);
    let longest = Limits::none().at_most(1, Duration::from_nanos((1 << 63) - 1));
    assert!(Fleet::seeded(0, Duration::ZERO).upstream(longest).is_ok());
}

#[test]
fn what_is_not_of_this_fleet_has_ended() {
    let mut other = Fleet::seeded(0, Duration::ZERO);
    let upstream = (0..2).map(|_| other.upstream(Limits::none()).unwrap()).last().unwrap();
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let _its_own = fleet.upstream(Limits::none()).unwrap();
    let id = fleet.start(upstream, &Policy::default(), Duration::ZERO);
    assert!(!fleet.contains(id) && fleet.is_empty());
    assert_eq!(fleet.status(upstream, Duration::ZERO), Status::default());
    fleet.slow_down(upstream, None, Duration::ZERO);
    fleet.release(id, Duration::ZERO);
    let lost = fleet.lost(id, Duration::ZERO);
    assert!(matches!(lost, Decision::GaveUp(GaveUp { reason: Reason::Finished, .. })), "{lost:?}");
    fleet.reset_backoff(id);
    fleet.set_backoff(id, seconds(1.0));
    assert_eq!(fleet.next_poll(Duration::ZERO), None);
    let hint = Some(seconds(9.0));
    match fleet.step(id, Outcome::<(), _>::transient("503").retry_after(hint), seconds(5.0)) {
        Decision::GaveUp(gave_up) => {
            assert_eq!((gave_up.reason, gave_up.polls, gave_up.last_error), (Reason::Finished, 0, Some("503")));
            assert_eq!((gave_up.elapsed, gave_up.retry_after), (Duration::ZERO, hint));
        }
        other => panic!("it has ended: {other:?}"),
    }
    assert_eq!(fleet.step(id, Outcome::<_>::Done("late"), seconds(5.0)), Decision::Done("late"));
}

#[test]
fn debug_text_and_clones() {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let upstream = fleet.upstream(Limits::default()).unwrap();
    let id = fleet.start(upstream, &Policy::default(), Duration::ZERO);
    let mut clone = fleet.clone();
    assert_eq!(clone.next_poll(Duration::ZERO), fleet.next_poll(Duration::ZERO));
    assert_eq!(
        clone.step(id, Outcome::<()>::pending(), Duration::ZERO),
        fleet.step(id, Outcome::<()>::pending(), Duration::ZERO)
    );
    assert!(!format!("{fleet:?}").is_empty());
}
