//! What a poll found: the poller's input.

use core::{convert::Infallible, task::Poll, time::Duration};

/// What one poll found. The caller says what an answer means; see the five cases.
///
/// If polls cannot fail, `E` is [`Infallible`]; the compiler has to be told, which `Outcome::<_>` does.
///
/// # Example
///
/// ```
/// use asyncpoll::Outcome;
/// use core::time::Duration;
///
/// fn classify(
///     status: u16,
///     retry_after: Option<Duration>,
/// ) -> Outcome<&'static str, u16> {
///     match status {
///         200 => Outcome::Done("the certificate"),
///         202 => Outcome::pending().retry_after(retry_after),
///         429 => Outcome::throttled(status).retry_after(retry_after),
///         500..=599 => Outcome::transient(status).retry_after(retry_after),
///         _ => Outcome::Failed(status),
///     }
/// }
///
/// let minute = Duration::from_secs(60);
/// assert_eq!(classify(202, None), Outcome::pending());
/// let unavailable = Outcome::transient(503).retry_after(minute);
/// assert_eq!(classify(503, Some(minute)), unavailable);
/// assert_eq!(classify(403, None).error(), Some(&403));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "outcomes do nothing until passed to `Poller::step`"]
#[expect(clippy::exhaustive_enums, reason = "these five are all a poll can find, and whoever makes one should know it")]
pub enum Outcome<T, E = Infallible> {
    /// The operation is still going on. [`pending`](Self::pending) makes one.
    #[non_exhaustive]
    Pending {
        /// How long the server asked us to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// The poll itself failed in a way that says nothing about the operation: 500, a connection that broke.
    /// [`transient`](Self::transient) makes one.
    #[non_exhaustive]
    Transient {
        /// What went wrong.
        error: E,
        /// How long the server asked us to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// The server asks for fewer polls: 429, 503 with `Retry-After`, `RESOURCE_EXHAUSTED`, `slow_down`.
    /// [`throttled`](Self::throttled) makes one.
    ///
    /// It leads to the wait of a `Transient`, but it is part of no run of errors: a server that throttles is alive. A fleet takes
    /// it for a refusal, which holds back all that share the server.
    #[non_exhaustive]
    Throttled {
        /// What the server said.
        error: E,
        /// How long the server asked us to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// The operation has succeeded, with this result.
    Done(T),
    /// The operation has failed for good: rejected, denied, malformed.
    Failed(E),
}

impl<T, E> Outcome<T, E> {
    /// Returns `Pending` without a hint.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    ///
    /// assert!(matches!(
    ///     Outcome::<()>::pending(),
    ///     Outcome::Pending { retry_after: None, .. }
    /// ));
    /// ```
    pub const fn pending() -> Self {
        Self::Pending { retry_after: None }
    }

    /// Returns `Transient` without a hint.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    ///
    /// let unavailable = Outcome::<(), _>::transient(503);
    /// assert!(matches!(
    ///     unavailable,
    ///     Outcome::Transient { error: 503, retry_after: None, .. }
    /// ));
    /// ```
    pub const fn transient(error: E) -> Self {
        Self::Transient { error, retry_after: None }
    }

    /// Returns `Throttled` without a hint.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    ///
    /// let too_many = Outcome::<(), _>::throttled(429);
    /// assert!(matches!(
    ///     too_many,
    ///     Outcome::Throttled { error: 429, retry_after: None, .. }
    /// ));
    /// ```
    pub const fn throttled(error: E) -> Self {
        Self::Throttled { error, retry_after: None }
    }

    /// Sets or clears the hint of a `Pending`, `Transient` or `Throttled`; the others have none and stay as they are.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    /// use core::time::Duration;
    ///
    /// let half_a_minute = Duration::from_secs(30);
    /// let hinted = Outcome::<()>::pending().retry_after(half_a_minute);
    /// let Outcome::Pending { retry_after, .. } = hinted else { unreachable!() };
    /// assert_eq!(retry_after, Some(half_a_minute));
    /// assert_eq!(hinted.retry_after(None), Outcome::pending());
    /// ```
    pub fn retry_after(self, hint: impl Into<Option<Duration>>) -> Self {
        match self {
            Self::Pending { .. } => Self::Pending { retry_after: hint.into() },
            Self::Transient { error, .. } => Self::Transient { error, retry_after: hint.into() },
            Self::Throttled { error, .. } => Self::Throttled { error, retry_after: hint.into() },
            Self::Done(_) | Self::Failed(_) => self,
        }
    }

    /// Returns the error of a `Transient`, `Throttled` or `Failed`.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    ///
    /// assert_eq!(
    ///     Outcome::<(), _>::transient("timed out").error(),
    ///     Some(&"timed out")
    /// );
    /// assert_eq!(Outcome::<(), &str>::pending().error(), None);
    /// ```
    pub const fn error(&self) -> Option<&E> {
        match self {
            Self::Transient { error, .. } | Self::Throttled { error, .. } | Self::Failed(error) => Some(error),
            Self::Pending { .. } | Self::Done(_) => None,
        }
    }

    /// Changes the result of a `Done`.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    ///
    /// assert_eq!(Outcome::<_>::Done("17").map(str::len), Outcome::Done(2));
    /// ```
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Outcome<U, E> {
        match self {
            Self::Pending { retry_after } => Outcome::Pending { retry_after },
            Self::Transient { error, retry_after } => Outcome::Transient { error, retry_after },
            Self::Throttled { error, retry_after } => Outcome::Throttled { error, retry_after },
            Self::Done(value) => Outcome::Done(f(value)),
            Self::Failed(error) => Outcome::Failed(error),
        }
    }

    /// Changes the error of a `Transient`, `Throttled` or `Failed`.
    ///
    /// ```
    /// use asyncpoll::Outcome;
    ///
    /// assert_eq!(
    ///     Outcome::<(), _>::Failed(403).map_err(|status| status / 100),
    ///     Outcome::Failed(4)
    /// );
    /// ```
    pub fn map_err<F>(self, f: impl FnOnce(E) -> F) -> Outcome<T, F> {
        match self {
            Self::Pending { retry_after } => Outcome::Pending { retry_after },
            Self::Transient { error, retry_after } => Outcome::Transient { error: f(error), retry_after },
            Self::Throttled { error, retry_after } => Outcome::Throttled { error: f(error), retry_after },
            Self::Done(value) => Outcome::Done(value),
            Self::Failed(error) => Outcome::Failed(f(error)),
        }
    }
}

/// `Some` is done, `None` is pending: a poll that cannot fail.
///
/// ```
/// use asyncpoll::Outcome;
///
/// assert_eq!(Outcome::from(Some(7)), Outcome::Done(7));
/// assert_eq!(Outcome::from(None::<u8>), Outcome::pending());
/// ```
impl<T> From<Option<T>> for Outcome<T, Infallible> {
    fn from(found: Option<T>) -> Self {
        found.map_or_else(Self::pending, Self::Done)
    }
}

/// Ready is done or failed, pending is pending. A plain `Poll<T>` does not convert: it would take a `Ready(Err(_))` for done.
///
/// ```
/// use asyncpoll::Outcome;
/// use core::task::Poll;
///
/// let denied: Poll<Result<u8, &str>> = Poll::Ready(Err("denied"));
/// assert_eq!(Outcome::from(denied), Outcome::Failed("denied"));
/// ```
impl<T, E> From<Poll<Result<T, E>>> for Outcome<T, E> {
    fn from(found: Poll<Result<T, E>>) -> Self {
        match found {
            Poll::Pending => Self::pending(),
            Poll::Ready(Ok(value)) => Self::Done(value),
            Poll::Ready(Err(error)) => Self::Failed(error),
        }
    }
}
