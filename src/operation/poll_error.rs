//! How a driver fails: the operation failed, or polling ended before it did.

use super::GaveUp;

/// Why a loop around a poller has no result: the operation failed, or polling ended before it did.
///
/// It is an [`Error`](core::error::Error) if `E` is one, and the error that was fed is in its chain of sources. If `E` is not one,
/// as `String`, `Box<dyn Error + Send + Sync>` and `anyhow::Error` are not, `into_boxed` makes an error of it that `?` takes.
///
/// Keep two types of errors, what a poll runs into and how the whole call ends, and `#[from]` makes `?` work from one to the other.
/// (In one enum, `GaveUp(#[from] GaveUp<Self>)` would be infinite: box it there, and end with `.map_err(Box::new)`.)
///
/// ```
/// #[derive(Debug, thiserror::Error)]
/// enum RequestError {
///     #[error("the server answered {0}")]
///     Status(u16),
/// }
///
/// #[derive(Debug, thiserror::Error)]
/// enum OrderError {
///     #[error("there is no certificate")]
///     Polling(#[from] asyncpoll::PollError<RequestError>),
/// }
///
/// let rejected = asyncpoll::PollError::Failed(RequestError::Status(403));
/// let chain = anyhow::Error::from(OrderError::from(rejected));
/// assert_eq!(
///     format!("{chain:#}"),
///     "there is no certificate: the operation failed: the server answered 403"
/// );
/// ```
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, PollError, Policy, Poller, poll_blocking};
/// use std::time::Instant;
///
/// let seed = asyncpoll::random_seed();
/// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
/// let look = |_| Outcome::<(), _>::Failed("rejected");
/// let rejected = poll_blocking(&mut poller, look);
/// assert_eq!(rejected, Err(PollError::Failed("rejected")));
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
    /// Changes the error, if there is one.
    ///
    /// ```
    /// use asyncpoll::PollError;
    ///
    /// assert_eq!(
    ///     PollError::Failed(403).map_err(|status| status / 100),
    ///     PollError::Failed(4)
    /// );
    /// ```
    pub fn map_err<F>(self, f: impl FnOnce(E) -> F) -> PollError<F> {
        match self {
            Self::Failed(error) => PollError::Failed(f(error)),
            Self::GaveUp(gave_up) => PollError::GaveUp(gave_up.map_err(f)),
        }
    }

    /// Returns the error that was fed: the one the operation failed with, or that of the last poll that failed.
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

    /// Turns into the error that was fed: the one the operation failed with, or that of the last poll that failed.
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
