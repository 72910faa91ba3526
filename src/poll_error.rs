//! How a driver fails: the operation did, or polling ended before it.

use crate::GaveUp;

/// Why a loop around a poller has no result: the operation failed, or polling ended before it did.
///
/// It is an [`Error`](core::error::Error) where `E` is one; the error that was fed is in its chain of sources.
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, PollError, Policy, Poller, poll_blocking};
/// use std::time::Instant;
///
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Instant::now());
/// let rejected = poll_blocking(&mut poller, |_| Outcome::<(), _>::Failed("rejected"));
/// assert_eq!(rejected, Err(PollError::Failed("rejected")));
/// ```
///
/// Where `E` is `anyhow::Error`, which is not an `Error` itself, the account of giving up can be its context:
///
/// ```
/// use asyncpoll::{PollError, Policy, Poller};
/// use core::time::Duration;
///
/// fn report(error: PollError<anyhow::Error>) -> anyhow::Error {
///     match error {
///         PollError::Failed(error) => error,
///         PollError::GaveUp(gave_up) => match gave_up.split() {
///             (gave_up, Some(last_error)) => last_error.context(gave_up),
///             (gave_up, None) => gave_up.into(),
///         },
///     }
/// }
///
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
/// let gave_up = poller.cancel(Duration::ZERO).with_last_error(Some(anyhow::anyhow!("503")));
/// assert_eq!(format!("{:#}", report(gave_up.into())), "gave up after 0 polls in 0 s: cancelled: 503");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "a loop ends without a result in these two ways, and callers tell them apart")]
pub enum PollError<E> {
    /// The operation has failed: the error of [`Outcome::Failed`](crate::Outcome::Failed).
    #[error("the operation failed")]
    Failed(#[source] E),
    /// Polling has stopped; the operation may still be going on.
    #[error(transparent)]
    GaveUp(GaveUp<E>),
}

impl<E> PollError<E> {
    /// Changes the error, wherever there is one.
    ///
    /// ```
    /// use asyncpoll::PollError;
    ///
    /// assert_eq!(PollError::Failed(403).map_err(|status| status / 100), PollError::Failed(4));
    /// ```
    pub fn map_err<F>(self, f: impl FnOnce(E) -> F) -> PollError<F> {
        match self {
            Self::Failed(error) => PollError::Failed(f(error)),
            Self::GaveUp(gave_up) => PollError::GaveUp(gave_up.map_err(f)),
        }
    }

    /// Returns the error that was fed: the one the operation failed with, or the last transient one.
    ///
    /// ```
    /// use asyncpoll::PollError;
    ///
    /// assert_eq!(PollError::Failed("rejected").error(), Some(&"rejected"));
    /// ```
    pub const fn error(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::GaveUp(gave_up) => gave_up.last_error.as_ref(),
        }
    }

    /// Turns into the error that was fed: the one the operation failed with, or the last transient one.
    ///
    /// ```
    /// use asyncpoll::PollError;
    ///
    /// assert_eq!(PollError::Failed("rejected").into_error(), Some("rejected"));
    /// ```
    pub fn into_error(self) -> Option<E> {
        match self {
            Self::Failed(error) => Some(error),
            Self::GaveUp(gave_up) => gave_up.last_error,
        }
    }
}

impl<E> From<GaveUp<E>> for PollError<E> {
    fn from(gave_up: GaveUp<E>) -> Self {
        Self::GaveUp(gave_up)
    }
}
