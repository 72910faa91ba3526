//! backon: only ever lengthens a wait, by up to its double.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::{numbers::Numbers, subject::Subject};

/// Without limits.
#[derive(Debug)]
pub struct Backon;

/// With a limit on the sum of its waits and on their count.
#[derive(Debug)]
pub struct Limited;

/// Returns a builder with these numbers, but for the limits.
pub fn unlimited(numbers: &Numbers) -> ExponentialBuilder {
    #[expect(clippy::cast_possible_truncation, reason = "it takes a smaller float")]
    let factor = numbers.factor as f32;
    ExponentialBuilder::new()
        .with_min_delay(numbers.initial)
        .with_factor(factor)
        .with_max_delay(numbers.cap)
        .with_jitter()
        .without_max_times()
}

/// Returns a builder with these numbers.
pub fn limited(numbers: &Numbers) -> ExponentialBuilder {
    unlimited(numbers).with_total_delay(Some(numbers.max_wait)).with_max_times(usize::MAX)
}

macro_rules! subject {
    ($subject:ident, $name:literal, $builder:ident) => {
        impl Subject for $subject {
            const NAME: &'static str = $name;
            type Policy = ExponentialBuilder;
            type Source = u64;
            type Poller = ExponentialBackoff;
            type Now = ();
            type Decision<P> = Option<Duration>;

            fn policy() -> ExponentialBuilder {
                $builder(&Numbers::COMMON)
            }

            fn source(seed: u64) -> u64 {
                seed
            }

            fn now(_: Duration) {}

            #[inline]
            fn start(policy: &ExponentialBuilder, seed: u64, (): ()) -> ExponentialBackoff {
                policy.with_jitter_seed(seed).build()
            }

            #[inline]
            fn decide<P>(_: &ExponentialBuilder, poller: &mut ExponentialBackoff, (): ()) -> Option<Duration> {
                poller.next()
            }
        }
    };
}

subject!(Backon, "backon 1.6", unlimited);
subject!(Limited, "backon 1.6, with limits", limited);
