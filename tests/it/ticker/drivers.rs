//! The drivers of the ticker: what they do between the caller's clock, sleep and work.

use asyncpoll::{
    Cadence, CadenceBuilder, Ticker, tick_async, tick_blocking,
    ticker::{First, Missed, Tick},
};
use core::{
    cell::{Cell, RefCell},
    future::{pending, ready},
    ops::ControlFlow,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};
use std::time::Instant;

use crate::support::{Tape, seconds};

fn regular() -> CadenceBuilder {
    Cadence::builder(seconds(10.0)).jitter(0)
}

fn start(builder: CadenceBuilder) -> Ticker<Duration, Tape> {
    Ticker::new(builder.build().unwrap(), Tape::none(), Duration::ZERO)
}

/// Runs a future whose parts are always ready.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("every part of it is ready"),
    }
}

/// What a loop did: when each tick was given, and how long each sleep was to be.
#[derive(Debug, Default, PartialEq)]
struct Story {
    ticks: Vec<(u64, Duration)>,
    sleeps: Vec<Duration>,
}

/// Runs the same loop through the blocking and the async driver, up to `sleeps` sleeps; both are to tell the same story.
/// `slept` is how long a sleep really takes, and `work` how long a tick does.
#[track_caller]
fn both(
    builder: CadenceBuilder,
    sleeps: usize,
    slept: impl Fn(Duration) -> Duration,
    work: impl Fn(Tick) -> Duration,
) -> Story {
    let story = |is_async: bool| {
        let clock = Cell::new(Duration::ZERO);
        let story = RefCell::new(Story::default());
        let now = || clock.get();
        let sleep = |wait| {
            story.borrow_mut().sleeps.push(wait);
            clock.set(clock.get() + slept(wait));
            if story.borrow().sleeps.len() < sleeps { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let work = |tick: Tick| {
            story.borrow_mut().ticks.push((tick.number, clock.get()));
            assert!(story.borrow().ticks.len() <= sleeps, "a tick without a sleep before it");
            clock.set(clock.get() + work(tick));
        };
        let mut ticker = start(builder);
        if is_async {
            run(tick_async(&mut ticker, now, |wait| ready(sleep(wait)), async |tick| work(tick)));
        } else {
            tick_blocking(&mut ticker, now, sleep, work);
        }
        story.into_inner()
    };
    let (blocking, not_blocking) = (story(false), story(true));
    assert_eq!(blocking, not_blocking);
    blocking
}

#[test]
fn they_sleep_and_tick_in_turn_and_work_is_no_part_of_the_schedule() {
    let story = both(regular(), 4, |wait| wait, |_| seconds(4.0));
    assert_eq!(story.ticks, [(1, seconds(10.0)), (2, seconds(20.0)), (3, seconds(30.0))]);
    assert_eq!(story.sleeps, [10.0, 6.0, 6.0, 6.0].map(seconds));
}

#[test]
fn they_never_tick_early_however_early_the_timers_are() {
    let story = both(regular(), 12, |wait| Duration::from_secs(wait.as_secs().div_ceil(2)), |_| Duration::ZERO);
    assert!(story.ticks.iter().all(|(number, at)| *at >= seconds(10.0) * u32::try_from(*number).unwrap()), "{story:?}");
    // A timer that does not wait at all gets no tick, ever.
    assert_eq!(both(regular(), 1_000, |_| Duration::ZERO, |_| Duration::ZERO).ticks, []);
}

#[test]
fn a_loop_that_is_always_behind_can_be_stopped_too() {
    let story = both(regular().missed(Missed::Burst).first(First::AtOnce), 5, |wait| wait, |_| seconds(25.0));
    assert_eq!(story.sleeps, [0.0; 5].map(seconds), "it asks even if there is nothing to sleep for");
    assert_eq!(story.ticks.len(), 4);
}

#[test]
fn a_sleep_that_says_stop_is_the_end_and_a_ticker_can_be_driven_on() {
    let clock = Cell::new(Duration::ZERO);
    let mut ticker = start(regular());
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let sleeps = Cell::new(0);
        let sleep = |wait| {
            sleeps.set(sleeps.get() + 1);
            if sleeps.get() > 2 {
                return ControlFlow::Break(());
            }
            clock.set(clock.get() + wait);
            ControlFlow::Continue(())
        };
        tick_blocking(&mut ticker, || clock.get(), sleep, |tick| numbers.push(tick.number));
    }
    assert_eq!((numbers, clock.get()), (vec![1, 2, 3, 4, 5, 6], seconds(60.0)));
}

#[test]
fn a_future_dropped_in_its_sleep_leaves_the_ticker_where_it_was() {
    let mut ticker = start(regular());
    {
        let mut ticking = pin!(tick_async(&mut ticker, || seconds(1.0), |_| pending::<()>(), |_| ready(())));
        assert!(ticking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(ticker.until_next_tick(seconds(1.0)), seconds(9.0));
    assert_eq!(ticker.tick(seconds(10.0)).map(|tick| tick.number), Some(1));
}

#[test]
fn the_future_is_send_where_its_parts_are() {
    fn send<T: Send>(future: T) -> T {
        future
    }
    let cadence = Cadence::builder(seconds(10.0)).build().unwrap();
    let mut ticker = Ticker::seeded(cadence, 1, Instant::now());
    let name = String::from("a name that the work borrows");
    let work = |_| async { assert_eq!(name.len(), 28) };
    run(send(tick_async(&mut ticker, Instant::now, |_| ready(ControlFlow::Break(())), work)));
}
