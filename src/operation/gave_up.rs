//! How polling ended before the operation did: why, and after what.

use core::{convert::Infallible, fmt, time::Duration};

use crate::sentence::Sentence;

/// Polling ended before the operation did: why, after how many polls and how long, and what went wrong last.
///
/// It is an [`Error`](core::error::Error) whose source is `last_error`, if `E` is an error. For any other `E`, or a borrowed
/// one, `into_boxed`, [`map_err`](Self::map_err) and [`split`](Self::split) make it one.
///
/// # Example
///
/// ```
/// use asyncpoll::{Decision, Outcome, Policy, PolicyError, Poller, Reason};
/// use core::time::Duration;
///
/// let policy = Policy::builder().max_polls(1).build()?;
/// let mut poller =
///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
/// let hint = Duration::from_secs(30);
/// match poller.step(
///     Outcome::<(), _>::transient("503").retry_after(hint),
///     Duration::from_secs(2),
/// ) {
///     Decision::GaveUp(gave_up) => {
///         assert_eq!(gave_up.reason, Reason::MaxPolls);
///         assert_eq!(
///             (gave_up.polls, gave_up.errors, gave_up.elapsed),
///             (1, 1, Duration::from_secs(2))
///         );
///         assert_eq!(
///             (gave_up.retry_after, gave_up.last_error),
///             (Some(hint), Some("503"))
///         );
///         assert_eq!(
///             gave_up.to_string(),
///             "gave up after 1 poll in 2 s: max_polls was reached; retry in 30 s"
///         );
///     }
///     _ => unreachable!("one poll is the limit"),
/// }
/// # Ok::<(), PolicyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub struct GaveUp<E = Infallible> {
    /// Why.
    pub reason: Reason,
    /// The number of polls made.
    pub polls: u32,
    /// The number of those that found an error and left the operation unfinished, `Transient` or `Throttled`.
    pub errors: u32,
    /// The length of the run of transient errors at the end. A poll that was throttled neither lengthens nor ends it.
    pub consecutive_errors: u32,
    /// The number of polls that were throttled.
    pub throttled: u32,
    /// The time from the start of the poller to its end.
    pub elapsed: Duration,
    /// The hint of the outcome that ended it or, if it had finished before, of the one just fed: how long from then on the server
    /// asked us to wait. If it was cancelled, what was left of a hint. If a fleet ended it for a hold, what was left of that.
    pub retry_after: Option<Duration>,
    /// The error of the outcome that ended it or, if it had finished before, of the one just fed; else the one that
    /// [`step_keeping`](crate::Poller::step_keeping) kept.
    #[source]
    pub last_error: Option<E>,
    /// Whether the poll that ended it, or the one just fed, failed: if not, a `last_error` that
    /// [`step_keeping`](crate::Poller::step_keeping) kept is an earlier poll's.
    pub found_error: bool,
    /// Whether it ended while some of `max_wait` was left.
    pub is_early: bool,
}

impl<E> GaveUp<E> {
    /// Changes the last error, to `String` or a boxed error for instance.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let gave_up = poller.cancel(Duration::ZERO).with_last_error(Some(503));
    /// assert_eq!(
    ///     gave_up.map_err(|status| format!("status {status}")).last_error.as_deref(),
    ///     Some("status 503")
    /// );
    /// ```
    pub fn map_err<F>(self, f: impl FnOnce(E) -> F) -> GaveUp<F> {
        let (gave_up, last_error) = self.split();
        gave_up.with_last_error(last_error.map(f))
    }

    /// Puts `last_error` in the place of the one there is.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let kept = Some("connection reset");
    /// assert_eq!(
    ///     poller.cancel(Duration::ZERO).with_last_error(kept).last_error,
    ///     kept
    /// );
    /// ```
    pub fn with_last_error<F>(self, last_error: Option<F>) -> GaveUp<F> {
        let Self {
            reason,
            polls,
            errors,
            consecutive_errors,
            throttled,
            elapsed,
            retry_after,
            last_error: _,
            found_error,
            is_early,
        } = self;
        GaveUp { reason, polls, errors, consecutive_errors, throttled, elapsed, retry_after, last_error, found_error, is_early }
    }

    /// Takes the last error out, so that what remains is a `'static` error whatever `E` is.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let (gave_up, last_error) =
    ///     poller.cancel(Duration::ZERO).with_last_error(Some("reset")).split();
    /// let boxed: Box<dyn core::error::Error + Send + Sync> = gave_up.into();
    /// assert_eq!(
    ///     (boxed.to_string().as_str(), last_error),
    ///     ("gave up after 0 polls in 0 s: cancelled", Some("reset"))
    /// );
    /// ```
    pub fn split(mut self) -> (GaveUp, Option<E>) {
        let last_error = self.last_error.take();
        (self.with_last_error(None), last_error)
    }
}

impl<E> fmt::Display for GaveUp<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = Sentence::new()
            .text("gave up after ")
            .number(self.polls.into())
            .text(if self.polls == 1 { " poll in " } else { " polls in " })
            .duration(self.elapsed)
            .text(": ")
            .text(match self.reason {
                Reason::MaxWait if self.is_early => "no poll is left before max_wait",
                reason => reason.text(),
            });
        let sentence = match self.retry_after {
            Some(retry_after) => sentence.text("; retry in ").duration(retry_after),
            None => sentence,
        };
        // After the end, and beside a cancellation, the error is the caller's.
        let is_polls = !matches!(self.reason, Reason::Cancelled | Reason::Finished);
        let is_stale = is_polls && self.last_error.is_some() && !self.found_error;
        let sentence = if is_stale { sentence.text("; the last error is from an earlier poll") } else { sentence };
        f.pad(sentence.as_str())
    }
}

/// Why polling ended before the operation did.
///
/// # Example
///
/// ```
/// use asyncpoll::Reason;
///
/// assert_eq!(Reason::MaxPolls.to_string(), "max_polls was reached");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The poller was cancelled.
    Cancelled,
    /// As many transient errors came in a row as `max_consecutive_errors` allows.
    MaxConsecutiveErrors,
    /// The poller had finished before: with a result, by giving up or by being cancelled.
    Finished,
    /// As many polls were made as `max_polls` allows.
    MaxPolls,
    /// The deadline has come, or the last wait before it is over. Jitter ends that wait up to `initial_wait` before the
    /// deadline, and the sentence then says that no poll is left.
    MaxWait,
    /// The server asked us to come back after the deadline, so there is nothing to wait for. It may be the first poll that
    /// learns so, or in a fleet the poll of another operation. [`GaveUp::retry_after`] says when a new poller makes sense.
    RetryAfterPastDeadline,
}

impl Reason {
    const fn text(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::MaxConsecutiveErrors => "max_consecutive_errors was reached",
            Self::Finished => "already finished",
            Self::MaxPolls => "max_polls was reached",
            Self::MaxWait => "max_wait elapsed",
            Self::RetryAfterPastDeadline => "the server asked for a wait that ends after the deadline",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}
