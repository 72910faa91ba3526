//! How sisyphus is run in virtual time.

use std::{cell::Cell, ops::ControlFlow, rc::Rc, time::Duration};

use sisyphus::{BackoffPolicy, Clock, MaxElapsedTime, PolicyExt, retry_sync};

use super::{Conduct, Made, Unavailable, Waits};
use crate::{
    numbers::Numbers,
    peers::sisyphus::{Unlimited, unlimited},
};

/// With its limit on the time, and a clock that is set.
#[derive(Debug)]
pub struct Sisyphus;

#[derive(Clone, Default)]
struct Virtual(Rc<Cell<Duration>>);

impl Clock for Virtual {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.get()
    }

    fn duration_since(&self, earlier: Duration, now: Duration) -> Duration {
        now.saturating_sub(earlier)
    }
}

struct Watched {
    clock: Virtual,
    policy: MaxElapsedTime<Unlimited, Virtual>,
}

fn watched(numbers: &Numbers, seed: u64) -> Watched {
    let clock = Virtual::default();
    Watched { clock: clock.clone(), policy: unlimited(numbers, seed).max_elapsed_time(clock, numbers.max_wait) }
}

impl Conduct for Sisyphus {
    const NAME: &'static str = "sisyphus 0.1";
    const HINT: Option<&'static str> = None;
    const TAKES_JITTER: bool = true;
    const TAKES_MAX_WAIT: bool = true;

    fn waits(numbers: &Numbers, seed: u64) -> Made {
        Made::of(watched(numbers, seed))
    }

    fn ended(numbers: &Numbers) -> Option<String> {
        let Watched { clock, policy } = watched(numbers, 1);
        let mut polls = 0;
        let poll = || {
            polls += 1;
            ControlFlow::<(), _>::Continue(Unavailable(polls))
        };
        let ended = retry_sync(policy, poll, |wait| clock.0.set(clock.0.get() + wait));
        Some(format!("{ended:?}"))
    }
}

impl Waits for Watched {
    fn next_wait(&mut self, elapsed: Duration, _: Option<Duration>) -> Option<Duration> {
        self.clock.0.set(elapsed);
        self.policy.next_delay()
    }
}
