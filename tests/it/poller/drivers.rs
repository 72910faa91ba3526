//! The drivers: what they do between the caller's clock, sleep and poll.

use asyncpoll::{
    Decision, Driver, GaveUp, NextPoll, NextWait, Outcome, Policy, PollError, Poller, Reason, WaitKind, poll_async,
    poll_blocking,
};
use core::{
    cell::{Cell, RefCell},
    future::{pending, ready},
    ops::ControlFlow,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};
use std::{
    error::Error,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use crate::support::{Tape, exact, run, seconds, start};

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
                run(poll_async(&mut poller, now, |wait| ready(sleep(wait)), |next| ready(poll(next))))
            } else {
                Driver::new(now, sleep).poll_blocking(&mut poller, poll)
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
    let ended = Driver::new(now, pass).poll_blocking(&mut start(exact(), Tape::none()), |_| Outcome::<()>::pending());
    assert_eq!(gave_up(ended).reason, Reason::MaxWait);
    let ended = Driver::new(now, |_| ControlFlow::Break(()))
        .poll_blocking(&mut Poller::new(exact().build().unwrap(), Tape::none(), clock.get()), |_| Outcome::<()>::pending());
    assert_eq!(gave_up(ended).reason, Reason::Cancelled);
    let ended = Driver::new(now, |_| ControlFlow::Continue(()))
        .poll_blocking(&mut Poller::new(exact().max_polls(2).build().unwrap(), Tape::none(), clock.get()), |_| {
            Outcome::<()>::pending()
        });
    assert_eq!(gave_up(ended).reason, Reason::MaxPolls);
}

#[test]
fn a_sleep_that_returns_early_makes_the_polls_of_an_exact_one() {
    let hinted = |next: NextPoll| match next.number {
        ..5 => Outcome::<(), _>::throttled("429").retry_after(seconds(60.0)),
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
            Driver::new(now, sleep).poll_blocking(&mut poller, poll)
        } else {
            run(poll_async(&mut poller, now, async |wait| sleep(wait), |next| ready(poll(next))))
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
                assert!(early.abs_diff(*exact) < seconds(0.1), "{percent} %: {early:?}, and {exact:?} is exact");
            }
            let hinted = early.windows(2).take(4);
            assert!(hinted.into_iter().all(|pair| pair[1] - pair[0] >= seconds(60.0)), "{percent} %: {early:?} is impolite");
        }
    }
}

#[test]
fn under_a_clock_that_stands_still_they_poll_after_a_hundred_sleeps_more() {
    let slept = RefCell::new(Vec::new());
    let sleep = |wait| slept.borrow_mut().push(wait);
    let mut poller = start(exact().max_polls(3), Tape::none());
    let ended = Driver::new(|| seconds(7.0), sleep).poll_blocking(&mut poller, |_| Outcome::<()>::pending());
    assert_eq!(gave_up(ended).reason, Reason::MaxPolls);
    // All of the wait once, and then once more in a hundred parts.
    let waits = [5.0, 15.0].map(seconds);
    let expected: Vec<_> = waits.iter().flat_map(|wait| [vec![*wait], vec![*wait / 100; 100]].concat()).collect();
    assert_eq!(*slept.borrow(), expected);
    let mut poller = start(exact().max_polls(5), Tape::none());
    let polling = poll_async(&mut poller, || seconds(7.0), |_| ready(()), |_| ready(Outcome::<()>::pending()));
    assert_eq!(gave_up(run(polling)).reason, Reason::MaxPolls);
}

#[test]
fn a_poller_driven_before_sleeps_what_is_left_of_its_wait_first() {
    let mut poller = start(exact(), Tape::none());
    assert_eq!(poller.step(Outcome::<()>::pending(), seconds(0.0)), Decision::Sleep(seconds(5.0)));
    let (clock, sleeps) = (Cell::new(seconds(2.0)), RefCell::new(Vec::new()));
    let sleep = |wait| {
        sleeps.borrow_mut().push(wait);
        clock.set(clock.get() + wait);
    };
    assert_eq!(Driver::new(|| clock.get(), sleep).poll_blocking(&mut poller, |_| Outcome::from(Some(7))), Ok(7));
    assert_eq!(*sleeps.borrow(), [seconds(3.0)]);
}

#[test]
fn a_finished_poller_is_not_polled_again() {
    let mut poller = start(exact(), Tape::none());
    poller.cancel(seconds(1.0));
    let ended = Driver::new(|| seconds(2.0), |_| ()).poll_blocking(&mut poller, |_| -> Outcome<(), ()> { panic!("not again") });
    assert_eq!(gave_up(ended).reason, Reason::Finished);
    let ended = run(poll_async(
        &mut poller,
        || seconds(2.0),
        |_| ready(()),
        |_| -> core::future::Ready<Outcome<()>> { panic!("not again") },
    ));
    assert_eq!(gave_up(ended).reason, Reason::Finished);
}

/// Drives a poller with sleeps that return early at first, and returns what was told of its waits.
fn watched(is_async: bool) -> Vec<(u32, Duration, WaitKind, Option<&'static str>)> {
    let found = |next: NextPoll| match next.number {
        1 => Outcome::<(), _>::transient("503"),
        2 => Outcome::pending().retry_after(seconds(60.0)),
        _ => Outcome::pending(),
    };
    let clock = Cell::new(Duration::ZERO);
    let sleep = |wait: Duration| clock.set(clock.get() + wait.min(seconds(1.0)));
    let mut told = Vec::new();
    let on_wait = |wait: NextWait<'_, _>| told.push((wait.polls, wait.length, wait.kind, wait.error.copied()));
    let mut poller = start(exact().head_start(seconds(7.0)).max_wait(seconds(74.0)), Tape::none());
    let ended = if is_async {
        run(Driver::new(|| clock.get(), async |wait| sleep(wait))
            .on_wait(on_wait)
            .poll_async(&mut poller, |next| ready(found(next))))
    } else {
        Driver::new(|| clock.get(), sleep).on_wait(on_wait).poll_blocking(&mut poller, found)
    };
    assert_eq!(gave_up(ended).elapsed, seconds(74.0));
    told
}

#[test]
fn each_wait_is_told_once() {
    let expected = [
        (1, seconds(7.0), WaitKind::HeadStart, Some("503")),
        (2, seconds(60.0), WaitKind::Hint, None),
        (3, seconds(5.0), WaitKind::Ladder, None),
        (4, seconds(2.0), WaitKind::Last, None),
    ];
    assert_eq!([watched(false), watched(true)], [expected, expected]);
}

#[test]
fn the_rest_of_a_wait_is_told_before_it_is_slept() {
    let mut poller = start(exact(), Tape::none());
    let mut last_error = None;
    let unavailable = Outcome::<(), _>::transient("503");
    assert_eq!(poller.step_keeping(unavailable, seconds(0.0), &mut last_error), Decision::Sleep(seconds(5.0)));
    let (clock, story) = (Cell::new(seconds(2.0)), RefCell::new(Vec::new()));
    let sleep = |wait| {
        story.borrow_mut().push((wait, "slept"));
        clock.set(clock.get() + wait);
    };
    let ended = Driver::new(|| clock.get(), sleep)
        .last_error(&mut last_error)
        .on_wait(|wait: NextWait<'_, _>| story.borrow_mut().push((wait.length, wait.error.unwrap())))
        .poll_blocking(&mut poller, |_| Outcome::Done(()));
    assert_eq!(ended, Ok(()));
    assert_eq!(*story.borrow(), [(seconds(3.0), "503"), (seconds(3.0), "slept")]);
}

#[test]
fn the_last_error_outlives_a_poll_that_panics() {
    let mut poller = start(exact(), Tape::none());
    let mut last_error = None;
    let driven = catch_unwind(AssertUnwindSafe(|| {
        Driver::new(|| seconds(1.0), |_| ()).last_error(&mut last_error).poll_blocking(&mut poller, |next| {
            assert_eq!(next.number, 1, "a poll that panics");
            Outcome::<(), _>::transient("503")
        })
    }));
    assert!(driven.is_err());
    assert_eq!((poller.polls(), last_error), (1, Some("503")));
}

#[test]
fn an_error_of_another_poller_is_left_where_it_is() {
    let mut last_error = Some("another's");
    let mut poller = start(exact(), Tape::none());
    let ended = Driver::new(|| seconds(1.0), |_| ControlFlow::Break(()))
        .last_error(&mut last_error)
        .poll_blocking(&mut poller, |_| Outcome::<(), _>::pending());
    assert_eq!(gave_up(ended).last_error, None);
    assert_eq!(last_error, Some("another's"));
}

#[test]
fn a_future_dropped_in_its_sleep_leaves_counts_and_error_behind() {
    let mut poller = start(exact(), Tape::none());
    let mut last_error = None;
    {
        let mut polling = pin!(
            Driver::new(|| seconds(1.0), |_| pending::<()>())
                .last_error(&mut last_error)
                .poll_async(&mut poller, |_| ready(Outcome::<(), _>::transient("503")))
        );
        let mut context = Context::from_waker(Waker::noop());
        assert!(polling.as_mut().poll(&mut context).is_pending());
    }
    let gave_up = poller.cancel(seconds(3.0)).with_last_error(last_error);
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::Cancelled, 1, seconds(3.0)));
    assert_eq!(gave_up.last_error, Some("503"));
}

#[test]
fn the_short_forms_are_the_driver_under_the_clock_of_std() {
    let quick = Policy::builder().initial_wait(Duration::from_micros(1)).max_polls(3).build().unwrap();
    let third = |next: NextPoll| if next.number < 3 { Outcome::<_>::pending() } else { Outcome::Done("issued") };
    let mut poller = Poller::seeded(quick, 1, Instant::now());
    assert_eq!(poll_blocking(&mut poller, third), Ok("issued"));
    let mut poller = Poller::seeded(quick, 1, Instant::now());
    assert_eq!(run(poll_async(&mut poller, Instant::now, |_| ready(()), |next| ready(third(next)))), Ok("issued"));
}

#[test]
fn the_future_is_send_where_its_parts_are() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let mut poller = Poller::seeded(Policy::builder().build().unwrap(), 1, Instant::now());
    let client = String::from("a client that the polls borrow");
    let poll = |_| async { Outcome::<_>::Done(client.len()) };
    assert_eq!(run(send(poll_async(&mut poller, Instant::now, |_| ready(()), poll))), Ok(30));
}

#[test]
fn the_chain_of_sources_keeps_every_error() {
    let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
    let failed = PollError::Failed(refused());
    assert_eq!(failed.to_string(), "the operation failed");
    assert!(failed.source().is_some_and(<dyn Error>::is::<io::Error>));

    let mut poller = start(exact().max_polls(1), Tape::none());
    let ended = Driver::new(|| seconds(0.0), |_| ()).poll_blocking(&mut poller, |_| Outcome::<(), _>::transient(refused()));
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

#[test]
fn boxed_it_is_an_error_whatever_the_polls_fail_with() {
    let ends = |error: &'static str| {
        let gave_up = start(exact(), Tape::none()).cancel(seconds(0.0));
        [PollError::Failed(error), gave_up.with_last_error(Some(error)).into()]
    };
    let whole = |error: Box<dyn Error>| (error.to_string(), error.source().map(ToString::to_string));
    for (end, same) in ends("503").into_iter().zip(ends("503")) {
        let account = end.to_string();
        assert_eq!(whole(end.into_boxed().into()), (account, Some("503".into())));
        assert_eq!(same.into_boxed().into_inner().into_error().map(|error| error.to_string()), Some("503".into()));
    }
    let silent = start(exact(), Tape::none()).cancel(seconds(0.0)).with_last_error(None::<String>).into_boxed();
    assert!(silent.source().is_none());
    let refused = PollError::Failed(io::Error::from(io::ErrorKind::ConnectionRefused)).into_boxed();
    assert!(refused.source().is_some_and(<dyn Error>::is::<io::Error>), "the error itself, not a box around it");
}

#[test]
fn a_wake_up_in_the_reading_in_which_the_sleep_began_is_no_reason_to_poll() {
    // A server that asks for a minute, and a wake-up that was meant for somebody else in each second sleep.
    let (clock, sleeps) = (Cell::new(Duration::ZERO), Cell::new(0));
    let sleep = |wait| {
        sleeps.set(sleeps.get() + 1);
        if sleeps.get() % 2 == 0 {
            clock.set(clock.get() + wait);
        }
    };
    let mut polls = Vec::new();
    let mut poller = start(exact(), Tape::none());
    let ended = Driver::new(|| clock.get(), sleep).poll_blocking(&mut poller, |next| {
        polls.push(clock.get());
        if next.number == 4 { Outcome::Done(()) } else { Outcome::<()>::pending().retry_after(seconds(60.0)) }
    });
    assert_eq!(ended, Ok(()));
    assert_eq!(polls, [0.0, 60.0, 120.0, 180.0].map(seconds));
}

#[test]
fn under_a_coarse_clock_no_wake_ups_lead_to_a_poll_before_its_tick() {
    // Fifty wake-ups in each reading of a clock that ticks every 15 ms.
    let (calls, tick) = (Cell::new(0_u32), Duration::from_millis(15));
    let now = || tick * (calls.get() / 50);
    let sleep = |_| calls.set(calls.get() + 1);
    let mut poller = start(exact().initial_wait(Duration::from_millis(10)), Tape::none());
    let mut polls = Vec::new();
    let ended = Driver::new(now, sleep).poll_blocking(&mut poller, |next| {
        polls.push(now());
        if next.number == 3 { Outcome::Done(()) } else { Outcome::<()>::pending() }
    });
    assert_eq!(ended, Ok(()));
    // Waits of 10 and 30 ms.
    assert_eq!(polls, [0, 1, 3].map(|ticks| tick * ticks));
}

#[test]
fn a_sleep_that_returns_at_once_makes_them_spin_until_a_coarse_clock_shows_the_end_of_the_wait() {
    // A clock that ticks every 15 ms, and is read every 20 ns.
    let (readings, tick) = (Cell::new(0_u32), Duration::from_millis(15));
    let now = || {
        readings.set(readings.get() + 1);
        tick * (readings.get() / 750_000)
    };
    let mut poller = start(exact().initial_wait(Duration::from_millis(40)).max_polls(2), Tape::none());
    let mut polls = Vec::new();
    let ended = Driver::new(now, |_| ()).poll_blocking(&mut poller, |_| {
        polls.push(now());
        Outcome::<()>::pending()
    });
    assert_eq!(gave_up(ended).reason, Reason::MaxPolls);
    assert_eq!(polls, [Duration::ZERO, tick * 3]);
}
