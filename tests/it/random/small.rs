//! `SmallRng`: the numbers of `SplitMix64`, eight bytes.

use asyncpoll::{
    Cadence, Fleet, Outcome, Policy, Poller, SmallRng, Ticker,
    fleet::Limits,
    rand_core::{Rng, SeedableRng},
};
use core::time::Duration;
use std::time::Instant;

use super::{draws, waits};
use crate::support::{Tape, seconds};

/// The seed of the published numbers, and those.
const SEED: u64 = 1_234_567;
const PUBLISHED: [u64; 5] = [
    6_457_827_717_110_365_317,
    3_203_168_211_198_807_973,
    9_817_491_932_198_370_423,
    4_593_380_528_125_082_431,
    16_408_922_859_458_223_821,
];

#[test]
fn it_draws_the_published_numbers() {
    let mut rng = SmallRng::new(SEED);
    assert_eq!(PUBLISHED.map(|_| rng.next_u64()), PUBLISHED);
}

#[test]
fn shorter_draws_are_parts_of_long_ones() {
    let (long, short, bytes) = draws(SmallRng::new(SEED));
    assert_eq!((long, u64::from(short)), (PUBLISHED[0], PUBLISHED[1] >> 32), "the upper half");
    assert_eq!((&bytes[..8], &bytes[8..]), (&PUBLISHED[2].to_le_bytes()[..], &PUBLISHED[3].to_le_bytes()[..3]));
}

#[test]
fn every_way_to_seed_it_is_the_same() {
    for seed in [0, 1, SEED, u64::MAX] {
        let rng = SmallRng::new(seed);
        assert!(rng == SmallRng::seed_from_u64(seed) && rng == SmallRng::from_seed(seed.to_le_bytes()), "seed {seed}");
        assert!(rng != SmallRng::new(seed ^ 1), "seed {seed}");
    }
}

#[test]
fn it_is_eight_bytes_that_the_debug_text_does_not_show() {
    assert_eq!(size_of::<SmallRng>(), 8);
    assert_eq!(size_of::<Poller<Instant, SmallRng>>(), size_of::<Poller<Instant, ()>>() + 8);
    assert_eq!(format!("{:?}", SmallRng::new(SEED)), "SmallRng { .. }");
}

#[test]
fn a_small_poller_draws_the_published_numbers() {
    let policy = Policy::builder().build().unwrap();
    let told = Poller::new(policy, Tape::new([PUBLISHED, [u64::MAX; 5]].concat()), Duration::ZERO);
    // The sixth wait is the last, and takes the sixth and the seventh draw.
    assert_eq!(waits(Poller::small(policy, SEED, Duration::ZERO))[..5], waits(told)[..5]);
}

#[test]
fn it_replays_owned_cloned_and_by_reference() {
    let policy = Policy::builder().build().unwrap();
    for seed in 0..100 {
        let poller = Poller::small(policy, seed, Duration::ZERO);
        let cloned = waits(poller.clone());
        let mut rng = SmallRng::new(seed);
        assert_eq!(waits(Poller::new(policy, &mut rng, Duration::ZERO)), cloned);
        assert_eq!(waits(poller), cloned);
    }
}

#[test]
fn small_tickers_and_fleets_draw_from_it() {
    let cadence = Cadence::builder(seconds(60.0)).jitter(10).build().unwrap();
    for seed in 0..100 {
        let mut small = Ticker::small(cadence, seed, Duration::ZERO);
        let mut other = Ticker::new(cadence, SmallRng::new(seed), Duration::ZERO);
        for minute in 0..10 {
            let now = seconds(60.0) * minute;
            assert_eq!((small.tick(now), small.until_next_tick(now)), (other.tick(now), other.until_next_tick(now)));
        }

        let fleets = [Fleet::small(seed, Duration::ZERO), Fleet::new(SmallRng::new(seed), Duration::ZERO)];
        let [small, other] = fleets.map(|mut fleet| {
            let upstream = fleet.add_upstream(Limits::none());
            let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
            fleet.step(id, Outcome::<()>::pending(), Duration::ZERO)
        });
        assert_eq!(small, other);
    }
}
