//! The account at the end: what it says.

use asyncpoll::{Decision, GaveUp, Outcome, PolicyBuilder, Reason};
use core::time::Duration;

use crate::{
    every::REASONS,
    support::{Tape, exact, seconds, start},
};

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
        (ended(exact(), [(0.0, Outcome::Done(())), (7.0, pending)]), "1 poll in 0 s: the poller had finished before"),
        (ended(exact().max_polls(1), [(3.0, pending)]), "1 poll in 3 s: max_polls was reached"),
        (ended(exact(), [(600.0, pending)]), "1 poll in 600 s: max_wait is over"),
        (
            ended(exact().max_wait(seconds(60.0)), [(0.0, hinted)]),
            "1 poll in 0 s: the server asked for a wait that ends after the deadline; come back after 61.5 s",
        ),
        (start(exact(), Tape::none()).cancel(seconds(1.0)).with_last_error(None), "0 polls in 1 s: cancelled"),
    ];
    let untold = REASONS.iter().find(|reason| !told.iter().any(|(gave_up, _)| gave_up.reason == **reason));
    assert_eq!(untold, None, "the sentence of this reason is to be told here");
    for (gave_up, sentence) in told {
        assert_eq!(gave_up.to_string(), format!("gave up after {sentence}"));
    }
    assert_eq!(format!("[{:<11}]", Reason::Cancelled), "[cancelled  ]");
}
