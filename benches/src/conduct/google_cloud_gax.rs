//! How google-cloud-gax is run in virtual time.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use google_cloud_gax::{
    error::Error,
    exponential_backoff::ExponentialBackoff,
    polling_backoff_policy::PollingBackoffPolicy,
    polling_error_policy::{AlwaysContinue, LimitedElapsedTime, PollingErrorPolicy},
    polling_state::PollingState,
    retry_result::RetryResult,
};

use super::{Conduct, Made, Unavailable, Waits};
use crate::{
    numbers::Numbers,
    peers::google_cloud_gax::{limit, waits},
};

/// With its limit; as it reads the clock itself, the start is moved back instead.
#[derive(Debug)]
pub struct Gax;

struct Watched {
    waits: ExponentialBackoff,
    limit: LimitedElapsedTime<AlwaysContinue>,
    polls: u32,
}

fn state(elapsed: Duration, polls: u32) -> PollingState {
    let now = Instant::now();
    PollingState::default().set_start(now.checked_sub(elapsed).unwrap_or(now)).set_attempt_count(polls)
}

impl Conduct for Gax {
    const NAME: &'static str = "google-cloud-gax 1.15";
    const HINT: Option<&'static str> = None;
    const TAKES_JITTER: bool = false;
    const TAKES_MAX_WAIT: bool = true;

    fn waits(numbers: &Numbers, _: u64) -> Made {
        match waits(numbers) {
            Ok(waits) => Made::of(Watched { waits, limit: limit(numbers), polls: 0 }),
            Err(error) => Made::Refused(error.to_string()),
        }
    }

    /// Its loop is in another crate, which asks this policy about each error.
    fn ended(numbers: &Numbers) -> Option<String> {
        let (limit, waits) = (limit(numbers), waits(numbers).ok()?);
        let (mut polls, mut elapsed) = (0, Duration::ZERO);
        loop {
            polls += 1;
            match limit.on_error(&state(elapsed, polls), Error::io(Unavailable(polls))) {
                RetryResult::Continue(_) => elapsed += waits.wait_period(&state(elapsed, polls)),
                RetryResult::Exhausted(error) => {
                    return Some(format!("Exhausted, source: {:?}", error.source()?.downcast_ref::<Unavailable>()?));
                }
                RetryResult::Permanent(error) => return Some(format!("Permanent: {error}")),
            }
        }
    }
}

impl Waits for Watched {
    fn next_wait(&mut self, elapsed: Duration, _: Option<Duration>) -> Option<Duration> {
        self.polls += 1;
        let state = state(elapsed, self.polls);
        self.limit.on_in_progress(&state, "order").ok()?;
        Some(self.waits.wait_period(&state))
    }
}
