//! Polls that are throttled: they wait as failed ones do, and are part of no run of errors.

use asyncpoll::{Decision, Driver, GaveUp, Outcome, PollError, Reason};
use core::{cell::Cell, time::Duration};

use crate::support::{Tape, exact, seconds, start};

#[test]
fn they_wait_as_polls_that_fail_do() {
    timetable!(start(exact().head_start(seconds(40.0)), Tape::none());
        at 0.0: throttled => Sleep 40.0;
        at 40.0: throttled => Sleep 5.0;
        at 45.0: throttled(60.0) => Sleep 60.0;
        at 105.0: throttled(1.0) => Sleep 45.0;
        at 150.0: pending => Sleep 135.0;
        at 285.0: throttled(400.0) => GaveUp RetryAfterPastDeadline;
    );
}

#[test]
fn they_neither_lengthen_a_run_of_errors_nor_end_it() {
    timetable!(start(exact().max_consecutive_errors(2).no_max_wait(), Tape::none());
        at 0.0: throttled => Sleep 5.0;
        at 5.0: throttled => Sleep 15.0;
        at 20.0: transient => Sleep 45.0;
        at 65.0: throttled => Sleep 135.0;
        at 200.0: transient => GaveUp MaxConsecutiveErrors;
    );
}

#[test]
fn they_count_as_polls() {
    timetable!(start(exact().max_polls(2), Tape::none());
        at 0.0: throttled => Sleep 5.0;
        at 5.0: throttled => GaveUp MaxPolls;
    );
}

#[test]
fn the_account_has_their_number_and_the_error_of_the_last() {
    let mut poller = start(exact().max_polls(3), Tape::none());
    let mut kept = None;
    let mut step = |outcome, now| poller.step_keeping(outcome, seconds(now), &mut kept);
    assert!(matches!(step(Outcome::<(), _>::transient("reset"), 0.0), Decision::Sleep(_)));
    assert!(matches!(step(Outcome::throttled("429"), 5.0), Decision::Sleep(_)));
    let Decision::GaveUp(gave_up) = step(Outcome::throttled("slow_down"), 20.0) else { panic!("three polls are the limit") };
    let GaveUp { reason, polls, errors, consecutive_errors, throttled, .. } = gave_up;
    assert_eq!((reason, polls, errors, consecutive_errors, throttled), (Reason::MaxPolls, 3, 3, 1, 2));
    assert_eq!((gave_up.last_error, gave_up.found_error), (Some("slow_down"), true));
    assert_eq!(gave_up.to_string(), "gave up after 3 polls in 20 s: max_polls was reached");
}

#[test]
fn the_error_of_the_poll_that_ends_it_is_no_earlier_ones() {
    let mut poller = start(exact().max_polls(1), Tape::none());
    let Decision::GaveUp(gave_up) = poller.step(Outcome::<(), _>::throttled("429"), Duration::ZERO) else {
        panic!("one poll is the limit")
    };
    assert_eq!((gave_up.consecutive_errors, gave_up.found_error), (0, true));
    assert_eq!(gave_up.to_string(), "gave up after 1 poll in 0 s: max_polls was reached");
}

#[test]
fn a_driver_tells_of_them_before_the_wait() {
    let (now, mut told) = (Cell::new(Duration::ZERO), Vec::new());
    let mut poller = start(exact().max_polls(3), Tape::none());
    let ended = Driver::new(|| now.get(), |wait| now.set(now.get() + wait))
        .on_wait(|wait| told.push(wait.error.copied()))
        .poll_blocking(&mut poller, |poll| match poll.number {
            1 => Outcome::<(), _>::throttled("429"),
            2 => Outcome::pending(),
            _ => Outcome::throttled("slow_down"),
        });
    assert_eq!(ended.map_err(PollError::into_error), Err(Some("slow_down")));
    assert_eq!(told, [Some("429"), None]);
}
