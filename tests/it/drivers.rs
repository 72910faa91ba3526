//! The drivers: what they do between the caller's clock, sleep and poll.

use asyncpoll::{
    Decision, GaveUp, NextPoll, Outcome, Policy, PollError, Poller, Reason, poll_async, poll_async_keeping, poll_async_with,
    poll_blocking, poll_blocking_with,
};
use core::{
    cell::{Cell, RefCell},
    future::{pending, ready},
    ops::ControlFlow,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};
use std::{error::Error, io, time::Instant};

use crate::support::{Tape, exact, seconds, start};

/// Runs a future whose parts are always ready.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("every part of it is ready"),
    }
}

/// Runs the same conversation through the blocking and the async loop; both are to tell the same story.
#[track_caller]
fn both<T: PartialEq + core::fmt::Debug, E: PartialEq + core::fmt::Debug>(
    builder: asyncpoll::PolicyBuilder,
    stop_at: Option<Duration>,
    poll: impl Fn(NextPoll) -> Outcome<T, E>,
) -> (Result<T, PollError<E>>, Vec<Duration>) {
    let story = |is_async: bool| {
        let clock = Cell::new(Duration::ZERO);
        let polls = RefCell::new(Vec::new());
        let now = || clock.get();
        let sleep = |wait| {
            clock.set(clock.get() + wait);
            if stop_at.is_none_or(|stop| clock.get() < stop) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let poll = |next: NextPoll| {
            assert_eq!((next.elapsed, next.number as usize), (clock.get(), polls.borrow().len() + 1));
            polls.borrow_mut().push(clock.get());
            poll(next)
        };
        let mut poller = start(builder, Tape::none());
        let mut drive = || {
            if is_async {
                run(poll_async_with(&mut poller, now, |wait| ready(sleep(wait)), |next| ready(poll(next))))
            } else {
                poll_blocking_with(&mut poller, now, sleep, poll)
            }
        };
        let (ended, again) = (drive(), drive());
        assert_eq!(gave_up(again).reason, Reason::Finished, "and nothing is polled");
        (ended, polls.into_inner())
    };
    let (blocking, not_blocking) = (story(false), story(true));
    assert_eq!(blocking, not_blocking);
    blocking
}

fn gave_up<T, E>(ended: Result<T, PollError<E>>) -> GaveUp<E> {
    match ended {
        Err(PollError::GaveUp(gave_up)) => gave_up,
        _ => panic!("it was to give up"),
    }
}

#[test]
fn they_poll_until_the_operation_ends() {
    let at_20_s = |next: NextPoll| if next.elapsed < seconds(20.0) { Outcome::pending() } else { Outcome::Done("issued") };
    assert_eq!(both::<_, ()>(exact(), None, at_20_s), (Ok("issued"), [0.0, 5.0, 20.0].map(seconds).to_vec()));
    let (failed, polls) = both::<(), _>(exact(), None, |_| Outcome::Failed("rejected"));
    assert_eq!((failed, polls.len()), (Err(PollError::Failed("rejected")), 1));
}

#[test]
fn they_give_up_as_the_poller_does_with_the_last_error() {
    let once = |next: NextPoll| if next.number == 2 { Outcome::<(), _>::transient("503") } else { Outcome::pending() };
    let (ended, polls) = both(exact(), None, once);
    assert_eq!(polls, [0.0, 5.0, 20.0, 65.0, 200.0, 500.0, 600.0].map(seconds));
    let ended = gave_up(ended);
    assert_eq!((ended.reason, ended.polls, ended.errors), (Reason::MaxWait, 7, 1));
    assert_eq!((ended.last_error, ended.consecutive_errors), (Some("503"), 0), "kept, and known to be older");
}

#[test]
fn each_poll_is_told_the_time_left() {
    let left = RefCell::new(Vec::new());
    let (_, _) = both::<(), ()>(exact().max_wait(seconds(20.0)), None, |next| {
        left.borrow_mut().push(next.remaining);
        Outcome::pending()
    });
    let expected = [20.0, 15.0, 0.0].map(|left| Some(seconds(left)));
    assert_eq!(*left.borrow(), [expected, expected].concat());
    let (_, _) = both::<(), ()>(exact().no_max_wait().max_polls(1), None, |next| {
        assert_eq!(next.remaining, None);
        Outcome::pending()
    });
}

#[test]
fn a_sleep_that_says_stop_cancels() {
    let (ended, polls) = both(exact(), Some(seconds(20.0)), |_| Outcome::<(), _>::transient("503"));
    let ended = gave_up(ended);
    assert_eq!((ended.reason, ended.polls, ended.elapsed), (Reason::Cancelled, 2, seconds(20.0)));
    assert_eq!((ended.last_error, polls.len()), (Some("503"), 2));
}

#[test]
fn a_sleep_may_return_nothing_or_control_flow() {
    let clock = Cell::new(Duration::ZERO);
    let now = || clock.get();
    let pass = |wait| clock.set(clock.get() + wait);
    let ended = poll_blocking_with(&mut start(exact(), Tape::none()), now, pass, |_| Outcome::<()>::pending());
    assert_eq!(gave_up(ended).reason, Reason::MaxWait);
    let ended = poll_blocking_with(
        &mut Poller::new(exact().build().unwrap(), Tape::none(), clock.get()),
        now,
        |_| ControlFlow::Break(()),
        |_| Outcome::<()>::pending(),
    );
    assert_eq!(gave_up(ended).reason, Reason::Cancelled);
    let ended = poll_blocking_with(
        &mut Poller::new(exact().max_polls(2).build().unwrap(), Tape::none(), clock.get()),
        now,
        |_| ControlFlow::Continue(()),
        |_| Outcome::<()>::pending(),
    );
    assert_eq!(gave_up(ended).reason, Reason::MaxPolls);
}

#[test]
fn a_sleep_that_returns_early_makes_the_polls_of_an_exact_one() {
    let hinted = |next: NextPoll| match next.number {
        ..5 => Outcome::<(), _>::transient("429").retry_after(seconds(60.0)),
        _ => Outcome::pending(),
    };
    let polls = |percent: u32, blocking: bool| {
        let clock = Cell::new(Duration::ZERO);
        let polls = RefCell::new(Vec::new());
        // It takes a moment to read the clock, so that time passes even if a sleep returns at once.
        let now = || clock.replace(clock.get() + Duration::from_millis(1));
        let sleep = |wait: Duration| clock.set(clock.get() + wait * percent / 100);
        let poll = |next: NextPoll| {
            polls.borrow_mut().push(next.elapsed);
            hinted(next)
        };
        let mut poller = start(Policy::builder(), Tape::new([1 << 62, 1 << 61, 3 << 62]));
        let ended = if blocking {
            poll_blocking_with(&mut poller, now, sleep, poll)
        } else {
            run(poll_async_with(&mut poller, now, async |wait| sleep(wait), |next| ready(poll(next))))
        };
        assert_eq!(gave_up(ended).reason, Reason::MaxWait);
        polls.into_inner()
    };
    for blocking in [true, false] {
        let exact = polls(100, blocking);
        for percent in [0, 1, 50, 99] {
            let early = polls(percent, blocking);
            assert_eq!(early.len(), exact.len(), "{percent} %");
            for (early, exact) in early.iter().zip(&exact) {
                // They differ by some readings of the clock.
                assert!(early.abs_diff(*exact) < seconds(0.1), "{percent} %: {early:?} where {exact:?} is exact");
            }
            let hinted = early.windows(2).take(4);
            assert!(hinted.into_iter().all(|pair| pair[1] - pair[0] >= seconds(60.0)), "{percent} %: {early:?} is impolite");
        }
    }
}

#[test]
fn under_a_clock_that_stands_still_they_poll_after_each_sleep() {
    let slept = Cell::new(0);
    let sleep = |_| slept.set(slept.get() + 1);
    let mut poller = start(exact().max_polls(5), Tape::none());
    let ended = poll_blocking_with(&mut poller, || seconds(7.0), sleep, |_| Outcome::<()>::pending());
    assert_eq!((gave_up(ended).reason, slept.get()), (Reason::MaxPolls, 4));
    let mut poller = start(exact().max_polls(5), Tape::none());
    let polling = poll_async_with(&mut poller, || seconds(7.0), |_| ready(()), |_| ready(Outcome::<()>::pending()));
    assert_eq!(gave_up(run(polling)).reason, Reason::MaxPolls);
}

#[test]
fn a_poller_driven_before_sleeps_what_is_left_of_its_wait_first() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(poller.step(Outcome::<()>::pending(), seconds(0.0)), Decision::Sleep(seconds(5.0)));
    let sleeps = RefCell::new(Vec::new());
    let sleep = |wait| sleeps.borrow_mut().push(wait);
    assert_eq!(poll_blocking_with(&mut poller, || seconds(2.0), sleep, |_| Outcome::from(Some(7))), Ok(7));
    assert_eq!(*sleeps.borrow(), [seconds(3.0)]);
}

#[test]
fn a_finished_poller_is_not_polled_again() {
    let mut poller = start(exact(), Tape::none());
    poller.cancel(seconds(1.0));
    let ended = poll_blocking_with(&mut poller, || seconds(2.0), |_| (), |_| -> Outcome<(), ()> { panic!("not again") });
    assert_eq!(gave_up(ended).reason, Reason::Finished);
    let ended = run(poll_async_with(
        &mut poller,
        || seconds(2.0),
        |_| ready(()),
        |_| -> core::future::Ready<Outcome<()>> { panic!("not again") },
    ));
    assert_eq!(gave_up(ended).reason, Reason::Finished);
}

#[test]
fn a_future_dropped_in_its_sleep_leaves_counts_and_error_behind() {
    let mut poller = start(exact(), Tape::none());
    let mut last_error = None;
    {
        let mut polling = pin!(poll_async_keeping(
            &mut poller,
            || seconds(1.0),
            |_| pending::<()>(),
            |_| ready(Outcome::<(), _>::transient("503")),
            &mut last_error,
        ));
        let mut context = Context::from_waker(Waker::noop());
        assert!(polling.as_mut().poll(&mut context).is_pending());
    }
    let gave_up = poller.cancel(seconds(3.0)).with_last_error(last_error);
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::Cancelled, 1, seconds(3.0)));
    assert_eq!(gave_up.last_error, Some("503"));
}

#[test]
fn the_forms_for_std_use_its_clock() {
    let quick = Policy::builder().initial_wait(Duration::from_micros(1)).max_polls(3).build().unwrap();
    let third = |next: NextPoll| if next.number < 3 { Outcome::<_>::pending() } else { Outcome::Done("issued") };
    let mut poller = Poller::seeded(quick, 1, Instant::now());
    assert_eq!(poll_blocking(&mut poller, third), Ok("issued"));
    let mut poller = Poller::seeded(quick, 1, Instant::now());
    assert_eq!(run(poll_async(&mut poller, |_| ready(()), |next| ready(third(next)))), Ok("issued"));
}

#[test]
fn the_future_is_send_where_its_parts_are() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let mut poller = Poller::seeded(Policy::builder().build().unwrap(), 1, Instant::now());
    let client = String::from("a client that the polls borrow");
    let poll = |_| async { Outcome::<_>::Done(client.len()) };
    assert_eq!(run(send(poll_async(&mut poller, |_| ready(()), poll))), Ok(30));
}

#[test]
fn the_chain_of_sources_keeps_every_error() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let failed = PollError::Failed(refused());
    assert_eq!(failed.to_string(), "the operation failed");
    assert!(failed.source().is_some_and(<dyn Error>::is::<io::Error>));

    let mut poller = start(exact().max_polls(1), Tape::none());
    let ended = poll_blocking_with(&mut poller, || seconds(0.0), |_| (), |_| Outcome::<(), _>::transient(refused()));
    let error = ended.unwrap_err();
    assert_eq!(error.to_string(), "gave up after 1 poll in 0 s: max_polls was reached");
    assert!(error.source().is_some_and(<dyn Error>::is::<io::Error>));
}

#[test]
fn the_error_can_be_reached_changed_and_taken() {
    let ends = || [PollError::Failed(403), start(exact(), Tape::none()).cancel(seconds(0.0)).with_last_error(Some(503)).into()];
    assert_eq!(ends().map(|end| end.error().copied()), [Some(403), Some(503)]);
    assert_eq!(ends().map(PollError::into_error), [Some(403), Some(503)]);
    assert_eq!(ends().map(|end| end.map_err(|status| status / 100).into_error()), [Some(4), Some(5)]);
    assert_eq!(PollError::from(start(exact(), Tape::none()).cancel(seconds(0.0)).with_last_error(None::<u8>)).error(), None);
}
