//! A poller beside the reference that the crate's own tests have.

use std::time::Duration;

use asyncpoll::{Decision, Outcome, Poller, rand_core::Rng as _};

use crate::{
    operations::{Operations, Subject, wait_first},
    poller_model::{Expected, Found, Model},
    tape::Tape,
};

/// A poller and the reference, with the same policy, draws and inputs. Its methods panic if the two disagree.
#[derive(Debug)]
pub struct Compared {
    poller: Poller<Duration, Tape>,
    model: Model,
    /// Played together with the poller, to count its draws.
    tape: Tape,
    tape_of_model: Tape,
    now: Duration,
}

impl Compared {
    /// Starts both.
    pub fn start(operations: &Operations) -> Self {
        let settings = operations.settings().of_model();
        let tape = operations.tape.rewound();
        Self {
            poller: Poller::new(settings.policy(), tape.clone(), operations.start),
            model: Model::new(settings, operations.start),
            tape,
            tape_of_model: operations.tape.rewound(),
            now: operations.start,
        }
    }
}

impl Subject for Compared {
    fn now(&self) -> Duration {
        self.now
    }

    fn set_clock(&mut self, now: Duration) {
        self.now = now;
    }

    fn step(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        let decision = self.poller.step(outcome, self.now);
        let expected = self.model.step(found(outcome), self.now, || self.tape_of_model.next_u64());
        self.compare(outcome, decision, expected)
    }

    fn look(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        let decision = self.poller.look(outcome, self.now);
        let expected = self.model.look(found(outcome), self.now);
        self.compare(outcome, decision, expected)
    }

    fn set_backoff(&mut self, base: Duration) {
        self.poller.set_backoff(base);
        self.model.set_backoff(base);
    }

    fn wait_first(&mut self, hint: Option<Duration>) -> Option<Duration> {
        let decision = wait_first(&mut self.poller, hint, self.now);
        let expected = self.model.wait_first(hint, self.now, || self.tape_of_model.next_u64());
        self.compare(Outcome::pending().retry_after(hint), decision, expected)
    }

    fn cancel(&mut self) {
        let gave_up = self.poller.cancel(self.now);
        let left = gave_up.retry_after.map(|left| left.as_nanos());
        assert_eq!((gave_up.reason, left), self.model.cancel(self.now), "the reference ends differently: {self:#?}");
    }

    fn reset_backoff(&mut self) {
        self.poller.reset_backoff();
        self.model.reset_backoff();
    }
}

impl Compared {
    /// Returns the wait, if the decision is one.
    fn compare(&self, outcome: Outcome<(), ()>, decision: Decision<(), ()>, expected: Expected) -> Option<Duration> {
        assert_eq!(Expected::from(&decision), expected, "the reference decides differently about {outcome:?}: {self:#?}");
        assert_eq!(self.tape.draws(), self.tape_of_model.draws(), "the reference draws differently: {self:#?}");
        let due = self.poller.due().map(|due| due.as_nanos());
        let expected = (self.model.kind, (!self.model.finished).then_some(self.model.due), self.model.polls);
        assert_eq!((self.poller.wait_kind(), due, self.poller.polls()), expected, "the reference tells otherwise: {self:#?}");
        match decision {
            Decision::Sleep(wait) => Some(wait),
            _ => None,
        }
    }
}

fn found(outcome: Outcome<(), ()>) -> Found {
    match outcome {
        Outcome::Pending { retry_after, .. } => Found::Pending(retry_after),
        Outcome::Transient { retry_after, .. } => Found::Transient(retry_after),
        Outcome::Throttled { retry_after, .. } => Found::Throttled(retry_after),
        Outcome::Done(()) => Found::Done,
        Outcome::Failed(()) => Found::Failed,
    }
}
