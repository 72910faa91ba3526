//! How retry-policies is run in virtual time.

use std::time::{Duration, SystemTime};

use retry_policies::{RetryDecision, RetryPolicy, policies::ExponentialBackoffTimed};

use super::{Conduct, Made, Waits};
use crate::{numbers::Numbers, peers::retry_policies::policy};

/// With its limit; as it reads the clock itself, the start is moved back instead.
#[derive(Debug)]
pub struct RetryPolicies;

struct Watched {
    policy: ExponentialBackoffTimed,
    waits: u32,
}

impl Conduct for RetryPolicies {
    const NAME: &'static str = "retry-policies 0.5";
    const HINT: Option<&'static str> = None;
    const TAKES_JITTER: bool = false;
    const TAKES_MAX_WAIT: bool = true;

    fn waits(numbers: &Numbers, _: u64) -> Made {
        let watched = |factor| Made::of(Watched { policy: policy(numbers, factor), waits: 0 });
        numbers.whole_factor().map_or(Made::Unsayable, watched)
    }

    fn ended(_: &Numbers) -> Option<String> {
        None
    }
}

impl Waits for Watched {
    fn next_wait(&mut self, elapsed: Duration, _: Option<Duration>) -> Option<Duration> {
        let now = SystemTime::now();
        let start = now.checked_sub(elapsed).unwrap_or(SystemTime::UNIX_EPOCH);
        let RetryDecision::Retry { execute_after } = self.policy.should_retry(start, self.waits) else { return None };
        self.waits += 1;
        // The microseconds between the two readings of the clock are none of its wait.
        let wait = execute_after.duration_since(now).unwrap_or_default();
        Some(Duration::from_millis(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)))
    }
}
