//! google-cloud-gax: the policies its long-running operations are polled by; no jitter.

use std::time::Duration;

use google_cloud_gax::{
    exponential_backoff::{self, ExponentialBackoff, ExponentialBackoffBuilder},
    polling_backoff_policy::PollingBackoffPolicy,
    polling_error_policy::{AlwaysContinue, LimitedElapsedTime, PollingErrorPolicy, PollingErrorPolicyExt},
    polling_state::PollingState,
};

use crate::{numbers::Numbers, subject::Subject};

/// Without limits.
#[derive(Debug)]
pub struct Gax;

/// With a limit on the time, for which it reads the clock itself.
#[derive(Debug)]
pub struct Limited;

/// Returns a policy with these numbers, or why there is none.
pub fn waits(numbers: &Numbers) -> Result<ExponentialBackoff, exponential_backoff::Error> {
    ExponentialBackoffBuilder::new()
        .with_initial_delay(numbers.initial)
        .with_maximum_delay(numbers.cap)
        .with_scaling(numbers.factor)
        .build()
}

/// Returns the limit of these numbers.
pub fn limit(numbers: &Numbers) -> LimitedElapsedTime<AlwaysContinue> {
    AlwaysContinue.with_time_limit(numbers.max_wait)
}

fn start() -> PollingState {
    PollingState::default()
}

impl Subject for Gax {
    const NAME: &'static str = "google-cloud-gax 1.15";
    type Policy = ExponentialBackoff;
    type Source = ();
    type Poller = PollingState;
    type Now = ();
    type Decision<P> = Duration;

    fn policy() -> ExponentialBackoff {
        waits(&Numbers::COMMON).expect("the numbers are within bounds")
    }

    fn source(_: u64) {}

    fn now(_: Duration) {}

    #[inline]
    fn start(_: &ExponentialBackoff, (): (), (): ()) -> PollingState {
        start()
    }

    #[inline]
    fn decide<P>(policy: &ExponentialBackoff, state: &mut PollingState, (): ()) -> Duration {
        state.attempt_count += 1;
        policy.wait_period(state)
    }
}

impl Subject for Limited {
    const NAME: &'static str = "google-cloud-gax 1.15, with limits";
    type Policy = (ExponentialBackoff, LimitedElapsedTime<AlwaysContinue>);
    type Source = ();
    type Poller = PollingState;
    type Now = ();
    type Decision<P> = Option<Duration>;

    fn policy() -> Self::Policy {
        (Gax::policy(), limit(&Numbers::COMMON))
    }

    fn source(_: u64) {}

    fn now(_: Duration) {}

    #[inline]
    fn start(_: &Self::Policy, (): (), (): ()) -> PollingState {
        start()
    }

    #[inline]
    fn decide<P>((waits, limit): &Self::Policy, state: &mut PollingState, (): ()) -> Option<Duration> {
        state.attempt_count += 1;
        limit.on_in_progress(state, "order").ok()?;
        Some(waits.wait_period(state))
    }
}
