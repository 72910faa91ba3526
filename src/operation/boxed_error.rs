//! The end of a loop, as an error of one type whatever the polls fail with.

use alloc::boxed::Box;
use core::{error::Error, fmt};

use super::{GaveUp, PollError};

/// A [`PollError`] whose own error is in a box: what [`PollError::into_boxed`] and [`GaveUp::into_boxed`] return.
///
/// It is `'static`, `Send` and `Sync`, so that `?` turns it into a `Box<dyn Error>` of any kind or an `anyhow::Error`. It says
/// what the `PollError` says, and the error of the polls is its source, which can be downcast. For the reason, downcast the error
/// as a whole to a `BoxedError`, and take [`into_inner`](Self::into_inner).
///
/// # Example
///
/// Polls that fail with text:
///
/// ```
/// use asyncpoll::{
///     BoxedError, Outcome, PollError, Policy, Poller, Reason, poll_blocking,
/// };
/// use std::{error::Error, time::Instant};
///
/// fn issue() -> Result<&'static str, Box<dyn Error + Send + Sync>> {
///     let seed = asyncpoll::random_seed();
///     let policy = Policy::builder().max_polls(1).build()?;
///     let mut poller = Poller::seeded(policy, seed, Instant::now());
///     let look = |_| Outcome::transient(String::from("status 503"));
///     Ok(poll_blocking(&mut poller, look).map_err(PollError::into_boxed)?)
/// }
///
/// let error = issue().unwrap_err();
/// let account = error.to_string();
/// assert!(account.ends_with("max_polls was reached"), "{account}");
/// let source = error.source().map(ToString::to_string);
/// assert_eq!(source.as_deref(), Some("status 503"));
///
/// let error = error.downcast::<BoxedError>().unwrap().into_inner();
/// let PollError::GaveUp(gave_up) = error else { unreachable!() };
/// assert_eq!(gave_up.reason, Reason::MaxPolls);
/// ```
#[derive(Debug)]
pub struct BoxedError(PollError<Box<dyn Error + Send + Sync>>);

impl BoxedError {
    /// Returns what was boxed: to match on, or to take the error out.
    ///
    /// ```
    /// use asyncpoll::PollError;
    ///
    /// let boxed = PollError::Failed("rejected").into_boxed();
    /// let inner = boxed.into_inner();
    /// assert!(matches!(inner, PollError::Failed(_)));
    /// ```
    pub fn into_inner(self) -> PollError<Box<dyn Error + Send + Sync>> {
        self.0
    }
}

impl fmt::Display for BoxedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for BoxedError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let error: &(dyn Error + 'static) = &**self.0.error()?;
        Some(error)
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> PollError<E> {
    /// Boxes the error of the polls, so that `?` takes the result whatever `E` is: a `Box<dyn Error + Send + Sync>`, a
    /// `String`, an `anyhow::Error`.
    ///
    /// ```
    /// use asyncpoll::PollError;
    ///
    /// fn issue() -> anyhow::Result<()> {
    ///     let rejected = Err(PollError::Failed(anyhow::anyhow!("rejected")));
    ///     rejected.map_err(PollError::into_boxed)?;
    ///     Ok(())
    /// }
    ///
    /// let error = format!("{:#}", issue().unwrap_err());
    /// assert_eq!(error, "the operation failed: rejected");
    /// ```
    pub fn into_boxed(self) -> BoxedError {
        BoxedError(self.map_err(E::into))
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> GaveUp<E> {
    /// Boxes the last error, so that `?` takes this account whatever `E` is.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::{error::Error, time::Duration};
    ///
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, Duration::ZERO);
    /// let cancelled = poller.cancel(Duration::ZERO);
    /// let gave_up = cancelled.with_last_error(Some("status 503"));
    /// let error: Box<dyn Error> = gave_up.into_boxed().into();
    /// assert_eq!(error.source().unwrap().to_string(), "status 503");
    /// ```
    pub fn into_boxed(self) -> BoxedError {
        PollError::from(self).into_boxed()
    }
}
