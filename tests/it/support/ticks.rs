//! The loops whose ticks the golden file holds.

use asyncpoll::{
    Cadence, Ticker,
    ticker::{First, Missed, Phase},
};
use core::{fmt::Write, time::Duration};

use super::every::{FIRSTS, MISSED, PHASES};

/// How much later than it is due, in nanoseconds, each tick is asked for: hardly, by parts of the interval, by several.
const LATE: [u64; 8] = [0, 1_234_567, 30_000_000_001, 0, 59_999_999_999, 0, 217_654_321_098, 7];

/// When each tick was due since the start, in nanoseconds, and how many were missed, on one line.
fn ticks(jitter: u8, first: First, phase: Phase, missed: Missed, seed: u64) -> String {
    let cadence = Cadence::builder(Duration::from_secs(60)).jitter(jitter).first(first).phase(phase).missed(missed);
    let mut now = Duration::ZERO;
    let mut ticker = Ticker::seeded(cadence.build().unwrap(), seed, now);
    let mut line = String::new();
    for late in LATE.into_iter().cycle().take(24) {
        now += ticker.until_next_tick(now) + Duration::from_nanos(late);
        let tick = ticker.tick(now).unwrap();
        write!(line, " {}", now.saturating_sub(tick.late).as_nanos()).unwrap();
        if tick.missed > 0 {
            write!(line, "+{}", tick.missed).unwrap();
        }
        if tick.number == 16 {
            ticker.reset(now);
        }
    }
    line
}

/// The whole of the golden file.
pub(crate) fn text() -> String {
    let mut text = String::new();
    for (first, phase) in FIRSTS.iter().flat_map(|first| PHASES.iter().map(move |phase| (*first, *phase))) {
        for (missed, jitter) in MISSED.iter().flat_map(|missed| [0, 10, 99].map(|jitter| (*missed, jitter))) {
            for seed in [0, u64::MAX] {
                let ticks = ticks(jitter, first, phase, missed, seed);
                writeln!(text, "{first:?} {phase:?} {missed:?} {jitter} {seed}:{ticks}").unwrap();
            }
        }
    }
    text
}
