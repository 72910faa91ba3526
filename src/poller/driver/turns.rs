//! What the two loops have in common: whether to sleep, to poll or to end.

use core::{ops::ControlFlow, time::Duration};

use rand_core::Rng;

use super::{super::Poller, NextPoll, NextWait};
use crate::{
    instant::Instant,
    operation::{Decision, Outcome, PollError},
};

/// What a loop does next.
pub(super) enum Turn {
    Sleep(Duration),
    Poll(NextPoll),
    Finished,
}

/// A poller that a loop drives, and where the loop is in its wait.
pub(super) struct Turns<'a, I, R, N, W> {
    poller: &'a mut Poller<I, R>,
    now: N,
    on_wait: W,
    /// The wait that was decided, until it begins.
    decided: Option<Duration>,
    /// What was left of the wait when the sleep began, once one has.
    slept_for: Option<Duration>,
}

impl<'a, I, R, N, W> Turns<'a, I, R, N, W>
where
    I: Instant,
    R: Rng,
    N: FnMut() -> I,
{
    pub(super) const fn new(poller: &'a mut Poller<I, R>, now: N, on_wait: W) -> Self {
        Self { poller, now, on_wait, decided: None, slept_for: None }
    }

    pub(super) fn next<E>(&mut self, last_error: Option<&E>) -> Turn
    where
        W: FnMut(NextWait<'_, E>),
    {
        let Some(left) = self.decided.take().or_else(|| self.left()) else {
            return Turn::Finished;
        };
        // Under a clock that stands still, a wait would never end.
        let stands_still = self.slept_for.is_some_and(|slept_for| left >= slept_for);
        if left.is_zero() || stands_still {
            self.slept_for = None;
            return Turn::Poll(NextPoll::of(self.poller, (self.now)()));
        }
        if self.slept_for.is_none() {
            (self.on_wait)(NextWait::of(self.poller, left, last_error));
        }
        self.slept_for = Some(left);
        Turn::Sleep(left)
    }

    pub(super) fn found<T, E>(
        &mut self,
        outcome: Outcome<T, E>,
        last_error: &mut Option<E>,
    ) -> ControlFlow<Result<T, PollError<E>>> {
        let wait = self.poller.step_keeping(outcome, (self.now)(), last_error).control_flow()?;
        self.decided = Some(wait);
        ControlFlow::Continue(())
    }

    /// Returns what is left of the wait, or `None` once finished, and has the poller keep the reading.
    fn left(&mut self) -> Option<Duration> {
        match self.poller.look(Outcome::<()>::pending(), (self.now)()) {
            Decision::Sleep(left) => Some(left),
            Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => None,
        }
    }

    pub(super) fn cancel<E>(mut self, last_error: &mut Option<E>) -> PollError<E> {
        let gave_up = self.poller.cancel((self.now)());
        gave_up.with_last_error(self.poller.kept(last_error)).into()
    }
}
