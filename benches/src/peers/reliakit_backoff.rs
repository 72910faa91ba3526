//! reliakit-backoff: equal jitter of the caller's draw; counts for itself how often the wait has grown.

use std::time::Duration;

use reliakit_backoff::{Backoff, equal_jitter};

use crate::{numbers::Numbers, small_generator::SplitMix64, subject::Subject};

/// With its limit.
#[derive(Debug)]
pub struct ReliakitBackoff;

/// What the caller keeps.
#[derive(Clone, Debug)]
pub struct Kept {
    waits: u32,
    rng: SplitMix64,
}

impl Kept {
    /// Starts, drawing from `seed` on.
    pub const fn new(seed: u64) -> Self {
        Self { waits: 0, rng: SplitMix64::new(seed) }
    }

    /// Returns the next wait.
    #[inline]
    pub fn next_wait(&mut self, policy: &Backoff) -> Option<Duration> {
        let wait = policy.delay(self.waits)?;
        self.waits += 1;
        Some(equal_jitter(wait, (self.rng.draw() >> 32) as u32))
    }
}

/// Returns a policy with these numbers.
pub const fn policy(numbers: &Numbers, factor: u32) -> Backoff {
    Backoff::exponential(numbers.initial, factor)
        .with_max_delay(numbers.cap)
        .with_max_retries(numbers.max_polls.saturating_sub(1))
}

impl Subject for ReliakitBackoff {
    const NAME: &'static str = "reliakit-backoff 1.1";
    type Policy = Backoff;
    type Source = u64;
    type Poller = Kept;
    type Now = ();
    type Decision<P> = Option<Duration>;

    fn policy() -> Backoff {
        policy(&Numbers::COMMON, 3)
    }

    fn source(seed: u64) -> u64 {
        seed
    }

    fn now(_: Duration) {}

    #[inline]
    fn start(_: &Backoff, seed: u64, (): ()) -> Kept {
        Kept::new(seed)
    }

    #[inline]
    fn decide<P>(policy: &Backoff, kept: &mut Kept, (): ()) -> Option<Duration> {
        kept.next_wait(policy)
    }
}
