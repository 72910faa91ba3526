//! exponential-backoff: up to 20 % shorter, up to 20 % longer; a limit on the count alone.

use std::time::Duration;

use exponential_backoff::{Backoff, IntoIter};

use crate::{numbers::Numbers, subject::Subject};

/// With its limit.
#[derive(Debug)]
pub struct ExponentialBackoff;

/// Returns a policy with these numbers.
pub fn policy(numbers: &Numbers, factor: u32) -> Backoff {
    let mut policy = Backoff::new(numbers.max_polls, numbers.initial, numbers.cap);
    policy.set_factor(factor);
    #[expect(clippy::cast_possible_truncation, reason = "it takes a smaller float")]
    policy.set_jitter(numbers.jitter as f32);
    policy
}

impl Subject for ExponentialBackoff {
    const NAME: &'static str = "exponential-backoff 2.1";
    type Policy = Backoff;
    type Source = ();
    type Poller = IntoIter;
    type Now = ();
    type Decision<P> = Option<Option<Duration>>;

    fn policy() -> Backoff {
        policy(&Numbers::COMMON, 3)
    }

    fn source(_: u64) {}

    fn now(_: Duration) {}

    #[inline]
    fn start(policy: &Backoff, (): (), (): ()) -> IntoIter {
        policy.iter()
    }

    #[inline]
    fn decide<P>(_: &Backoff, poller: &mut IntoIter, (): ()) -> Option<Option<Duration>> {
        poller.next()
    }
}
