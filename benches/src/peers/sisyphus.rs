//! sisyphus: ±20 % as ours, from its own `SplitMix64`; limits are wrappers.

use std::time::Duration;

use sisyphus::{BackoffPolicy, ExponentialBackoff, MaxElapsedTime, PolicyExt, SplitMix64, SystemClock, WithMaxDelay};

use crate::{numbers::Numbers, subject::Subject};

/// Without limits.
#[derive(Debug)]
pub struct Sisyphus;

/// With a limit on the time, for which it reads the clock itself.
#[derive(Debug)]
pub struct Limited;

/// A poller without limits.
pub type Unlimited = WithMaxDelay<ExponentialBackoff<SplitMix64>>;

/// Returns a poller with these numbers, but for the limits.
#[inline]
pub fn unlimited(numbers: &Numbers, seed: u64) -> Unlimited {
    ExponentialBackoff::new(numbers.initial, numbers.factor)
        .with_jitter(SplitMix64::new(seed), numbers.jitter)
        .with_max_delay(numbers.cap)
}

macro_rules! subject {
    ($subject:ident, $name:literal, $poller:ty, $start:expr) => {
        impl Subject for $subject {
            const NAME: &'static str = $name;
            type Policy = Numbers;
            type Source = u64;
            type Poller = $poller;
            type Now = ();
            type Decision<P> = Option<Duration>;

            fn policy() -> Numbers {
                Numbers::COMMON
            }

            fn source(seed: u64) -> u64 {
                seed
            }

            fn now(_: Duration) {}

            #[inline]
            fn start(numbers: &Numbers, seed: u64, (): ()) -> $poller {
                $start(numbers, seed)
            }

            #[inline]
            fn decide<P>(_: &Numbers, poller: &mut $poller, (): ()) -> Option<Duration> {
                poller.next_delay()
            }
        }
    };
}

subject!(Sisyphus, "sisyphus 0.1", Unlimited, unlimited);
subject!(Limited, "sisyphus 0.1, with limits", MaxElapsedTime<Unlimited, SystemClock>, |numbers: &Numbers, seed| {
    unlimited(numbers, seed).max_elapsed_time(SystemClock, numbers.max_wait)
});
