//! retry-policies: jitter between half of the first wait and the whole of this one; reads the clock itself.

use std::time::{Duration, SystemTime};

use retry_policies::{
    Jitter, RetryDecision, RetryPolicy,
    policies::{ExponentialBackoff, ExponentialBackoffTimed},
};

use crate::{numbers::Numbers, subject::Subject};

/// With its limit.
#[derive(Debug)]
pub struct RetryPolicies;

/// What the caller keeps.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    start: SystemTime,
    waits: u32,
}

/// Returns a policy with these numbers.
pub fn policy(numbers: &Numbers, factor: u32) -> ExponentialBackoffTimed {
    ExponentialBackoff::builder()
        .retry_bounds(numbers.initial, numbers.cap)
        .jitter(Jitter::Bounded)
        .base(factor)
        .build_with_total_retry_duration(numbers.max_wait)
}

impl Subject for RetryPolicies {
    const NAME: &'static str = "retry-policies 0.5";
    type Policy = ExponentialBackoffTimed;
    type Source = ();
    type Poller = Kept;
    type Now = ();
    type Decision<P> = RetryDecision;

    fn policy() -> ExponentialBackoffTimed {
        policy(&Numbers::COMMON, 3)
    }

    fn source(_: u64) {}

    fn now(_: Duration) {}

    #[inline]
    fn start(_: &ExponentialBackoffTimed, (): (), (): ()) -> Kept {
        Kept { start: SystemTime::now(), waits: 0 }
    }

    #[inline]
    fn decide<P>(policy: &ExponentialBackoffTimed, kept: &mut Kept, (): ()) -> RetryDecision {
        let decision = policy.should_retry(kept.start, kept.waits);
        kept.waits += 1;
        decision
    }
}
