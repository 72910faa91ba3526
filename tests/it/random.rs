//! The generators: their numbers are the published ones, and pollers replay with each.

mod closure;
mod seed;
mod seeded;
mod small;

use asyncpoll::{Decision, Outcome, Poller, rand_core::Rng};
use core::time::Duration;

/// Feeds `Pending` at every wake-up, and returns the waits.
fn waits(mut poller: Poller<Duration, impl Rng>) -> Vec<Duration> {
    let mut now = Duration::ZERO;
    let mut waits = Vec::new();
    while let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), now) {
        now += wait;
        waits.push(wait);
    }
    assert_eq!(waits.len(), 6, "the default policy makes seven polls");
    waits
}

/// Draws in every way that there is: 64 bits, 32 bits, and eleven bytes.
fn draws(mut rng: impl Rng) -> (u64, u32, [u8; 11]) {
    let mut bytes = [0; 11];
    let (long, short) = (rng.next_u64(), rng.next_u32());
    rng.fill_bytes(&mut bytes);
    (long, short, bytes)
}
