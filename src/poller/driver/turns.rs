//! What the two loops have in common: whether to sleep, to poll or to end.

use core::{ops::ControlFlow, time::Duration};

use rand_core::Rng;

use super::{super::Poller, NextPoll, NextWait, trace::Trace};
use crate::{
    instant::Instant,
    operation::{Decision, Outcome, PollError},
};

/// How many sleeps in a row the clock must not move in, after one for all of the wait, until it is taken to stand still.
///
/// A wake-up that was meant for an earlier sleep, or an interrupt, may end a sleep in the reading of the clock in which it began.
/// So many do not, unless the clock stands still or something wakes the loop faster than its clock ticks.
const FRUITLESS: u32 = 100;

/// The shortest of these sleeps, so that all together are longer than the tick of a coarse clock, which is 15 ms.
const SHORTEST: Duration = Duration::from_millis(1);

/// How often the clock is read again after a sleep that it has not moved in: so often that the readings after all of these sleeps
/// take longer than that tick, even if each sleep returns at once. A reading takes 20 ns or more.
const READINGS: u32 = 10_000;

/// What a loop does next.
pub(super) enum Turn {
    Sleep(Duration),
    Poll(NextPoll),
    /// The answer of the last poll never came, and there is no time for another.
    Lost,
    Finished,
}

/// A poller that a loop drives, and where the loop is in its wait.
pub(super) struct Turns<'a, I, R, N, W, E> {
    poller: &'a mut Poller<I, R>,
    now: N,
    on_wait: W,
    trace: Trace<E>,
    /// Whether the latest poll was throttled.
    is_throttled: bool,
    /// The wait that was decided, until it begins.
    decided: Option<Duration>,
    /// What was left of the wait when the last sleep began, once one has.
    left_before: Option<Duration>,
    /// How many sleeps in a row the clock has not moved in.
    fruitless: u32,
}

impl<'a, I, R, N, W, E> Turns<'a, I, R, N, W, E>
where
    I: Instant,
    R: Rng,
    N: FnMut() -> I,
    W: FnMut(NextWait<'_, E>),
{
    pub(super) const fn new(poller: &'a mut Poller<I, R>, now: N, on_wait: W, trace: Trace<E>) -> Self {
        Self { poller, now, on_wait, trace, is_throttled: false, decided: None, left_before: None, fruitless: 0 }
    }

    pub(super) fn next(&mut self, last_error: Option<&E>) -> Turn {
        let Some(mut left) = self.decided.take().or_else(|| self.left()) else {
            return Turn::Finished;
        };
        let before = self.left_before.unwrap_or(Duration::MAX);
        for _ in 0..READINGS {
            if left < before {
                break;
            }
            left = self.left().unwrap_or(left);
        }
        self.fruitless = if left < before { 0 } else { self.fruitless.saturating_add(1) };
        // Under a clock that stands still, a wait would never end.
        if left.is_zero() || self.fruitless > FRUITLESS {
            self.left_before = None;
            let next = NextPoll::of(self.poller, (self.now)());
            let was_sent = self.poller.send();
            return if was_sent && next.remaining == Some(Duration::ZERO) { Turn::Lost } else { Turn::Poll(next) };
        }
        if self.left_before.is_none() {
            let wait = NextWait::of(self.poller, left, self.is_throttled, last_error);
            self.trace.wait(&wait);
            (self.on_wait)(wait);
        }
        self.left_before = Some(left);
        let part = left.checked_div(FRUITLESS).unwrap_or(left).max(SHORTEST).min(left);
        Turn::Sleep(if self.fruitless == 0 { left } else { part })
    }

    pub(super) fn found<T>(
        &mut self,
        outcome: Outcome<T, E>,
        last_error: &mut Option<E>,
    ) -> ControlFlow<Result<T, PollError<E>>> {
        self.is_throttled = matches!(outcome, Outcome::Throttled { .. });
        let turned = self.poller.step_keeping(outcome, (self.now)(), last_error).control_flow();
        if let ControlFlow::Break(ended) = &turned {
            self.trace.end(self.poller, ended);
        }
        self.decided = Some(turned?);
        ControlFlow::Continue(())
    }

    /// Returns what is left of the wait, or `None` once finished, and has the poller keep the reading.
    fn left(&mut self) -> Option<Duration> {
        match self.poller.look(Outcome::<()>::pending(), (self.now)()) {
            Decision::Sleep(left) => Some(left),
            Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => None,
        }
    }

    pub(super) fn cancel<T>(mut self, last_error: &mut Option<E>) -> Result<T, PollError<E>> {
        let gave_up = self.poller.cancel((self.now)());
        let ended = Err(gave_up.with_last_error(self.poller.kept(last_error)).into());
        self.trace.end(self.poller, &ended);
        ended
    }
}
