//! A ticker of 6 h in a program that runs for 4 h a day.

use asyncpoll::{Cadence, Ticker};
use core::time::Duration;

use crate::support::seconds;

/// Runs the program for thirty days, with a ticker that starts each day at the instant that `start` makes of the start of the day
/// and of what is stored, and returns the hours at which it ticked.
fn ticks(jitter: u8, start: impl Fn(Duration, Duration) -> Duration) -> Vec<f64> {
    let hours = |count: u64| Duration::from_secs(count * 3_600);
    let cadence = Cadence::every(hours(6)).jitter(jitter).build().unwrap();
    let (mut stored, mut ticks) = (Duration::ZERO, Vec::new());
    for day in 0..30 {
        let (mut now, end) = (hours(24 * day), hours(24 * day + 4));
        let mut ticker = Ticker::seeded(cadence, day, start(now, stored));
        loop {
            now += ticker.until_next_tick(now);
            if now > end {
                break;
            }
            if ticker.tick(now).is_some() {
                stored = now;
                ticks.push(now.as_secs_f64() / 3_600.0);
            }
        }
    }
    ticks
}

#[test]
fn a_ticker_that_starts_with_its_program_never_ticks() {
    assert!(ticks(10, |today, _| today).is_empty());
}

#[test]
fn a_ticker_that_starts_at_its_latest_tick_ticks_every_day() {
    let days: Vec<_> = (1..30).map(|day| f64::from(day) * 24.0).collect();
    for jitter in [0, 10, 25] {
        assert_eq!(ticks(jitter, |_, stored| stored), days);
    }
}

#[test]
fn a_short_restart_neither_adds_a_tick_nor_moves_one() {
    let cadence = Cadence::every(seconds(60.0)).jitter(0).build().unwrap();
    let mut ticker = Ticker::seeded(cadence, 1, seconds(0.0));
    assert!(ticker.tick(seconds(60.0)).is_some());
    let mut ticker = Ticker::seeded(cadence, 2, seconds(60.0));
    assert_eq!(ticker.tick(seconds(70.0)), None);
    assert_eq!(ticker.until_next_tick(seconds(70.0)), seconds(50.0));
}
