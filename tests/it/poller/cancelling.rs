//! `cancel`: an end the caller asks for.

use asyncpoll::{Outcome, Reason};

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn it_ends_a_poller_without_counting_a_poll() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::transient("503"), seconds(1.0)), Shape::Sleep(seconds(5.0)));
    let gave_up = poller.cancel(seconds(3.0));
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.errors), (Reason::Cancelled, 1, 1));
    assert_eq!((gave_up.consecutive_errors, gave_up.elapsed), (1, seconds(3.0)));
    assert_eq!((gave_up.retry_after, gave_up.last_error), (None, None));
    assert!(poller.is_finished());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(6.0)), Shape::GaveUp(Reason::Finished));
    assert_eq!(poller.elapsed(seconds(6.0)), seconds(3.0));
}

#[test]
fn before_the_first_poll_it_says_so() {
    let gave_up = start(exact(), Tape::none()).cancel(seconds(0.0));
    assert_eq!(gave_up.to_string(), "gave up after 0 polls in 0 s: cancelled");
}

#[test]
fn after_the_end_it_says_finished() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::Done(()), seconds(2.0)), Shape::Done);
    let gave_up = poller.cancel(seconds(9.0));
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::Finished, 1, seconds(2.0)));
}

#[test]
fn the_clock_may_have_stepped_back() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(40.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.cancel(seconds(1.0)).elapsed, seconds(40.0));
}
