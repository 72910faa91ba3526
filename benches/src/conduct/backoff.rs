//! How backoff is run in virtual time.

use std::{
    cell::Cell,
    future::{Future, Ready, ready},
    pin::pin,
    rc::Rc,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use backoff::{
    Clock, Error, Notify,
    backoff::Backoff as _,
    exponential::ExponentialBackoff,
    future::{Retry, Sleeper},
};

use super::{Conduct, Made, Unavailable, Waits};
use crate::{numbers::Numbers, peers::backoff::poller};

/// With its limit, and a clock that is set.
#[derive(Debug)]
pub struct Backoff;

#[derive(Clone)]
struct Virtual(Rc<Cell<Instant>>);

impl Clock for Virtual {
    fn now(&self) -> Instant {
        self.0.get()
    }
}

struct Watched {
    start: Instant,
    clock: Virtual,
    policy: ExponentialBackoff<Virtual>,
}

fn watched(numbers: &Numbers) -> Watched {
    let start = Instant::now();
    let clock = Virtual(Rc::new(Cell::new(start)));
    Watched { start, clock: clock.clone(), policy: poller(numbers, clock, start) }
}

/// A sleep that is over at once.
struct AtOnce;

impl Sleeper for AtOnce {
    type Sleep = Ready<()>;

    fn sleep(&self, _: Duration) -> Ready<()> {
        ready(())
    }
}

/// Sets the clock forward by each wait.
struct Forward(Virtual);

impl<E> Notify<E> for Forward {
    fn notify(&mut self, _: E, wait: Duration) {
        self.0.0.set(self.0.0.get() + wait);
    }
}

impl Conduct for Backoff {
    const NAME: &'static str = "backoff 0.4";
    const HINT: Option<&'static str> = Some("`retry_after` of its error");
    const TAKES_JITTER: bool = true;
    const TAKES_MAX_WAIT: bool = true;

    fn waits(numbers: &Numbers, _: u64) -> Made {
        Made::of(watched(numbers))
    }

    fn ended(numbers: &Numbers) -> Option<String> {
        let Watched { clock, policy, .. } = watched(numbers);
        let mut polls = 0;
        let poll = || {
            polls += 1;
            ready(Err::<(), _>(Error::transient(Unavailable(polls))))
        };
        let retry = pin!(Retry::new(AtOnce, policy, Forward(clock), poll));
        match retry.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ended) => Some(format!("{ended:?}")),
            Poll::Pending => None,
        }
    }
}

impl Waits for Watched {
    fn next_wait(&mut self, elapsed: Duration, hint: Option<Duration>) -> Option<Duration> {
        self.clock.0.set(self.start + elapsed);
        // As its own loops have it.
        hint.or_else(|| self.policy.next_backoff())
    }
}
