//! The events of a driver, with the feature `tracing`: one for each wait, and one for the end.

use core::{fmt::Display, time::Duration};

use tracing::{
    Level, event,
    field::{DisplayValue, display},
};

use super::{super::Poller, NextWait};
use crate::{
    operation::{GaveUp, PollError, Reason, State},
    trace::short,
};

/// What the events of all drivers are filtered by.
const TARGET: &str = "asyncpoll";

/// Tells of a driver's waits and of its end.
#[derive(Debug)]
pub(super) struct Trace<E> {
    /// Shows an error as text, if the driver was told that there is one.
    text: Option<fn(&E) -> &dyn Display>,
}

impl<E> Trace<E> {
    pub(super) const fn new() -> Self {
        Self { text: None }
    }

    pub(super) const fn with_errors() -> Self
    where
        E: Display,
    {
        Self { text: Some(|error| error) }
    }

    /// Tells of a wait before it is slept.
    pub(super) fn wait(&self, wait: &NextWait<'_, E>) {
        // The level of an event is a constant.
        macro_rules! wait {
            ($level:ident, $message:literal) => {
                event!(
                    target: TARGET,
                    Level::$level,
                    poll = wait.polls,
                    wait = short(wait.length),
                    kind = ?wait.kind,
                    hint = wait.hint.map(short),
                    error = self.show(wait.error),
                    $message
                )
            };
        }
        if wait.is_throttled { wait!(INFO, "throttled") } else { wait!(DEBUG, "waiting") }
    }

    /// Tells how polling ended.
    pub(super) fn end<I, R, T>(&self, poller: &Poller<I, R>, ended: &Result<T, PollError<E>>) {
        let State { polls, errors, throttled, elapsed, .. } = poller.state;
        let error = ended.as_ref().err().and_then(PollError::error);
        macro_rules! end {
            ($level:ident, $message:literal $(, $reason:expr, $hint:expr)?) => {
                event!(
                    target: TARGET,
                    Level::$level,
                    $(reason = ?$reason, hint = $hint,)?
                    polls,
                    errors,
                    throttled,
                    elapsed = short(Duration::from_nanos(elapsed)),
                    error = self.show(error),
                    $message
                )
            };
        }
        match ended {
            Ok(_) => end!(INFO, "done"),
            Err(PollError::Failed(_)) => end!(WARN, "failed"),
            Err(PollError::GaveUp(GaveUp { reason, retry_after, .. })) => {
                let hint = retry_after.map(short);
                if *reason == Reason::Cancelled {
                    // Who cancels knows.
                    end!(INFO, "gave up", reason, hint);
                } else {
                    end!(WARN, "gave up", reason, hint);
                }
            }
        }
    }

    fn show<'e>(&self, error: Option<&'e E>) -> Option<DisplayValue<&'e dyn Display>> {
        Some(display(self.text?(error?)))
    }
}
