//! How backon is run in virtual time.

use std::time::Duration;

use backon::{BackoffBuilder, BlockingRetryable, ExponentialBackoff};

use super::{Conduct, Made, Unavailable, Waits};
use crate::{numbers::Numbers, peers::backon::limited};

/// With its limit on the sum of the waits.
#[derive(Debug)]
pub struct Backon;

impl Conduct for Backon {
    const NAME: &'static str = "backon 1.6";
    const HINT: Option<&'static str> = Some("`adjust`, a closure of the caller's, here one that takes the longer");
    const TAKES_JITTER: bool = false;
    const TAKES_MAX_WAIT: bool = true;

    fn waits(numbers: &Numbers, seed: u64) -> Made {
        Made::of(limited(numbers).with_jitter_seed(seed).build())
    }

    fn ended(numbers: &Numbers) -> Option<String> {
        let mut polls = 0;
        let poll = || {
            polls += 1;
            Err::<(), _>(Unavailable(polls))
        };
        let ended = poll.retry(limited(numbers).with_jitter_seed(1)).sleep(|_| {}).call();
        Some(format!("{ended:?}"))
    }
}

impl Waits for ExponentialBackoff {
    fn next_wait(&mut self, _: Duration, hint: Option<Duration>) -> Option<Duration> {
        self.next().map(|wait| hint.map_or(wait, |hint| wait.max(hint)))
    }
}
