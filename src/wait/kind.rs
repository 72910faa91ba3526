//! What decides how long a wait is.

/// What decided the length of a `Sleep`, as [`Poller::wait_kind`](crate::Poller::wait_kind) tells it, for a log line say.
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, WaitKind};
/// use core::time::Duration;
///
/// let mut poller =
///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
/// let hinted = Outcome::<()>::pending().retry_after(Duration::from_secs(60));
/// let _a_minute_or_more = poller.step(hinted, Duration::ZERO);
/// assert_eq!(poller.wait_kind(), Some(WaitKind::Hint));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WaitKind {
    /// The head start of the policy: nothing is expected earlier.
    HeadStart,
    /// The server's hint.
    Hint,
    /// The ladder.
    Ladder,
    /// The deadline: this is the last wait, and the poll after it is the last.
    Last,
}
