//! What a sleep may return to a driver.

use core::ops::ControlFlow;

/// What a sleep may return: nothing, or whether to stop polling.
///
/// `()` always goes on. `ControlFlow::Break(())` stops, and the driver returns a [`GaveUp`](crate::GaveUp) with
/// [`Reason::Cancelled`](crate::Reason::Cancelled). Stop is seen between polls only: the first poll is made even if there was
/// a reason to stop before, and a poll under way is not ended. `Option<()>` is not accepted: `None` means *stop* if it comes from a
/// token's `run_until_cancelled(sleep(wait))`, and *go on* from `recv_timeout(wait).ok()`.
///
/// # Example
///
/// ```
/// use asyncpoll::{Driver, Outcome, PollError, Policy, Poller, Reason};
/// use std::ops::ControlFlow;
/// use std::sync::mpsc::{self, RecvTimeoutError};
/// use std::time::Instant;
///
/// let (shut_down, shutting_down) = mpsc::channel();
/// shut_down.send(())?;
/// // Sleeps until something arrives: then there is a reason to stop.
/// let sleep = |wait| match shutting_down.recv_timeout(wait) {
///     Err(RecvTimeoutError::Timeout) => ControlFlow::Continue(()),
///     Ok(()) | Err(RecvTimeoutError::Disconnected) => ControlFlow::Break(()),
/// };
///
/// let seed = asyncpoll::random_seed();
/// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
/// let ended = Driver::new(Instant::now, sleep)
///     .poll_blocking(&mut poller, |_| Outcome::<(), _>::transient("503"));
/// let Err(PollError::GaveUp(gave_up)) = ended else { unreachable!() };
/// assert_eq!((gave_up.reason, gave_up.polls), (Reason::Cancelled, 1));
/// assert_eq!(gave_up.last_error, Some("503"));
/// # Ok::<(), mpsc::SendError<()>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether to go on polling",
    label = "what a sleep returned",
    note = "a sleep returns `()`, or to be able to stop `ControlFlow<()>`",
    note = "if a timer returns something that never means to stop, drop that: `async |wait| {{ timer(wait).await; }}`",
    note = "if a token returns an `Option`, make it a `ControlFlow`: the docs of the crate show how, under *Runtimes*"
)]
pub trait Slept {
    /// Returns whether to stop polling.
    fn stops(self) -> bool;
}

impl Slept for () {
    fn stops(self) -> bool {
        false
    }
}

impl Slept for ControlFlow<()> {
    fn stops(self) -> bool {
        self.is_break()
    }
}
