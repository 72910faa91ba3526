//! What the runtimes poll: an operation that is done at its fourth poll, and one whose server is down.

use asyncpoll::{GaveUp, Jitter, NextPoll, Outcome, Policy, Reason, const_policy};
use core::time::Duration;
use std::sync::Mutex;

/// Waits of a few milliseconds, for the runtimes whose time is real.
pub(crate) const BRIEF: Policy =
    const_policy!(Policy::builder().initial_wait(Duration::from_millis(5)).multiplier(3, 2).no_max_wait());

/// A wait of a millisecond, then one of an hour: whoever cancels after the second poll knows that there is no third.
pub(crate) const A_MILLISECOND_THEN_AN_HOUR: Policy = const_policy!(
    Policy::builder()
        .head_start(Duration::from_millis(1))
        .initial_wait(Duration::from_hours(1))
        .max_backoff(Duration::from_hours(1))
        .jitter(Jitter::None)
        .no_max_wait()
        .max_polls(3)
);

/// An operation that is done at its fourth poll, and keeps a record of how it was polled.
#[derive(Debug, Default)]
pub(crate) struct Operation {
    polls: Mutex<Vec<Duration>>,
    waits: Mutex<Vec<Duration>>,
}

impl Operation {
    /// Answers a poll.
    pub(crate) fn poll(&self, poll: NextPoll) -> Outcome<&'static str, &'static str> {
        self.polls.lock().unwrap().push(poll.elapsed);
        match poll.number {
            1 => Outcome::pending(),
            2 => Outcome::transient("503"),
            3 => Outcome::pending().retry_after(Duration::from_millis(10)),
            _ => Outcome::Done("issued"),
        }
    }

    /// Notes a wait that was decided, and hands it on to the sleep.
    pub(crate) fn wait(&self, wait: Duration) -> Duration {
        self.waits.lock().unwrap().push(wait);
        wait
    }

    /// Asserts four polls, none of them before its wait was over, and returns the waits.
    #[track_caller]
    pub(crate) fn polled_on_time(self) -> [Duration; 3] {
        let (polls, waits) = (self.polls.into_inner().unwrap(), self.waits.into_inner().unwrap());
        assert_eq!(polls.len(), 4);
        for (pair, wait) in polls.windows(2).zip(&waits) {
            assert!(pair[1].saturating_sub(pair[0]) >= *wait, "polls at {polls:?} with waits of {waits:?}");
        }
        assert!(waits[2] >= Duration::from_millis(10), "the server asked for 10 ms and got {:?}", waits[2]);
        waits.try_into().unwrap()
    }
}

/// Asserts the account of a poller with the policy [`A_MILLISECOND_THEN_AN_HOUR`] that found its server down and was then cancelled.
#[track_caller]
pub(crate) fn assert_cancelled_after_two_polls(gave_up: GaveUp<&'static str>) {
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.errors), (Reason::Cancelled, 2, 2));
    assert!(gave_up.elapsed >= Duration::from_millis(1), "two polls with a wait between them in {:?}", gave_up.elapsed);
    assert_eq!(gave_up.last_error, Some("503"));
}
