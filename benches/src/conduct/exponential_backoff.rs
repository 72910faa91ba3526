//! How exponential-backoff is run in virtual time.

use std::time::Duration;

use exponential_backoff::IntoIter;

use super::{Conduct, Made, Waits};
use crate::{numbers::Numbers, peers::exponential_backoff::policy};

/// With its limit on the count.
#[derive(Debug)]
pub struct ExponentialBackoff;

impl Conduct for ExponentialBackoff {
    const NAME: &'static str = "exponential-backoff 2.1";
    const HINT: Option<&'static str> = None;
    const TAKES_JITTER: bool = true;
    const TAKES_MAX_WAIT: bool = false;

    fn waits(numbers: &Numbers, _: u64) -> Made {
        numbers.whole_factor().map_or(Made::Unsayable, |factor| Made::of(policy(numbers, factor).into_iter()))
    }

    fn ended(_: &Numbers) -> Option<String> {
        None
    }
}

impl Waits for IntoIter {
    fn next_wait(&mut self, _: Duration, _: Option<Duration>) -> Option<Duration> {
        self.next().flatten()
    }
}
