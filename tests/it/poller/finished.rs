//! After the end: nothing revives a poller, and nothing is lost.

use asyncpoll::{Decision, Outcome, Reason};

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn late_good_news_is_passed_through_and_anything_else_is_finished() {
    timetable!(start(exact().max_polls(1), Tape::none());
        at 0.0: pending => GaveUp MaxPolls;
        at 1.0: pending => GaveUp Finished;
        at 2.0: transient(1.0) => GaveUp Finished;
        at 3.0: done => Done;
        at 4.0: failed => Failed;
        at 5.0: pending => GaveUp Finished;
    );
}

#[test]
fn done_and_failed_are_ends_too() {
    timetable!(start(exact(), Tape::none());
        at 0.0: done => Done;
        at 1.0: pending => GaveUp Finished;
        at 2.0: done => Done;
    );
    timetable!(start(exact(), Tape::none());
        at 0.0: failed => Failed;
        at 1.0: transient => GaveUp Finished;
    );
}

#[test]
fn counts_and_elapsed_stand_still_and_the_error_just_fed_comes_back() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::transient("503"), seconds(0.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(step(&mut poller, Outcome::Done(()), seconds(7.0)), Shape::Done);

    let late = Outcome::<(), _>::transient("late").retry_after(seconds(9.0));
    let Decision::GaveUp(gave_up) = poller.step(late, seconds(50.0)) else { panic!("it is finished") };
    assert_eq!(gave_up.reason, Reason::Finished);
    assert_eq!((gave_up.polls, gave_up.errors, gave_up.elapsed), (2, 1, seconds(7.0)));
    assert_eq!(gave_up.consecutive_errors, 0, "the last poll was no error");
    assert_eq!((gave_up.last_error, gave_up.retry_after), (Some("late"), Some(seconds(9.0))));

    assert!(poller.is_finished());
    assert_eq!(poller.elapsed(seconds(50.0)), seconds(7.0));
    assert_eq!(poller.remaining(seconds(50.0)), Some(seconds(593.0)));
    assert_eq!(poller.until_next_poll(seconds(7.0)), None);
}

#[test]
fn a_late_result_does_not_move_the_end() {
    let mut poller = start(exact().max_polls(1), Tape::none());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(2.0)), Shape::GaveUp(Reason::MaxPolls));
    assert_eq!(step(&mut poller, Outcome::Done(()), seconds(60.0)), Shape::Done);
    assert_eq!((poller.polls(), poller.elapsed(seconds(60.0))), (1, seconds(2.0)));
}
