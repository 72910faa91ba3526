//! `reset_backoff`: the ladder starts again, and nothing else changes.

use asyncpoll::{Jitter, Outcome, Policy, Reason};

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn the_ladder_starts_again() {
    let mut poller = timetable!(start(exact(), Tape::none());
        at 0.0: pending => Sleep 5.0;
        at 5.0: transient => Sleep 15.0;
    );
    poller.reset_backoff();
    timetable!(poller;
        at 20.0: pending => Sleep 5.0;
        at 25.0: pending => Sleep 15.0;
    );
}

#[test]
fn under_decorrelated_jitter_the_previous_wait_is_forgotten() {
    let mut poller = timetable!(start(Policy::builder().jitter(Jitter::Decorrelated), Tape::highest());
        at 0.0: pending => Sleep 15.0;
        at 15.0: pending => Sleep 45.0;
    );
    poller.reset_backoff();
    timetable!(poller; at 60.0: pending => Sleep 15.0;);
}

#[test]
fn counts_and_the_run_of_errors_go_on() {
    let mut poller = timetable!(start(exact().max_consecutive_errors(2), Tape::none());
        at 0.0: transient => Sleep 5.0;
    );
    poller.reset_backoff();
    assert_eq!((poller.polls(), poller.until_next_poll(seconds(1.0))), (1, Some(seconds(4.0))));
    timetable!(poller; at 5.0: transient => GaveUp MaxConsecutiveErrors;);
}

#[test]
fn it_revives_neither_a_last_wait_nor_a_finished_poller() {
    let mut poller = timetable!(start(exact().max_wait(seconds(3.0)), Tape::none());
        at 0.0: pending => Sleep 3.0;
    );
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(1.0)), Shape::GaveUp(Reason::MaxWait));
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(1.0)), Shape::GaveUp(Reason::Finished));
}
