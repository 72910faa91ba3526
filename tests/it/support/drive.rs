//! A driver in virtual time that can be told to stop, and what it did.

use asyncpoll::{Driver, GaveUp, Outcome, PollError, Poller};
use core::{cell::Cell, ops::ControlFlow, time::Duration};

use super::Tape;

/// How a driver ended, when it polled, and what it slept.
#[derive(Debug)]
pub(crate) struct Driven<T, E> {
    pub(crate) ended: Result<T, PollError<E>>,
    pub(crate) polls: Vec<Duration>,
    pub(crate) sleeps: Vec<Duration>,
}

impl<T, E> Driven<T, E> {
    /// How it gave up. Fails if it did not.
    #[track_caller]
    pub(crate) fn gave_up(self) -> GaveUp<E> {
        match self.ended {
            Err(PollError::GaveUp(gave_up)) => gave_up,
            Ok(_) | Err(PollError::Failed(_)) => panic!("it was to give up"),
        }
    }
}

/// Drives a poller from zero on. The sleep that follows poll number `stop_after` says stop at once.
pub(crate) fn drive<T, E>(
    poller: &mut Poller<Duration, Tape>,
    stop_after: Option<u32>,
    mut found: impl FnMut(u32) -> Outcome<T, E>,
) -> Driven<T, E> {
    let (clock, latest) = (Cell::new(Duration::ZERO), Cell::new(0));
    let (mut polls, mut sleeps) = (Vec::new(), Vec::new());
    let sleep = |wait| {
        if stop_after.is_some_and(|last| latest.get() >= last) {
            return ControlFlow::Break(());
        }
        clock.set(clock.get() + wait);
        sleeps.push(wait);
        ControlFlow::Continue(())
    };
    let ended = Driver::new(|| clock.get(), sleep).poll_blocking(poller, |next| {
        latest.set(next.number);
        polls.push(clock.get());
        found(next.number)
    });
    Driven { ended, polls, sleeps }
}
