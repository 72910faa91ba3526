//! `max_polls` and `max_consecutive_errors`, alone and against each other.

use asyncpoll::{Decision, Outcome, Reason};
use core::time::Duration;

use crate::support::{Tape, exact, seconds, start};

#[test]
fn max_polls_counts_the_first_poll() {
    timetable!(start(exact().max_polls(1), Tape::none());
        at 0.0: pending => GaveUp MaxPolls;
    );
    timetable!(start(exact().max_polls(3), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: transient => Sleep 15.0;
        at 20.0: pending => GaveUp MaxPolls;
    );
}

#[test]
fn the_last_poll_may_still_bring_the_result() {
    timetable!(start(exact().max_polls(2), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: done => Done;
    );
}

#[test]
fn a_pending_poll_breaks_a_run_of_errors() {
    timetable!(start(exact().max_consecutive_errors(2), Tape::none());
        at 0.0: transient => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: transient => Sleep 45.0;
        at 65.0: transient => GaveUp MaxConsecutiveErrors;
    );
}

#[test]
fn consecutive_errors_go_before_max_polls_and_those_before_max_wait() {
    timetable!(start(exact().max_consecutive_errors(1).max_polls(1), Tape::none());
        at 900.0: transient => GaveUp MaxConsecutiveErrors;
    );
    timetable!(start(exact().max_consecutive_errors(1).max_polls(1), Tape::none());
        at 900.0: pending => GaveUp MaxPolls;
    );
}

#[test]
fn max_wait_goes_before_a_hint_past_the_deadline() {
    timetable!(start(exact(), Tape::none());
        at 600.0: pending(1.0) => GaveUp MaxWait;
    );
}

#[test]
fn the_end_carries_counts_hint_and_error() {
    let policy = exact().max_polls(3);
    let mut poller = start(policy, Tape::none());
    let _ = poller.step(Outcome::<(), _>::transient("reset"), seconds(0.0));
    let _ = poller.step(Outcome::<(), &str>::pending(), seconds(5.0));
    let last = Outcome::<(), _>::transient("503").retry_after(seconds(30.0));
    let Decision::GaveUp(gave_up) = poller.step(last, seconds(21.0)) else { panic!("that was the third poll") };
    assert_eq!(gave_up.reason, Reason::MaxPolls);
    assert_eq!((gave_up.polls, gave_up.errors, gave_up.consecutive_errors), (3, 2, 1));
    assert_eq!(gave_up.elapsed, seconds(21.0));
    assert_eq!(gave_up.retry_after, Some(seconds(30.0)));
    assert_eq!(gave_up.last_error, Some("503"));
    assert_eq!(poller.polls(), 3);
}

#[test]
fn done_and_failed_count_as_polls() {
    for outcome in [Outcome::Done(()), Outcome::Failed("rejected")] {
        let mut poller = start(exact(), Tape::none());
        let _ = poller.step(Outcome::<(), &str>::pending(), Duration::ZERO);
        let _ = poller.step(outcome, seconds(5.0));
        assert_eq!((poller.polls(), poller.elapsed(seconds(99.0))), (2, seconds(5.0)));
    }
}

#[test]
fn keeping_moves_the_kept_error_into_the_end() {
    let mut poller = start(exact().max_polls(3), Tape::none());
    let mut kept = None;
    for (outcome, expected) in [(Outcome::<(), _>::transient("reset"), Some("reset")), (Outcome::pending(), Some("reset"))] {
        assert!(matches!(poller.step_keeping(outcome, Duration::ZERO, &mut kept), Decision::Sleep(_)));
        assert_eq!(kept, expected);
    }
    let Decision::GaveUp(gave_up) = poller.step_keeping(Outcome::<(), _>::pending(), Duration::ZERO, &mut kept) else {
        panic!("that was the third poll")
    };
    assert_eq!((gave_up.last_error, gave_up.consecutive_errors, kept), (Some("reset"), 0, None));
}

#[test]
fn the_error_that_ends_it_goes_before_the_one_that_was_kept() {
    let mut poller = start(exact().max_polls(2), Tape::none());
    let mut kept = None;
    let _ = poller.step_keeping(Outcome::<(), _>::transient("first"), Duration::ZERO, &mut kept);
    let Decision::GaveUp(gave_up) = poller.step_keeping(Outcome::<(), _>::transient("second"), Duration::ZERO, &mut kept)
    else {
        panic!("that was the second poll")
    };
    assert_eq!((gave_up.last_error, kept), (Some("second"), Some("first")));
}

#[test]
fn what_another_poller_kept_is_not_taken_for_this_ones() {
    let mut kept = None;
    let mut other = start(exact(), Tape::none());
    let _five_seconds = other.step_keeping(Outcome::<(), _>::transient("another's"), Duration::ZERO, &mut kept);
    assert_eq!(other.step_keeping(Outcome::Done(()), seconds(5.0), &mut kept), Decision::Done(()));
    let mut poller = start(exact().max_polls(1), Tape::none());
    let Decision::GaveUp(gave_up) = poller.step_keeping(Outcome::<(), _>::pending(), Duration::ZERO, &mut kept) else {
        panic!("one poll is the limit")
    };
    assert_eq!((gave_up.last_error, kept), (None, Some("another's")));
}
