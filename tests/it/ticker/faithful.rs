//! The ancestor's ticker: what it promises is kept, and what it gets wrong is not.

use asyncpoll::{
    Cadence, CadenceError, Ticker, tick_blocking,
    ticker::{First, Missed},
};
use core::{cell::Cell, ops::ControlFlow, time::Duration};

use crate::support::{Tape, seconds};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn its_envelope_is_kept() {
    // Its gap is interval × (1 + r × 10 %), with r uniform from -1 to 1.
    let (mut sum, mut squares, mut ends) = (0.0, 0.0, (MINUTE, MINUTE));
    let mut now = Duration::ZERO;
    let mut ticker = Ticker::seeded(Cadence::builder(MINUTE).build().unwrap(), 1, now);
    for _ in 0..100_000 {
        let gap = ticker.until_next_tick(now);
        now += gap;
        assert!(ticker.tick(now).is_some_and(|tick| tick.late.is_zero()));
        let stray = gap.as_secs_f64() / 60.0 - 1.0;
        (sum, squares, ends) = (sum + stray, squares + stray * stray, (ends.0.min(gap), ends.1.max(gap)));
    }
    assert!(ends.0 >= seconds(54.0) && ends.1 <= seconds(66.0), "{ends:?}");
    assert!(ends.0 < seconds(54.001) && ends.1 > seconds(65.999), "{ends:?}");
    let (mean, variance) = (sum / 100_000.0, squares / 100_000.0);
    assert!(mean.abs() < 0.001 && (variance * 300.0 - 1.0).abs() < 0.02, "as a uniform stray: {mean}, {variance}");
}

#[test]
fn an_interval_of_nothing_is_refused_and_not_a_hot_loop() {
    assert_eq!(Cadence::builder(Duration::ZERO).build(), Err(CadenceError::ZeroInterval));
}

#[test]
fn jitter_that_leaves_no_gap_is_refused_and_there_is_no_fraction_that_is_none() {
    // A percentage is an integer: it is never NaN, and nothing lies between 99 % and 100 %.
    assert_eq!(Cadence::builder(MINUTE).jitter(100).build(), Err(CadenceError::JitterAboveNinetyNine { percent: 100 }));
    let mut now = Duration::ZERO;
    let mut ticker = Ticker::new(Cadence::builder(MINUTE).jitter(99).build().unwrap(), Tape::lowest(), now);
    for _ in 0..100 {
        assert_eq!(ticker.until_next_tick(now), MINUTE / 100);
        now += ticker.until_next_tick(now);
        assert!(ticker.tick(now).is_some());
    }
}

#[test]
fn no_jitter_is_no_draw_and_no_rounding() {
    let interval = Duration::from_nanos((1 << 53) + 1);
    let mut ticker = Ticker::new(Cadence::builder(interval).jitter(0).build().unwrap(), Tape::none(), Duration::ZERO);
    for number in 1..=1_000 {
        assert_eq!(ticker.tick(interval * number).map(|tick| tick.late), Some(Duration::ZERO));
    }
}

#[test]
fn a_slow_reader_gets_one_tick_and_the_next_lies_ahead() {
    for missed in [Missed::Skip, Missed::Delay] {
        let cadence = Cadence::builder(MINUTE).missed(missed).first(First::AtOnce).build().unwrap();
        let mut ticker = Ticker::new(cadence, Tape::lowest(), Duration::ZERO);
        let now = MINUTE * 10;
        assert_eq!(ticker.tick(now).map(|tick| (tick.number, tick.missed)), Some((1, 10)));
        assert_eq!((ticker.tick(now), ticker.until_next_tick(now)), (None, seconds(54.0)));
    }
}

#[test]
fn ticks_do_not_drift_with_those_who_take_them() {
    let mut ticker = Ticker::new(Cadence::builder(MINUTE).jitter(0).build().unwrap(), Tape::none(), Duration::ZERO);
    for number in 1..=1_000 {
        let tick = ticker.tick(MINUTE * number + seconds(7.0));
        assert_eq!(tick.map(|tick| (tick.missed, tick.late)), Some((0, seconds(7.0))));
    }
}

#[test]
fn to_stop_is_to_stop_and_not_to_tick_for_ever() {
    let (clock, sleeps, ticks) = (Cell::new(Duration::ZERO), Cell::new(0), Cell::new(0));
    let mut ticker = Ticker::seeded(Cadence::builder(MINUTE).build().unwrap(), 1, clock.get());
    let sleep = |wait| {
        clock.set(clock.get() + wait);
        sleeps.set(sleeps.get() + 1);
        if sleeps.get() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    tick_blocking(&mut ticker, || clock.get(), sleep, |_| ticks.set(ticks.get() + 1));
    assert_eq!((sleeps.get(), ticks.get()), (3, 2));
}
