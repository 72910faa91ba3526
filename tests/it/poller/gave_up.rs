//! The account at the end: what it says.

use asyncpoll::{Decision, GaveUp, Outcome, PolicyBuilder, Reason};
use core::time::Duration;

use crate::support::{Tape, every::REASONS, exact, seconds, start};

/// Feeds these at so many seconds, of which the last is the end.
fn ended<const N: usize>(builder: PolicyBuilder, fed: [(f64, Outcome<(), &'static str>); N]) -> GaveUp<&'static str> {
    let mut poller = start(builder, Tape::none());
    let mut decisions = fed.map(|(now, outcome)| poller.step(outcome, seconds(now))).into_iter();
    match decisions.next_back() {
        Some(Decision::GaveUp(gave_up))
            if decisions.all(|decision| matches!(decision, Decision::Sleep(_) | Decision::Done(()))) =>
        {
            gave_up
        }
        last => panic!("{last:?} is not the end"),
    }
}

#[test]
fn every_reason_is_told_with_the_counts() {
    let (pending, transient) = (Outcome::pending(), Outcome::transient("503"));
    let hinted = pending.retry_after(Duration::from_millis(61_500));
    let told = [
        (
            ended(exact().max_consecutive_errors(2), [(0.0, transient), (5.25, transient)]),
            "2 polls in 5.25 s: max_consecutive_errors was reached",
        ),
        (ended(exact(), [(0.0, Outcome::Done(())), (7.0, pending)]), "1 poll in 0 s: already finished"),
        (ended(exact().max_polls(1), [(3.0, pending)]), "1 poll in 3 s: max_polls was reached"),
        (ended(exact(), [(600.0, pending)]), "1 poll in 600 s: max_wait elapsed"),
        (
            ended(exact().max_wait(seconds(60.0)), [(0.0, hinted)]),
            "1 poll in 0 s: the server asked for a wait that ends after the deadline; retry in 61.5 s",
        ),
        (
            ended(exact().max_wait(seconds(20.0)), [(0.0, pending), (5.0, pending), (19.5, pending)]),
            "3 polls in 19.5 s: no poll is left before max_wait",
        ),
        (ended(exact().max_polls(1), [(5.351_640_708, pending)]), "1 poll in 5.351 s: max_polls was reached"),
        (ended(exact().max_polls(1), [(0.351_640_708, pending)]), "1 poll in 0.351 s: max_polls was reached"),
        (start(exact(), Tape::none()).cancel(seconds(1.0)).with_last_error(None), "0 polls in 1 s: cancelled"),
    ];
    let untold = REASONS.iter().find(|reason| !told.iter().any(|(gave_up, _)| gave_up.reason == **reason));
    assert_eq!(untold, None, "the sentence of this reason is to be told here");
    for (gave_up, sentence) in told {
        assert_eq!(gave_up.to_string(), format!("gave up after {sentence}"));
    }
    assert_eq!(format!("[{:<11}]", Reason::Cancelled), "[cancelled  ]");
}

#[test]
fn an_error_that_an_earlier_poll_left_is_not_told_as_the_cause() {
    let mut poller = start(exact().max_polls(2), Tape::none());
    let mut kept = None;
    let _five_seconds = poller.step_keeping(Outcome::<(), _>::transient("reset"), seconds(0.0), &mut kept);
    let Decision::GaveUp(gave_up) = poller.step_keeping(Outcome::<(), _>::pending(), seconds(5.0), &mut kept) else {
        panic!("two polls are the limit")
    };
    let expected = "gave up after 2 polls in 5 s: max_polls was reached; the last error is from an earlier poll";
    assert_eq!((gave_up.to_string().as_str(), gave_up.last_error), (expected, Some("reset")));

    let mut poller = start(exact(), Tape::none());
    let cancelled = poller.cancel(seconds(2.0)).with_last_error(Some("disk full"));
    assert_eq!(cancelled.to_string(), "gave up after 0 polls in 2 s: cancelled", "the cause is the caller's own");
}

#[test]
fn the_docs_say_when_each_reason_is_given() {
    let docs = include_str!("../../../src/poller.rs");
    for reason in REASONS.iter().filter(|reason| **reason != Reason::Cancelled) {
        assert!(docs.contains(&format!("| `GaveUp({reason:?})`")), "the table of transitions lacks {reason:?}");
    }
}
