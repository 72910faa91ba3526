//! tokio-retry: full jitter, and a ladder of powers of its own factor; no limit but `take`.

use std::time::Duration;

use tokio_retry::strategy::{ExponentialBackoff, jitter};

use crate::{numbers::Numbers, subject::Subject};

/// Without limits.
#[derive(Debug)]
pub struct TokioRetry;

/// Returns a ladder with these numbers.
///
/// It starts at the product of two whole numbers, of which one is the factor: at 5.001 s.
pub fn ladder(numbers: &Numbers, factor: u32) -> ExponentialBackoff {
    let initial = u64::try_from(numbers.initial.as_millis()).unwrap_or(u64::MAX);
    ExponentialBackoff::from_millis(factor.into()).factor(initial.div_ceil(factor.into())).max_delay(numbers.cap)
}

impl Subject for TokioRetry {
    const NAME: &'static str = "tokio-retry 0.3";
    type Policy = ExponentialBackoff;
    type Source = ();
    type Poller = ExponentialBackoff;
    type Now = ();
    type Decision<P> = Option<Duration>;

    fn policy() -> ExponentialBackoff {
        ladder(&Numbers::COMMON, 3)
    }

    fn source(_: u64) {}

    fn now(_: Duration) {}

    #[inline]
    fn start(policy: &ExponentialBackoff, (): (), (): ()) -> ExponentialBackoff {
        policy.clone()
    }

    #[inline]
    fn decide<P>(_: &ExponentialBackoff, poller: &mut ExponentialBackoff, (): ()) -> Option<Duration> {
        poller.next().map(jitter)
    }
}
