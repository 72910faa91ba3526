//! backoff: ±20 % as ours; reads the clock itself and cannot be seeded.

use std::time::{Duration, Instant};

use backoff::{ExponentialBackoff, SystemClock, backoff::Backoff as _, exponential};

use crate::{numbers::Numbers, subject::Subject};

/// With its limit.
#[derive(Debug)]
pub struct Backoff;

/// Returns a poller with these numbers, started at `start_time` by `clock`.
pub fn poller<C>(numbers: &Numbers, clock: C, start_time: Instant) -> exponential::ExponentialBackoff<C> {
    exponential::ExponentialBackoff {
        current_interval: numbers.initial,
        initial_interval: numbers.initial,
        randomization_factor: numbers.jitter,
        multiplier: numbers.factor,
        max_interval: numbers.cap,
        start_time,
        max_elapsed_time: Some(numbers.max_wait),
        clock,
    }
}

impl Subject for Backoff {
    const NAME: &'static str = "backoff 0.4";
    type Policy = ExponentialBackoff;
    type Source = ();
    type Poller = ExponentialBackoff;
    type Now = ();
    type Decision<P> = Option<Duration>;

    fn policy() -> ExponentialBackoff {
        poller(&Numbers::COMMON, SystemClock::default(), Instant::now())
    }

    fn source(_: u64) {}

    fn now(_: Duration) {}

    #[inline]
    fn start(policy: &ExponentialBackoff, (): (), (): ()) -> ExponentialBackoff {
        let mut poller = policy.clone();
        poller.reset();
        poller
    }

    #[inline]
    fn decide<P>(_: &ExponentialBackoff, poller: &mut ExponentialBackoff, (): ()) -> Option<Duration> {
        poller.next_backoff()
    }
}
