//! A state that is fed: payloads around the transitions. A poller owns one state, a fleet many.

#[cfg(feature = "alloc")]
use core::convert::Infallible;
use core::time::Duration;

use rand_core::Rng;

use super::{
    Decision, GaveUp, Outcome, Reason,
    state::{State, Unfinished, Verdict},
};
use crate::policy::Policy;

/// A state and its policy, while they are fed.
#[derive(Debug)]
pub(crate) struct Feed<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) state: &'a mut State,
}

impl Feed<'_> {
    /// Takes what a poll found, and decides; keeps the error of a `Transient` or `Throttled` outcome in `last_error` while sleeping.
    #[expect(clippy::inline_always, reason = "a decision of a poller is one function, without a call in it")]
    #[inline(always)]
    pub(crate) fn step<R: Rng + ?Sized, T, E>(
        self,
        rng: &mut R,
        outcome: Outcome<T, E>,
        passed: u64,
        last_error: &mut Option<E>,
    ) -> Decision<T, E> {
        let Found { kind, error, hint } = match unfinished(outcome) {
            Ok(found) => found,
            Err(end) => {
                self.state.conclude(passed);
                return end;
            }
        };
        match self.state.step(self.policy, rng, kind, hint.map(|hint| self.policy.believed(hint)), passed) {
            Verdict::Sleep(wait) => {
                if error.is_some() {
                    *last_error = error;
                }
                Decision::Sleep(Duration::from_nanos(wait))
            }
            Verdict::GiveUp(reason) => {
                let found_error = error.is_some();
                let last_error = error.or_else(|| kept(self.state, last_error));
                Decision::GaveUp(GaveUp { retry_after: hint, found_error, ..self.gave_up(reason) }.with_last_error(last_error))
            }
        }
    }

    /// Takes note that a poll was made whose answer never comes, and decides as on a `Transient` outcome that has no error.
    #[cfg(feature = "alloc")]
    pub(crate) fn lost<R: Rng + ?Sized>(self, rng: &mut R, passed: u64) -> Decision<Infallible, Infallible> {
        match self.state.step(self.policy, rng, Unfinished::Transient, None, passed) {
            Verdict::Sleep(wait) => Decision::Sleep(Duration::from_nanos(wait)),
            Verdict::GiveUp(reason) => Decision::GaveUp(GaveUp { found_error: true, ..self.gave_up(reason) }),
        }
    }

    /// Takes what an unscheduled look found, and says whether that ends it.
    pub(crate) fn look<T, E>(self, outcome: Outcome<T, E>, passed: u64) -> Decision<T, E> {
        let Found { kind: _, error, hint } = match unfinished(outcome) {
            Ok(found) => found,
            Err(end) => {
                self.state.conclude_look(passed);
                return end;
            }
        };
        match self.state.look(self.policy, hint.map(|hint| self.policy.believed(hint)), passed) {
            Verdict::Sleep(wait) => Decision::Sleep(Duration::from_nanos(wait)),
            Verdict::GiveUp(reason) => {
                let found_error = error.is_some();
                Decision::GaveUp(GaveUp { retry_after: hint, found_error, ..self.gave_up(reason) }.with_last_error(error))
            }
        }
    }

    /// Decides on the wait before the first poll, and says how long it is or why there is none.
    pub(crate) fn wait_first<R: Rng + ?Sized>(
        self,
        rng: &mut R,
        hint: Option<Duration>,
        passed: u64,
    ) -> Result<Duration, GaveUp> {
        let believed = hint.map(|hint| self.policy.believed(hint));
        match self.state.wait_first(self.policy, rng, believed, passed) {
            Verdict::Sleep(wait) => Ok(Duration::from_nanos(wait)),
            Verdict::GiveUp(reason) => Err(GaveUp { retry_after: hint, ..self.gave_up(reason) }),
        }
    }

    /// Ends because the caller wants to, and returns the account of it.
    pub(crate) fn cancel(self, passed: u64) -> GaveUp {
        let reason = self.state.cancel(passed);
        let hint_left = self.state.hint_left().filter(|_| reason == Reason::Cancelled);
        GaveUp { retry_after: hint_left.map(Duration::from_nanos), ..self.gave_up(reason) }
    }

    /// Ends because the deadline has come before the next poll could be made. If a hold kept it back, `hold` is what is left of
    /// that.
    #[cfg(feature = "alloc")]
    pub(crate) fn expire(self, hold: Option<u64>) -> GaveUp {
        self.state.expire();
        let reason = if hold.is_some() { Reason::RetryAfterPastDeadline } else { Reason::MaxWait };
        let left = hold.filter(|left| *left > 0);
        GaveUp { retry_after: left.map(Duration::from_nanos), ..self.gave_up(reason) }
    }

    fn gave_up(&self, reason: Reason) -> GaveUp {
        let State { polls, errors, consecutive_errors, throttled, elapsed, .. } = *self.state;
        let is_early = self.policy.deadline.is_some_and(|deadline| deadline.left(elapsed) > 0);
        let elapsed = Duration::from_nanos(elapsed);
        GaveUp {
            reason,
            polls,
            errors,
            consecutive_errors,
            throttled,
            elapsed,
            retry_after: None,
            last_error: None,
            found_error: false,
            is_early,
        }
    }
}

/// Takes what `step_keeping` kept. Who has seen no error has kept none: what is there is another's.
pub(crate) fn kept<E>(state: &State, last_error: &mut Option<E>) -> Option<E> {
    if state.errors > 0 { last_error.take() } else { None }
}

/// An outcome that leaves the operation unfinished.
struct Found<E> {
    kind: Unfinished,
    error: Option<E>,
    hint: Option<Duration>,
}

/// Returns what an outcome is that leaves the operation unfinished, or else the end that it is.
#[inline]
fn unfinished<T, E>(outcome: Outcome<T, E>) -> Result<Found<E>, Decision<T, E>> {
    let (kind, error, hint) = match outcome {
        Outcome::Pending { retry_after } => (Unfinished::Pending, None, retry_after),
        Outcome::Transient { error, retry_after } => (Unfinished::Transient, Some(error), retry_after),
        Outcome::Throttled { error, retry_after } => (Unfinished::Throttled, Some(error), retry_after),
        Outcome::Done(value) => return Err(Decision::Done(value)),
        Outcome::Failed(error) => return Err(Decision::Failed(error)),
    };
    Ok(Found { kind, error, hint })
}
