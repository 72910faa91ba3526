//! How tokio-retry is run in virtual time.

use std::{future::ready, iter::Take, time::Duration};

use tokio::runtime;
use tokio_retry::{
    Retry,
    strategy::{ExponentialBackoff, jitter},
};

use super::{Conduct, Made, Unavailable, Waits};
use crate::{numbers::Numbers, peers::tokio_retry::ladder};

/// With `take` for its limit.
#[derive(Debug)]
pub struct TokioRetry;

fn taken(numbers: &Numbers, factor: u32) -> Take<ExponentialBackoff> {
    ladder(numbers, factor).take(numbers.max_polls as usize - 1)
}

impl Conduct for TokioRetry {
    const NAME: &'static str = "tokio-retry 0.3";
    const HINT: Option<&'static str> = None;
    const TAKES_JITTER: bool = false;
    const TAKES_MAX_WAIT: bool = false;

    fn waits(numbers: &Numbers, _: u64) -> Made {
        numbers.whole_factor().map_or(Made::Unsayable, |factor| Made::of(taken(numbers, factor)))
    }

    fn ended(numbers: &Numbers) -> Option<String> {
        let mut polls = 0;
        let poll = || {
            polls += 1;
            ready(Err::<(), _>(Unavailable(polls)))
        };
        let waits = taken(numbers, numbers.whole_factor()?).map(jitter);
        let runtime = runtime::Builder::new_current_thread().enable_time().start_paused(true).build().ok()?;
        let ended = runtime.block_on(async { Retry::start(waits, poll).await });
        Some(format!("{ended:?}"))
    }
}

impl Waits for Take<ExponentialBackoff> {
    fn next_wait(&mut self, _: Duration, _: Option<Duration>) -> Option<Duration> {
        self.next().map(jitter)
    }
}
