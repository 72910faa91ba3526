//! A policy without a last poll: a wait that is too long for the deadline ends it.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Reason};

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn a_wait_that_would_end_after_the_deadline_ends_it_at_once() {
    // Polls at 0, 5, 20, 65 and 200 s: the next would be made at 500 s.
    let mut poller = timetable!(start(exact().no_last_poll().max_wait(seconds(499.0)), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: transient => Sleep 45.0;
        at 65.0: pending => Sleep 135.0;
        at 200.0: pending => GaveUp MaxWait;
    );
    assert!(poller.is_finished());
    let Decision::GaveUp(gave_up) = poller.step(Outcome::<()>::pending(), seconds(300.0)) else { unreachable!() };
    assert_eq!((gave_up.reason, gave_up.elapsed, gave_up.polls), (Reason::Finished, seconds(200.0), 5));
}

#[test]
fn a_wait_that_ends_at_the_deadline_is_slept() {
    timetable!(start(exact().no_last_poll().max_wait(seconds(20.0)), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: pending => Sleep 15.0;
        at 20.0: pending => GaveUp MaxWait;
    );
}

#[test]
fn what_is_drawn_decides_and_no_wait_near_the_deadline_is_moved() {
    // [4, 6] with 5 s left: half of the draws fit, and none is spread by the rules of a last wait.
    let builder = Policy::builder().no_last_poll().max_wait(seconds(5.0));
    assert_eq!(step(&mut start(builder, Tape::lowest()), Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(4.0)));
    assert_eq!(step(&mut start(builder, Tape::highest()), Outcome::pending(), seconds(0.0)), Shape::GaveUp(Reason::MaxWait));
}

#[test]
fn a_hint_within_the_deadline_that_jitter_moves_beyond_it_ends_it_too() {
    let builder = Policy::builder().no_last_poll().max_wait(seconds(100.0));
    let hinted = Outcome::pending().retry_after(seconds(90.0));
    assert_eq!(step(&mut start(builder, Tape::highest()), hinted, seconds(0.0)), Shape::GaveUp(Reason::MaxWait));
    // Kept exactly, it fits.
    assert_eq!(step(&mut start(builder.hint_jitter(0), Tape::highest()), hinted, seconds(0.0)), Shape::Sleep(seconds(90.0)));
    timetable!(start(builder.jitter(Jitter::None), Tape::none()); at 0.0: pending(101.0) => GaveUp RetryAfterPastDeadline;);
}

#[test]
fn the_account_says_that_there_was_time_left() {
    let mut poller = start(exact().no_last_poll().max_wait(seconds(4.0)), Tape::none());
    let Decision::GaveUp(gave_up) = poller.step(Outcome::<()>::pending(), seconds(1.0)) else { unreachable!() };
    assert_eq!(gave_up.to_string(), "gave up after 1 poll in 1 s: no poll is left before max_wait");
}

#[test]
fn without_max_wait_it_changes_nothing_and_is_kept() {
    let policy = Policy::builder().no_max_wait().no_last_poll().build().unwrap();
    assert!(!policy.last_poll());
    assert_eq!(policy.to_builder().max_wait(seconds(600.0)).build(), Policy::builder().no_last_poll().build());
}
