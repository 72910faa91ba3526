//! `look`: an unscheduled look, which leaves counts and schedule alone.

use asyncpoll::{Decision, Outcome, Policy, Reason, WaitKind};
use core::time::Duration;

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn what_leaves_the_operation_unfinished_gives_what_is_left_of_the_wait() {
    let mut poller = start(exact().max_polls(2).max_consecutive_errors(1), Tape::none());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(5.0)));
    assert_eq!(poller.look(Outcome::<()>::pending(), seconds(1.0)), Decision::Sleep(seconds(4.0)));
    assert_eq!(poller.look(Outcome::<(), _>::transient("reset"), seconds(2.0)), Decision::Sleep(seconds(3.0)));
    assert_eq!(poller.look(Outcome::<()>::pending(), seconds(9.0)), Decision::Sleep(seconds(0.0)), "a poll is due");
    assert_eq!((poller.polls(), poller.due()), (1, Some(seconds(5.0))));
}

#[test]
fn the_end_of_the_operation_ends_it_without_a_poll() {
    for (outcome, end) in [(Outcome::Done(()), Shape::Done), (Outcome::Failed("rejected"), Shape::Failed)] {
        let mut poller = start(exact(), Tape::none());
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(5.0)));
        assert_eq!(Shape::from(&poller.look(outcome, seconds(3.0))), end);
        assert_eq!((poller.polls(), poller.is_finished(), poller.elapsed(seconds(9.0))), (1, true, seconds(3.0)));
        let late = poller.look(Outcome::<(), _>::transient("late"), seconds(9.0));
        let Decision::GaveUp(gave_up) = late else { panic!("it is finished") };
        assert_eq!((gave_up.reason, gave_up.last_error), (Reason::Finished, Some("late")));
    }
}

#[test]
fn a_hint_is_kept_as_that_of_a_poll_is() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(0.0)), Shape::Sleep(seconds(5.0)));
    let hint = |hint| Outcome::<(), &str>::pending().retry_after(seconds(hint));
    assert_eq!(poller.look(hint(1.0), seconds(1.0)), Decision::Sleep(seconds(4.0)), "the wait is longer");
    assert_eq!(poller.wait_kind(), Some(WaitKind::Ladder));
    assert_eq!(poller.look(hint(60.0), seconds(2.0)), Decision::Sleep(seconds(60.0)));
    assert_eq!((poller.wait_kind(), poller.due()), (Some(WaitKind::Hint), Some(seconds(62.0))));
    assert_eq!(poller.clone().cancel(seconds(12.0)).retry_after, Some(seconds(50.0)));
    let until_the_deadline = poller.clone().look(hint(597.0), seconds(3.0));
    assert_eq!(until_the_deadline, Decision::Sleep(seconds(597.0)));
    let Decision::GaveUp(gave_up) = poller.look(hint(600.0), seconds(3.0)) else { panic!("that is after the deadline") };
    assert_eq!((gave_up.reason, gave_up.retry_after), (Reason::RetryAfterPastDeadline, Some(seconds(600.0))));
}

#[test]
fn a_hint_leaves_the_last_wait_the_last() {
    let mut poller = start(Policy::builder(), Tape::new([u64::MAX, 0]));
    poller.set_backoff(seconds(300.0));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(500.0)), Shape::Sleep(seconds(95.0)));
    // 5 s of it and 10 s to the deadline are left.
    assert_eq!(poller.look(Outcome::<()>::pending().retry_after(seconds(8.0)), seconds(590.0)), Decision::Sleep(seconds(8.0)));
    assert_eq!((poller.wait_kind(), poller.due()), (Some(WaitKind::Last), Some(seconds(598.0))));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(598.0)), Shape::GaveUp(Reason::MaxWait));
}

#[test]
fn a_cancelled_poller_says_what_is_left_of_its_hint() {
    let cancelled = |outcome: Outcome<(), &'static str>, at| {
        let mut poller = start(exact(), Tape::none());
        assert!(matches!(step(&mut poller, outcome, seconds(0.0)), Shape::Sleep(_)));
        poller.cancel(seconds(at)).retry_after
    };
    assert_eq!(cancelled(Outcome::pending().retry_after(seconds(300.0)), 100.0), Some(seconds(200.0)));
    assert_eq!(cancelled(Outcome::throttled("429").retry_after(seconds(3.0)), 1.0), Some(seconds(2.0)));
    assert_eq!(cancelled(Outcome::pending().retry_after(seconds(300.0)), 300.0), None);
    assert_eq!(cancelled(Outcome::pending(), 1.0), None);
}

#[test]
fn a_look_that_fails_past_the_deadline_ends_with_its_own_error() {
    let mut poller = start(exact(), Tape::none());
    let found = Outcome::<(), _>::transient("503").retry_after(seconds(900.0));
    let Decision::GaveUp(gave_up) = poller.look(found, Duration::ZERO) else { panic!("the hint ends after the deadline") };
    assert_eq!((gave_up.last_error, gave_up.found_error), (Some("503"), true));
    assert!(!gave_up.to_string().contains("earlier poll"), "{gave_up}");
}
