//! How reliakit-backoff is run in virtual time.

use std::time::Duration;

use reliakit_backoff::Backoff;

use super::{Conduct, Made, Waits};
use crate::{
    numbers::Numbers,
    peers::reliakit_backoff::{Kept, policy},
};

/// With its limit on the count.
#[derive(Debug)]
pub struct ReliakitBackoff;

struct Watched {
    policy: Backoff,
    kept: Kept,
}

impl Conduct for ReliakitBackoff {
    const NAME: &'static str = "reliakit-backoff 1.1";
    const HINT: Option<&'static str> = None;
    const TAKES_JITTER: bool = false;
    const TAKES_MAX_WAIT: bool = false;

    fn waits(numbers: &Numbers, seed: u64) -> Made {
        let watched = |factor| Made::of(Watched { policy: policy(numbers, factor), kept: Kept::new(seed) });
        numbers.whole_factor().map_or(Made::Unsayable, watched)
    }

    fn ended(_: &Numbers) -> Option<String> {
        None
    }
}

impl Waits for Watched {
    fn next_wait(&mut self, _: Duration, _: Option<Duration>) -> Option<Duration> {
        self.kept.next_wait(&self.policy)
    }
}
