//! `SeededRng`: the numbers of `ChaCha8`.

use asyncpoll::{
    Policy, Poller, SeededRng,
    rand_core::{Rng, SeedableRng},
};
use core::time::Duration;
use rand_chacha::ChaCha8Rng;

use super::{draws, waits};

#[test]
fn it_draws_the_published_numbers() {
    // Of the first test case, eight rounds, in draft-strombergson-chacha-test-vectors-01.
    let published = [
        0x3e, 0x00, 0xef, 0x2f, 0x89, 0x5f, 0x40, 0xd6, 0x7f, 0x5b, 0xb8, 0xe8, 0x1f, 0x09, 0xa5, 0xa1, 0x2c, 0x84, 0x0e, 0xc3,
        0xce, 0x9a, 0x7f, 0x3b, 0x18, 0x1b, 0xe1, 0x88, 0xef, 0x71, 0x1a, 0x1e,
    ];
    let mut drawn = [0; 32];
    SeededRng::from_seed([0; 32]).fill_bytes(&mut drawn);
    assert_eq!(drawn, published);
}

#[test]
fn a_seed_leads_to_the_numbers_of_rand_chacha() {
    for seed in [0, 1, 17, u64::MAX] {
        let [mut rng, same] = [SeededRng::new(seed), SeededRng::seed_from_u64(seed)];
        let mut theirs = ChaCha8Rng::seed_from_u64(seed);
        assert!(rng == same, "seed {seed}");
        // Over some blocks.
        for _ in 0..100 {
            assert_eq!(draws(&mut rng), draws(&mut theirs), "seed {seed}");
        }
        assert!(rng != same, "seed {seed}");
    }
}

#[test]
fn it_is_304_bytes_that_the_debug_text_does_not_show() {
    assert_eq!(size_of::<SeededRng>(), 304);
    assert_eq!(format!("{:?}", SeededRng::new(5)), "SeededRng { .. }");
}

#[test]
fn it_replays_owned_cloned_and_by_reference() {
    let policy = Policy::builder().build().unwrap();
    for seed in 0..100 {
        let poller = Poller::seeded(policy, seed, Duration::ZERO);
        let cloned = waits(poller.clone());
        let mut rng = SeededRng::new(seed);
        assert_eq!(waits(Poller::new(policy, &mut rng, Duration::ZERO)), cloned);
        assert_eq!(waits(poller), cloned);
    }
}
