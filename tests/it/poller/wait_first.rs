//! A wait before the first poll.

use asyncpoll::{Driver, GaveUp, Jitter, Outcome, Policy, Poller, Reason};
use core::{cell::Cell, time::Duration};

use crate::support::{Shape, Tape, exact, seconds, start, step};

#[test]
fn it_is_the_first_of_the_policy_and_the_ladder_goes_on_from_there() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(poller.wait_first(None, seconds(0.0)), Ok(seconds(5.0)));
    assert_eq!((poller.polls(), poller.due()), (0, Some(seconds(5.0))));
    let poller = timetable!(poller;
        at 5.0: pending => Sleep 15.0;
        at 20.0: pending => Sleep 45.0;
    );
    assert_eq!(poller.polls(), 2);
}

#[test]
fn a_head_start_is_taken_by_it_alone() {
    let mut poller = start(exact().head_start(seconds(60.0)), Tape::none());
    assert_eq!(poller.wait_first(None, seconds(0.0)), Ok(seconds(60.0)));
    timetable!(poller; at 60.0: pending => Sleep 5.0; at 65.0: pending => Sleep 15.0;);
}

#[test]
fn a_hint_is_kept_and_takes_the_place_of_a_head_start() {
    let mut poller = start(exact().head_start(seconds(60.0)), Tape::none());
    assert_eq!(poller.wait_first(seconds(7.0), seconds(0.0)), Ok(seconds(7.0)));
    timetable!(poller; at 7.0: pending => Sleep 5.0;);
}

#[test]
fn it_counts_for_no_limit_but_the_deadline() {
    let mut poller = start(exact().max_polls(1), Tape::none());
    assert_eq!(poller.wait_first(None, seconds(0.0)), Ok(seconds(5.0)));
    timetable!(poller; at 5.0: pending => GaveUp MaxPolls;);

    let mut poller = start(exact().max_wait(seconds(60.0)), Tape::none());
    let GaveUp { reason, polls, retry_after, .. } = poller.wait_first(seconds(61.0), seconds(0.0)).unwrap_err();
    assert_eq!((reason, polls, retry_after), (Reason::RetryAfterPastDeadline, 0, Some(seconds(61.0))));
    assert!(poller.is_finished());
    assert_eq!(poller.wait_first(None, seconds(0.0)).unwrap_err().reason, Reason::Finished);
}

#[test]
fn it_may_be_the_last_wait() {
    let mut poller = start(exact().max_wait(seconds(3.0)), Tape::none());
    assert_eq!(poller.wait_first(None, seconds(0.0)), Ok(seconds(3.0)));
    timetable!(poller; at 3.0: pending => GaveUp MaxWait;);

    let mut poller = start(exact().max_wait(seconds(3.0)).no_last_poll(), Tape::none());
    assert_eq!(poller.wait_first(None, seconds(0.0)).unwrap_err().reason, Reason::MaxWait);
}

#[test]
fn once_there_is_a_wait_or_a_poll_what_is_left_goes_on() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(poller.wait_first(None, seconds(0.0)), Ok(seconds(5.0)));
    assert_eq!(poller.wait_first(None, seconds(2.0)), Ok(seconds(3.0)));
    assert_eq!(step(&mut poller, Outcome::pending(), seconds(5.0)), Shape::Sleep(seconds(15.0)));
    assert_eq!(poller.wait_first(None, seconds(6.0)), Ok(seconds(14.0)));
    assert_eq!(poller.wait_first(seconds(100.0), seconds(6.0)), Ok(seconds(100.0)));
}

#[test]
fn a_driver_sleeps_it_and_numbers_the_polls_from_one() {
    let clock = Cell::new(Duration::ZERO);
    let mut poller = Poller::new(Policy::builder().jitter(Jitter::None).build().unwrap(), Tape::none(), clock.get());
    poller.wait_first(None, clock.get()).unwrap();
    let (mut polls, mut waits) = (Vec::new(), Vec::new());
    let done = Driver::new(|| clock.get(), |wait| clock.set(clock.get() + wait))
        .on_wait(|wait| waits.push((wait.polls, wait.length)))
        .poll_blocking(&mut poller, |poll| {
            polls.push((poll.number, poll.elapsed));
            Outcome::from((poll.number == 2).then_some(()))
        });
    assert_eq!(done, Ok(()));
    assert_eq!(polls, [(1, seconds(5.0)), (2, seconds(20.0))]);
    assert_eq!(waits, [(0, seconds(5.0)), (1, seconds(15.0))]);
}
