//! The loops without end of Kubernetes' package `wait`: what its tests show, in our words, and what ours does where that differs.
//!
//! `Until`, `NonSlidingUntil` and `JitterUntil`, which are `Forever` with a reason to stop. The source of the facts is
//! `pkg/util/wait/wait_test.go` of `k8s.io/apimachinery` at the commit eed236ceee2c of July 2026. Its contexts and its channels are
//! here a sleep that says stop.

use asyncpoll::{
    Cadence, CadenceError, Ticker, tick_blocking,
    ticker::{CadenceBuilder, First, Phase},
};
use core::{cell::Cell, ops::ControlFlow, time::Duration};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::support::{Tape, seconds};

const PERIOD: Duration = Duration::from_secs(30);

/// A loop that runs at once and then every period, as theirs do.
fn until() -> CadenceBuilder {
    Cadence::builder(PERIOD).jitter(0).first(First::AtOnce)
}

fn start(cadence: CadenceBuilder, rng: Tape) -> Ticker<Duration, Tape> {
    Ticker::new(cadence.build().unwrap(), rng, Duration::ZERO)
}

/// Runs a loop from zero on, whose sleep says stop once `stop` is true, and returns when it ran and when it returned.
fn run(ticker: &mut Ticker<Duration, Tape>, stop: &Cell<bool>, mut work: impl FnMut(usize)) -> (Vec<Duration>, Duration) {
    let clock = Cell::new(Duration::ZERO);
    let sleep = |wait| {
        if stop.get() {
            return ControlFlow::Break(());
        }
        clock.set(clock.get() + wait);
        ControlFlow::Continue(())
    };
    let mut runs = Vec::new();
    tick_blocking(
        ticker,
        || clock.get(),
        sleep,
        |_| {
            runs.push(clock.get());
            work(runs.len());
        },
    );
    (runs, clock.get())
}

#[test]
fn a_loop_told_to_stop_before_it_starts_does_no_work() {
    for cadence in [until(), until().jitter(99), until().phase(Phase::Locked), until().first(First::AfterOne)] {
        let never = |_| panic!("it was told to stop");
        assert_eq!(run(&mut start(cadence, Tape::highest()), &Cell::new(true), never), (vec![], Duration::ZERO));
    }
}

#[test]
fn a_loop_stopped_by_its_own_work_does_not_sleep_out_the_period() {
    for cadence in [until(), until().jitter(99), until().phase(Phase::Locked)] {
        for last in [1, 2, 5] {
            let stop = Cell::new(false);
            let (runs, returned) = run(&mut start(cadence, Tape::lowest()), &stop, |number| stop.set(number == last));
            assert_eq!((runs.len(), runs.last()), (last, Some(&returned)), "it returns as soon as the work has");
        }
    }
}

/// There a period of zero is taken, and so the loop runs without a pause. Here that is refused: it is no cadence.
#[test]
fn a_period_of_nothing_is_refused() {
    assert_eq!(Cadence::builder(Duration::ZERO).jitter(0).build(), Err(CadenceError::ZeroInterval));
}

/// There the first run is at once, always. Here that is `First::AtOnce`, and unless it is asked for the first run comes after one
/// interval: many loops that are started together would otherwise all run together.
#[test]
fn the_first_run_is_at_once_only_if_that_is_asked_for() {
    let first = |cadence: CadenceBuilder| start(cadence, Tape::none()).until_next_tick(Duration::ZERO);
    assert_eq!([first(until()), first(Cadence::builder(PERIOD).jitter(0))], [Duration::ZERO, PERIOD]);
}

/// There a factor of jitter lengthens each period, by up to all of it and more. Here a gap strays to both sides of its interval, so
/// that the mean is the interval, and by at most 99 %, so that no gap is empty.
#[test]
fn jitter_strays_to_both_sides_and_by_less_than_the_period() {
    for (rng, gap) in [(Tape::lowest(), seconds(15.0)), (Tape::highest(), seconds(45.0))] {
        let stop = Cell::new(false);
        let (runs, _) = run(&mut start(until().jitter(50), rng), &stop, |number| stop.set(number == 4));
        assert_eq!(runs, [0, 1, 2, 3].map(|number| gap * number));
    }
    assert_eq!(until().jitter(100).build(), Err(CadenceError::JitterAboveNinetyNine { percent: 100 }));
}

/// There a negative factor means no jitter. Here a percentage cannot be negative, and without jitter nothing is drawn.
#[test]
fn without_jitter_the_period_is_kept_to_the_nanosecond() {
    let stop = Cell::new(false);
    let (runs, _) = run(&mut start(until(), Tape::none()), &stop, |number| stop.set(number == 100));
    assert!(runs.iter().zip(0..).all(|(run, number)| *run == PERIOD * number), "{runs:?}");
    assert_eq!(runs.len(), 100);
}

/// There the package recovers from a panic, tells its handlers, and goes on. Here it passes through, because a library cannot know
/// whether what the work left behind is sound; a caller that does know catches it around the work, or runs the loop again.
#[test]
fn work_that_panics_ends_the_loop_and_the_ticker_can_go_on() {
    let panics_twice = |number: u32| assert!(number > 2, "a run that panics");
    let stop = Cell::new(false);
    let (runs, _) = run(&mut start(until(), Tape::none()), &stop, |number| {
        stop.set(number == 3);
        assert_eq!(catch_unwind(|| panics_twice(number as u32)).is_err(), number < 3);
    });
    assert_eq!(runs, [0, 1, 2].map(|number| PERIOD * number), "if the panic is caught around the work");

    let (clock, work) = (Cell::new(Duration::ZERO), Cell::new(0));
    let mut ticker = start(until(), Tape::none());
    let mut panics = 0;
    loop {
        let sleep = |wait| {
            clock.set(clock.get() + wait);
            if work.get() < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let looped = catch_unwind(AssertUnwindSafe(|| {
            tick_blocking(
                &mut ticker,
                || clock.get(),
                sleep,
                |tick| {
                    work.set(tick.number);
                    panics_twice(tick.number as u32);
                },
            );
        }));
        if looped.is_ok() {
            break;
        }
        panics += 1;
    }
    assert_eq!((panics, work.get()), (2, 3), "if the loop is run again");
}

/// When a loop runs three times whose work takes 12 s, if it is asked for the next tick after `reset`, or not.
fn long_work(cadence: CadenceBuilder, sliding: bool) -> Vec<Duration> {
    let mut ticker = start(cadence, Tape::none());
    let (mut now, mut runs) = (Duration::ZERO, Vec::new());
    while runs.len() < 3 {
        now += ticker.until_next_tick(now);
        assert!(ticker.tick(now).is_some());
        runs.push(now);
        now += seconds(12.0);
        if sliding {
            ticker.reset(now);
        }
    }
    runs
}

/// There `Until` counts a period from the end of the work, and `NonSlidingUntil` from its start. Here gaps count from when ticks
/// are due, so that the rate does not depend on the work; a loop that is to slide resets its ticker after the work.
#[test]
fn the_work_is_part_of_the_period_unless_the_ticker_is_reset_after_it() {
    let after_one = until().first(First::AfterOne);
    assert_eq!(long_work(after_one, false), [30.0, 60.0, 90.0].map(seconds));
    assert_eq!(long_work(after_one, true), [30.0, 72.0, 114.0].map(seconds));
}
