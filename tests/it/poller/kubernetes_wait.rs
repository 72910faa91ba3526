//! The polling of Kubernetes' package `wait`: what its tests show, in our words, and what ours does where that differs.
//!
//! The source of the facts is `pkg/util/wait` of `k8s.io/apimachinery` at the commit eed236ceee2c of July 2026: `wait_test.go`,
//! `loop_test.go` and `error_test.go`. What they show of single waits is in `tests/it/policy`, and of loops without end in
//! `tests/it/ticker`.
//!
//! Some of those tests have no counterpart:
//!
//! - Which type of timer a `Backoff` makes, and that a timer's channel is drained and its goroutine ends: nothing here owns a timer.
//! - The tests under the real clock: the same waits are asserted in virtual time, where they are exact.
//! - The random choice between a timer and a context that are both ready: a driver asks the sleep, which answers once.

use asyncpoll::{Driver, GaveUp, Jitter, Outcome, PolicyBuilder, PolicyError, PollError, Poller, Reason};
use core::{cell::Cell, ops::ControlFlow, time::Duration};
use std::{error::Error, io};

use crate::support::{
    Shape, Tape,
    drive::{Driven, drive},
    exact, polls_while_pending, seconds, start, step,
};

/// One interval of a second, as that package polls.
fn every_second() -> PolicyBuilder {
    exact().initial_wait(seconds(1.0)).multiplier(1, 1)
}

/// Starts a loop that is not immediate: it waits before it polls.
fn start_with_a_wait(builder: PolicyBuilder, rng: Tape) -> Poller<Duration, Tape> {
    let mut poller = start(builder, rng);
    poller.wait_first(None, Duration::ZERO).unwrap();
    poller
}

type Found = Outcome<(), &'static str>;

/// What ends a loop, and how.
const ENDS: [(Found, Result<(), PollError<&str>>); 2] =
    [(Outcome::Done(()), Ok(())), (Outcome::Failed("rejected"), Err(PollError::Failed("rejected")))];

/// A `Backoff` without jitter: doubled from one second on.
fn doubled() -> PolicyBuilder {
    exact().initial_wait(seconds(1.0)).multiplier(2, 1)
}

const fn pending(_: u32) -> Found {
    Outcome::pending()
}

/// There a backoff starts again by itself if nobody asked it for longer than a reset interval. Here time alone never resets:
/// a long silence may as well mean that the server is down, and only the caller has seen progress.
#[test]
fn a_backoff_starts_again_if_it_is_told_to_and_not_after_a_silence() {
    let nanos = Duration::from_nanos;
    let mut poller = start(doubled().initial_wait(nanos(1)).max_backoff(nanos(10)).no_max_wait(), Tape::none());
    let mut now = Duration::ZERO;
    for wait in [1, 2, 4, 8, 10, 10, 10] {
        assert_eq!(step(&mut poller, Outcome::pending(), now), Shape::Sleep(nanos(wait)));
        now += nanos(wait);
    }
    now += seconds(3600.0);
    assert_eq!(step(&mut poller, Outcome::pending(), now), Shape::Sleep(nanos(10)), "after an hour");
    poller.reset_backoff();
    assert_eq!(step(&mut poller, Outcome::pending(), now), Shape::Sleep(nanos(1)), "after progress");
}

#[test]
fn a_backoff_that_is_reset_before_every_wait_does_not_grow() {
    let mut poller = start(doubled().no_max_wait(), Tape::none());
    for second in 0..7 {
        poller.reset_backoff();
        assert_eq!(step(&mut poller, Outcome::pending(), seconds(second.into())), Shape::Sleep(seconds(1.0)));
    }
}

/// There zero steps mean that the condition is not asked at all, and yet that time ran out. Here zero polls are refused, because
/// an end without a poll says nothing of the operation.
#[test]
fn no_polls_at_all_are_refused() {
    assert_eq!(doubled().max_polls(0).build(), Err(PolicyError::ZeroCount { field: "max_polls" }));
    let mut poller = Poller::new(doubled().max_polls(0).build_clamped(), Tape::none(), Duration::ZERO);
    assert_eq!(drive(&mut poller, None, pending).polls.len(), 1);
}

#[test]
fn a_backoff_polls_as_often_as_it_has_steps_and_does_not_sleep_after_the_last() {
    for polls in [1, 3, 5] {
        let driven = drive(&mut start(doubled().max_polls(polls), Tape::none()), None, pending);
        assert_eq!((driven.polls.len(), driven.sleeps.len()), (polls as usize, polls as usize - 1));
        let gave_up = driven.gave_up();
        assert_eq!((gave_up.reason, gave_up.polls), (Reason::MaxPolls, polls));
    }
}

#[test]
fn polling_ends_with_the_poll_that_finds_it_done() {
    for (done_at, max_polls) in [(1, 1), (1, 3), (3, 3), (3, 5), (2, 1_000), (100, 1_000)] {
        let found = |number| if number < done_at { Outcome::pending() } else { Outcome::Done(number) };
        let driven: Driven<_, ()> = drive(&mut start(every_second().max_polls(max_polls), Tape::none()), None, found);
        assert_eq!((driven.ended, driven.polls.len()), (Ok(done_at), done_at as usize));
    }
}

/// There an error ends the loop even beside a `true`. Here no outcome is both: `Failed` ends it, and an error that says nothing of
/// the operation is a `Transient`, which does not.
#[test]
fn an_error_of_the_condition_ends_polling_and_is_handed_back() {
    for wait_first in [false, true] {
        let mut poller = start(every_second(), Tape::none());
        if wait_first {
            poller.wait_first(None, Duration::ZERO).unwrap();
        }
        let failed = drive(&mut poller, None, |_| Outcome::<(), _>::Failed("rejected"));
        assert_eq!((failed.ended, failed.polls.len()), (Err(PollError::Failed("rejected")), 1));
    }
    let mut poller = start(every_second(), Tape::none());
    let transient = drive(&mut poller, None, |number| if number == 1 { Outcome::transient("503") } else { Outcome::Done(()) });
    assert_eq!((transient.ended, transient.polls.len()), (Ok(()), 2));
}

#[test]
fn a_loop_that_is_immediate_polls_before_any_wait() {
    for (outcome, expected) in ENDS {
        let driven = drive(&mut start(every_second(), Tape::none()), None, |_| outcome);
        assert_eq!((driven.ended, driven.polls, driven.sleeps), (expected, vec![seconds(0.0)], vec![]));
    }
}

#[test]
fn a_loop_that_is_not_immediate_waits_once_before_it_polls() {
    for (outcome, expected) in ENDS {
        let driven = drive(&mut start_with_a_wait(every_second(), Tape::none()), None, |_| outcome);
        assert_eq!((driven.ended, driven.polls, driven.sleeps), (expected, vec![seconds(1.0)], vec![seconds(1.0)]));
    }
}

#[test]
fn a_millisecond_before_the_interval_is_over_nothing_is_polled() {
    let (clock, sleeps) = (Cell::new(Duration::ZERO), Cell::new(0));
    let mut poller = start_with_a_wait(every_second(), Tape::none());
    let sleep = |_| {
        clock.set(clock.get() + if sleeps.get() == 0 { seconds(0.999) } else { seconds(0.002) });
        sleeps.set(sleeps.get() + 1);
    };
    let ended = Driver::new(|| clock.get(), sleep).poll_blocking(&mut poller, |next| {
        assert_eq!((next.number, next.elapsed), (1, seconds(1.001)));
        Outcome::<(), _>::Failed("rejected")
    });
    assert_eq!((ended, sleeps.get()), (Err(PollError::Failed("rejected")), 2));
}

#[test]
fn without_a_timeout_it_polls_until_it_is_done() {
    let mut poller = start(every_second().no_max_wait(), Tape::none());
    let driven = drive(&mut poller, None, |number| Outcome::from((number == 5_000).then_some(())));
    assert_eq!((driven.ended, driven.polls.len(), driven.polls.last()), (Ok(()), 5_000, Some(&seconds(4_999.0))));
    assert_eq!((poller.due(), poller.until_next_poll(seconds(5_000.0))), (None, None), "and nothing is due any more");
}

/// The older loops ask once more when time is up, as a policy does unless it has `no_last_poll`. A timer that ends at once is then
/// a single poll.
#[test]
fn it_polls_once_more_at_the_end_of_the_wait() {
    for (max_wait, polls) in [(2.5, vec![1.0, 2.0, 2.5]), (0.001, vec![0.001])] {
        let mut poller = start_with_a_wait(every_second().max_wait(seconds(max_wait)), Tape::none());
        let driven = drive(&mut poller, None, pending);
        assert_eq!(driven.polls, polls.into_iter().map(seconds).collect::<Vec<_>>());
        assert_eq!(driven.gave_up().reason, Reason::MaxWait);
    }
    for (outcome, expected) in [(Outcome::Done(()), Ok(())), (Outcome::Failed("rejected"), Err(PollError::Failed("rejected")))]
    {
        let mut poller = start_with_a_wait(every_second().max_wait(seconds(0.001)), Tape::none());
        let driven = drive(&mut poller, None, |_| outcome);
        assert_eq!((driven.ended, driven.polls.len()), (expected, 1), "the poll at the end counts");
    }
}

/// The newer loops do not, as with `no_last_poll`. There the rest of the time is slept first. Here it ends at once, because no
/// poll can come of that sleep.
#[test]
fn a_wait_that_ends_after_the_timeout_ends_polling_and_is_not_slept() {
    let patient = exact().initial_wait(seconds(2.0)).max_wait(seconds(1.0));
    let driven = drive(&mut start(patient.no_last_poll(), Tape::none()), None, pending);
    assert_eq!((&*driven.polls, &*driven.sleeps), (&[seconds(0.0)][..], &[][..]));
    let gave_up = driven.gave_up();
    assert_eq!((gave_up.reason, gave_up.elapsed, gave_up.is_early), (Reason::MaxWait, seconds(0.0), true));
    assert_eq!(
        polls_while_pending(&mut start(patient, Tape::none())).0,
        [0.0, 1.0].map(seconds),
        "unless there is a last poll"
    );
}

#[test]
fn in_two_intervals_there_is_room_for_three_polls_at_most() {
    let (polls, end) = polls_while_pending(&mut start(every_second().max_wait(seconds(2.0)), Tape::none()));
    assert_eq!((polls, end), ([0.0, 1.0, 2.0].map(seconds).to_vec(), Shape::GaveUp(Reason::MaxWait)));
}

#[test]
fn ten_polls_take_ten_intervals_or_at_most_ten_that_jitter_lengthened() {
    let millisecond = every_second().initial_wait(Duration::from_millis(1));
    let jittered = millisecond.jitter(Jitter::Above(100));
    for (builder, rng, millis) in
        [(millisecond, Tape::none(), 10), (jittered, Tape::lowest(), 10), (jittered, Tape::highest(), 20)]
    {
        let mut poller = start_with_a_wait(builder, rng);
        let driven = drive(&mut poller, None, |number| Outcome::from((number == 10).then_some(())));
        assert_eq!((driven.ended, driven.polls.last()), (Ok(()), Some(&Duration::from_millis(millis))));
    }
}

/// There the next interval is asked of the backoff before the condition is, and so one in vain. Here a wait is decided on after
/// the poll that makes it necessary, so that what is drawn is what is slept, and a replay needs no more.
#[test]
fn no_wait_is_drawn_that_is_not_slept() {
    for (wait_first, drawn) in [(false, 0), (true, 1)] {
        let rng = Tape::lowest();
        let draws = rng.draws();
        let mut poller = start(doubled().jitter(Jitter::Above(50)), rng);
        if wait_first {
            poller.wait_first(None, Duration::ZERO).unwrap();
        }
        let driven: Driven<_, ()> = drive(&mut poller, None, |_| Outcome::Done(()));
        assert_eq!((driven.ended, driven.sleeps.len(), draws.get()), (Ok(()), drawn, drawn));
    }
}

/// Polls that take a fifth of a second each, with as long an interval and a second in all, until the fourth is done: when they
/// began, and how it ended.
fn long_polls(sliding: bool) -> (Vec<Duration>, Result<u32, Reason>) {
    let fifth = seconds(0.2);
    let mut now = Duration::ZERO;
    let mut poller = start(every_second().initial_wait(fifth).max_wait(seconds(1.0)).no_last_poll(), Tape::none());
    let mut polls = Vec::new();
    loop {
        let began = now;
        polls.push(began);
        let number = polls.len() as u32;
        let found = if number >= 4 {
            Outcome::<_>::Done(number)
        } else {
            now += fifth;
            Outcome::pending()
        };
        match poller.step(found, if sliding { now } else { began }).control_flow() {
            ControlFlow::Continue(_) => now += poller.until_next_poll(now).unwrap(),
            ControlFlow::Break(Ok(number)) => return (polls, Ok(number)),
            ControlFlow::Break(Err(PollError::GaveUp(GaveUp { reason, .. }))) => return (polls, Err(reason)),
            ControlFlow::Break(Err(PollError::Failed(never))) => match never {},
        }
    }
}

/// There `sliding` says whether an interval starts with the condition or after it. A driver reads the clock after the poll, and so
/// slides: a slow server is then asked less often. A loop by hand may pass the time at which the poll began.
#[test]
fn an_interval_starts_after_a_long_poll_or_with_it_if_that_time_is_passed() {
    assert_eq!(long_polls(true), ([0.0, 0.4, 0.8].map(seconds).to_vec(), Err(Reason::MaxWait)));
    assert_eq!(long_polls(false), ([0.0, 0.2, 0.4, 0.6].map(seconds).to_vec(), Ok(4)));
}

/// There a loop that is not immediate looks at its context before it polls at all, and one that is immediate after. Here the first
/// poll is due at once, and a driver sees a reason to stop where it sleeps; what is cancelled before is not polled.
#[test]
fn a_reason_to_stop_that_was_there_before_is_seen_in_the_first_sleep() {
    let driven = drive(&mut start(every_second(), Tape::none()), Some(0), pending);
    assert_eq!((driven.polls.len(), driven.gave_up().reason), (1, Reason::Cancelled));

    let mut poller = start_with_a_wait(every_second(), Tape::none());
    let driven = drive(&mut poller, Some(0), pending);
    assert_eq!((driven.polls.len(), driven.gave_up().reason), (0, Reason::Cancelled));

    let mut poller = start(every_second(), Tape::none());
    assert_eq!(poller.cancel(Duration::ZERO).reason, Reason::Cancelled);
    let driven = drive(&mut poller, None, pending);
    assert_eq!((driven.polls.len(), driven.gave_up().reason), (0, Reason::Finished));
}

#[test]
fn what_the_first_poll_finds_counts_for_more_than_a_reason_to_stop() {
    for (outcome, expected) in [(Outcome::Done(()), Ok(())), (Outcome::Failed("rejected"), Err(PollError::Failed("rejected")))]
    {
        let driven = drive(&mut start(every_second(), Tape::none()), Some(0), |_| outcome);
        assert_eq!((driven.ended, driven.polls.len()), (expected, 1));
    }
}

#[test]
fn a_loop_cancelled_by_one_of_its_polls_polls_no_more() {
    for wait_first in [false, true] {
        for last in [1, 2, 4, 5] {
            let mut poller = start(every_second(), Tape::none());
            if wait_first {
                poller.wait_first(None, Duration::ZERO).unwrap();
            }
            let driven = drive(&mut poller, Some(last), pending);
            assert_eq!(driven.sleeps.len(), last as usize - usize::from(!wait_first), "the rest is not slept");
            let gave_up = driven.gave_up();
            assert_eq!((gave_up.reason, gave_up.polls), (Reason::Cancelled, last));
        }
    }
}

/// There a deadline that has passed before the start means no poll, unless the loop is immediate. Here the first poll is always
/// made: it may find that the operation was done in time.
#[test]
fn a_loop_that_starts_after_its_deadline_polls_once() {
    let (late, slept) = (|| seconds(601.0), Cell::new(false));
    let mut poller = start(every_second(), Tape::none());
    let ended = Driver::new(late, |_| slept.set(true)).poll_blocking(&mut poller, |_| pending(0));
    let Err(PollError::GaveUp(gave_up)) = ended else { panic!("it is too late") };
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::MaxWait, 1, late()));
    assert!(!slept.get());
    let found = Driver::new(late, |_| ()).poll_blocking(&mut start(every_second(), Tape::none()), |_| Outcome::from(Some(())));
    assert_eq!(found, Ok(()));
}

#[test]
fn one_reason_to_stop_ends_every_loop_that_shares_it() {
    let stop = Cell::new(false);
    let ends = [(); 3].map(|()| {
        let now = Cell::new(Duration::ZERO);
        let sleep = |wait| {
            now.set(now.get() + wait);
            if stop.replace(true) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut poller = start(every_second(), Tape::none());
        let ended = Driver::new(|| now.get(), sleep).poll_blocking(&mut poller, |_| pending(0));
        ended.map_err(|end| match end {
            PollError::GaveUp(gave_up) => (gave_up.reason, gave_up.polls),
            PollError::Failed(error) => panic!("{error}"),
        })
    });
    assert_eq!(ends, [2, 1, 1].map(|polls| Err((Reason::Cancelled, polls))));
}

fn gave_up_in(error: &anyhow::Error) -> Option<&GaveUp<io::Error>> {
    error.chain().find_map(|cause| cause.downcast_ref::<PollError<io::Error>>()).and_then(|end| match end {
        PollError::GaveUp(gave_up) => Some(gave_up),
        PollError::Failed(_) => None,
    })
}

/// There `Interrupted` asks an error and all that it wraps whether time ran out, a context ended, or a caller marked it so. Here
/// these are the reasons of one type, which is found in a chain of sources as well, and which tells them apart.
#[test]
fn an_end_without_an_answer_is_told_from_an_error_however_it_is_wrapped() {
    let ends = [
        (drive(&mut start(every_second(), Tape::none()), None, |_| Outcome::<(), io::Error>::pending()), Reason::MaxWait),
        (drive(&mut start(every_second(), Tape::none()), Some(1), |_| Outcome::pending()), Reason::Cancelled),
    ];
    for (driven, reason) in ends {
        let error = anyhow::Error::from(driven.ended.unwrap_err());
        assert_eq!(gave_up_in(&error).map(|end| end.reason), Some(reason));
        let error = error.context("the order was not issued").context("the certificate was not renewed");
        assert_eq!(gave_up_in(&error).map(|end| end.reason), Some(reason), "wrapped");
        assert!(gave_up_in(&anyhow::anyhow!("wrapped: {error:#}")).is_none(), "its text alone is not the error");
    }
    let failed = drive(&mut start(every_second(), Tape::none()), None, |_| Outcome::<(), _>::Failed(io::Error::other("no")));
    assert!(gave_up_in(&failed.ended.unwrap_err().into()).is_none());
}

/// There `ErrorInterrupted` marks a cause of the caller's own, and prints as the cause does. Here `cancel` makes the mark and the
/// cause becomes its source, so that a report of the chain prints each once.
#[test]
fn a_caller_cancels_for_a_cause_of_its_own() {
    let cause = io::Error::other("the user has left");
    let gave_up = start(every_second(), Tape::none()).cancel(seconds(3.0)).with_last_error(Some(cause));
    assert_eq!(gave_up.reason, Reason::Cancelled);
    assert_eq!(gave_up.source().map(ToString::to_string).as_deref(), Some("the user has left"));
    let report = format!("{:#}", anyhow::Error::from(PollError::GaveUp(gave_up)));
    assert!(
        report.starts_with("gave up after 0 polls in 3 s: cancelled") && report.ends_with(": the user has left"),
        "{report}"
    );
}
