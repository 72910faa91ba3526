//! Several loops in one thread: the loop whose tick is due first is served first, and none starves.

use asyncpoll::{
    Cadence, Ticker,
    ticker::{First, Missed},
};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{
    Tape,
    every::{MISSED, PHASES},
    seconds,
    ticker_model::Settings,
};

/// A loop: its ticker, how long its work takes, how often it ran, and how late it was at most.
#[derive(Debug)]
struct Loop {
    ticker: Ticker<Duration, Tape>,
    work: Duration,
    runs: u32,
    latest: Duration,
}

impl Loop {
    fn new(cadence: Cadence, work: Duration, rng: Tape) -> Self {
        Self { ticker: Ticker::new(cadence, rng, Duration::ZERO), work, runs: 0, latest: Duration::ZERO }
    }
}

/// Serves the loop with the least key first, so many times.
fn serve<K: Ord>(loops: &mut [Loop], times: u32, key: impl Fn(&Ticker<Duration, Tape>, Duration) -> K) {
    let mut now = Duration::ZERO;
    for _ in 0..times {
        let next = loops.iter_mut().min_by_key(|next| key(&next.ticker, now)).unwrap();
        now += next.ticker.until_next_tick(now);
        let tick = next.ticker.tick(now).unwrap();
        next.runs += 1;
        next.latest = next.latest.max(tick.late);
        now += next.work;
    }
}

/// A loop of 100 ms whose work takes 120 ms, and a loop of a second.
fn fast_and_slow(missed: Missed) -> [Loop; 2] {
    [(0.1, 0.12), (1.0, 0.01)].map(|(every, work)| {
        let cadence = Cadence::every(seconds(every)).jitter(0).missed(missed).build().unwrap();
        Loop::new(cadence, seconds(work), Tape::none())
    })
}

#[test]
fn the_first_due_leaves_a_turn_to_every_loop() {
    for missed in MISSED {
        let mut loops = fast_and_slow(*missed);
        serve(&mut loops, 500, |ticker, _| ticker.due());
        let [fast, slow] = loops.map(|served| served.runs);
        assert_eq!(fast + slow, 500);
        assert!((45..=60).contains(&slow), "{missed:?}: {slow} runs of the loop of a second in about a minute");
    }
}

#[test]
fn the_least_time_left_is_no_key_to_sort_by() {
    let mut loops = fast_and_slow(Missed::Skip);
    serve(&mut loops, 500, Ticker::until_next_tick);
    assert_eq!(loops.map(|served| served.runs), [500, 0], "the docs say that one starves the other");
}

proptest! {
    #[test]
    fn no_loop_waits_longer_than_for_one_run_of_each_other(
        loops in prop::collection::vec((1_000_000..10_000_000_000_u64, 0..100_u8, 0..5_000_000_000_u64, any::<[u64; 7]>()), 2..6),
        phase in prop::sample::select(PHASES),
        missed in prop::sample::select(MISSED),
    ) {
        prop_assume!(missed != Missed::Burst, "a burst can fall behind by any time");
        let mut loops: Vec<_> = loops
            .into_iter()
            .map(|(interval, jitter, work, tape)| {
                let settings = Settings { interval, jitter, first: First::AfterOne, phase, missed };
                Loop::new(settings.cadence(), Duration::from_nanos(work), Tape::new(tape))
            })
            .collect();
        serve(&mut loops, 1_000, |ticker, _| ticker.due());
        // And for the rest of the run that is under way.
        let all: Duration = loops.iter().map(|served| served.work).sum();
        let longest = loops.iter().map(|served| served.work).max().unwrap();
        for served in &loops {
            prop_assert!(served.latest <= all + longest, "{served:#?}");
        }
    }
}
