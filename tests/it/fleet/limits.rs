//! Limits that no upstream can have, each with its sentence; and upstreams and operations of another fleet.

use asyncpoll::{
    Decision, Fleet, GaveUp, Outcome, Policy, Reason,
    fleet::{Due, Limits, LimitsBuilder, LimitsError, Status},
};
use core::time::Duration;

use crate::support::{assert_names_settings, next_poll, seconds};

#[track_caller]
fn refused(builder: LimitsBuilder, error: LimitsError, sentence: &str) {
    assert_eq!(builder.build(), Err(error));
    assert_eq!(error.to_string(), sentence);
    assert_names_settings(sentence, &builder);
}

#[test]
fn no_poll_in_flight() {
    let sentence = "in_flight is 0; it must be at least 1";
    refused(Limits::builder().in_flight(0), LimitsError::ZeroCount { field: "in_flight" }, sentence);
    refused(Limits::builder().in_flight_from(0), LimitsError::ZeroCount { field: "in_flight" }, sentence);
}

#[test]
fn every_refusal_forgiven() {
    refused(Limits::builder().forgive(0), LimitsError::ZeroCount { field: "forgive" }, "forgive is 0; it must be at least 1");
    assert!(Limits::builder().forgive(1).build().is_ok());
}

#[test]
fn no_polls_in_a_time() {
    let per = seconds(60.0);
    let sentence = "rate is 0 polls per 60 s; it must be at least 1 poll";
    refused(Limits::builder().rate(0, per), LimitsError::NoPolls { per }, sentence);
}

#[test]
fn no_time_for_the_polls() {
    let sentence = "rate is 40 polls per 0 s; the time must be at least 1 ns";
    refused(Limits::builder().rate(40, Duration::ZERO), LimitsError::NoTime { polls: 40 }, sentence);
}

#[test]
fn too_long_a_time() {
    let per = Duration::from_nanos(1 << 63);
    let sentence = "rate is per 9223372036.854775808 s; the time must be at most 9223372036.854775807 s";
    refused(Limits::builder().rate(1, per), LimitsError::RateTooLong { per }, sentence);
    let per = Duration::MAX;
    let sentence = "rate is per 584542046090 years; the time must be at most 292 years";
    refused(Limits::builder().rate(1, per), LimitsError::RateTooLong { per }, sentence);
    assert!(Limits::builder().rate(1, Duration::from_nanos((1 << 63) - 1)).build().is_ok());
}

#[test]
fn no_hold_and_too_long_a_hold() {
    refuses_none_and_too_long("longest_hold", LimitsBuilder::longest_hold);
}

#[test]
fn no_time_to_answer_and_too_much() {
    refuses_none_and_too_long("answer_within", LimitsBuilder::answer_within);
}

#[track_caller]
fn refuses_none_and_too_long(field: &'static str, set: fn(LimitsBuilder, Duration) -> LimitsBuilder) {
    let none = format!("{field} is 0 s; it must be at least 1 ns");
    refused(set(Limits::builder(), Duration::ZERO), LimitsError::ZeroDuration { field }, &none);
    let value = Duration::MAX;
    let too_long = format!("{field} is 584542046090 years; it must be at most 292 years");
    refused(set(Limits::builder(), value), LimitsError::TooLong { field, value }, &too_long);
    assert!(set(Limits::builder(), Duration::from_nanos((1 << 63) - 1)).build().is_ok());
}

#[test]
fn the_last_word_on_what_is_in_flight_counts() {
    let [bounded, growing, free] = [
        Limits::builder().in_flight_from(3).in_flight(2),
        Limits::builder().in_flight(2).in_flight_from(3),
        Limits::builder().in_flight(2).no_in_flight(),
    ]
    .map(|builder| builder.build().unwrap());
    assert_eq!((bounded.in_flight(), bounded.in_flight_from()), (Some(2), None));
    assert_eq!((growing.in_flight(), growing.in_flight_from()), (None, Some(3)));
    assert_eq!((free.in_flight(), free.in_flight_from()), (None, None));
}

#[test]
fn limits_show_their_settings() {
    let documented = Limits::builder().rate(600, seconds(60.0)).in_flight(8).find_pace(false).no_forgive().build().unwrap();
    assert_eq!(
        format!("{documented:?}"),
        "Limits { rate: 600/1m, in_flight: 8, find_pace: false, shared: false, forgive: none, longest_hold: 1h, answer_within: none }"
    );
    assert_eq!(
        format!("{:?}", Limits::default()),
        "Limits { rate: none, in_flight: from 16, find_pace: true, shared: false, forgive: 50, longest_hold: 1h, answer_within: none }"
    );
    assert_eq!(
        format!("{:?}", Limits::none()),
        "Limits { rate: none, in_flight: none, find_pace: false, shared: false, forgive: 50, longest_hold: 1h, answer_within: none }"
    );
}

#[test]
fn what_is_not_of_this_fleet_has_ended() {
    let mut other = Fleet::seeded(0, Duration::ZERO);
    let upstream = other.add_upstream(Limits::none());
    let others = other.start(upstream, Policy::default(), Duration::ZERO);
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let its_own = fleet.add_upstream(Limits::none());
    let own = fleet.start(its_own, Policy::default(), Duration::ZERO);
    // Both were made in the same way.
    assert!(upstream != its_own && others != own && !fleet.contains(others) && fleet.contains(own));
    assert_eq!(fleet.cancel(others, Duration::ZERO).reason, Reason::Finished);
    assert_eq!(fleet.cancel(own, Duration::ZERO).reason, Reason::Cancelled);

    let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    assert!(!fleet.contains(id) && fleet.is_empty());
    assert_eq!(fleet.status(upstream, Duration::ZERO), Status::default());
    fleet.slow_down(upstream, None, Duration::ZERO);
    fleet.quota(upstream, 0, Some(seconds(9.0)), Duration::ZERO);
    fleet.set_limits(upstream, Limits::default(), Duration::ZERO);
    assert_eq!(fleet.limits(upstream), None);
    fleet.pause(upstream, Duration::ZERO);
    fleet.resume(upstream, Duration::ZERO);
    let Some(Due::Poll(others)) = other.next_due(Duration::ZERO) else { panic!("it is due") };
    assert_eq!(fleet.batch(others, 9, Duration::ZERO), []);
    fleet.release(id, Duration::ZERO);
    let lost = fleet.lost(id, Duration::ZERO);
    assert!(matches!(lost, Decision::GaveUp(GaveUp { reason: Reason::Finished, .. })), "{lost:?}");
    fleet.reset_backoff(id);
    fleet.set_backoff(id, seconds(1.0));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO), None);
    let hint = Some(seconds(9.0));
    match fleet.step(id, Outcome::<(), _>::throttled("503").retry_after(hint), seconds(5.0)) {
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
    let upstream = fleet.add_upstream(Limits::default());
    let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    let mut clone = fleet.clone();
    assert_eq!(next_poll(&mut clone, Duration::ZERO), next_poll(&mut fleet, Duration::ZERO));
    assert_eq!(
        clone.step(id, Outcome::<()>::pending(), Duration::ZERO),
        fleet.step(id, Outcome::<()>::pending(), Duration::ZERO)
    );
    assert!(!format!("{fleet:?}").is_empty());
}
