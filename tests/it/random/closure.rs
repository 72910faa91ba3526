//! `FnRng`: a closure as a generator.

use asyncpoll::{FnRng, Policy, Poller, SmallRng, rand_core::Rng};
use core::time::Duration;

use super::{draws, waits};

#[test]
fn every_draw_calls_the_closure_once() {
    let mut calls = 0;
    let (long, short, bytes) = draws(FnRng::new(|| {
        calls += 1;
        u64::from_be_bytes([1, 2, 3, 4, 5, 6, 7, calls])
    }));
    assert_eq!((long, short), (0x0102_0304_0506_0701, 0x0102_0304), "the upper half");
    assert_eq!(bytes, [3, 7, 6, 5, 4, 3, 2, 1, 4, 7, 6], "little endian");
    assert_eq!(calls, 4);
}

#[test]
fn functions_are_closures() {
    const fn seventeen() -> u64 {
        17
    }
    let rng: FnRng<fn() -> u64> = FnRng::new(seventeen);
    assert_eq!([rng.clone().next_u64(), rng.clone().next_u64()], [17, 17]);
    assert_eq!(size_of_val(&FnRng::new(seventeen)), 0);
}

#[test]
fn the_debug_text_does_not_show_the_closure() {
    let state = 17;
    assert_eq!(format!("{:?}", FnRng::new(|| state)), "FnRng { .. }");
}

#[test]
fn it_replays_owned_cloned_and_by_reference() {
    let policy = Policy::builder().build().unwrap();
    for seed in 0..100 {
        let mut rng = SmallRng::new(seed);
        let poller = Poller::new(policy, FnRng::new(move || rng.next_u64()), Duration::ZERO);
        let cloned = waits(poller.clone());
        assert_eq!(waits(poller), cloned);
        assert_eq!(waits(Poller::small(policy, seed, Duration::ZERO)), cloned);

        let mut rng = SmallRng::new(seed);
        let mut rng = FnRng::new(|| rng.next_u64());
        assert_eq!(waits(Poller::new(policy, &mut rng, Duration::ZERO)), cloned);
    }
}
