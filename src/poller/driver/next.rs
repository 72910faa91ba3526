//! What a driver tells of the poll or the wait that comes next.

use core::time::Duration;

use super::super::Poller;
use crate::{instant::Instant, wait::WaitKind};

/// The poll that a driver asks for.
///
/// # Example
///
/// ```
/// use asyncpoll::{NextPoll, Outcome, Policy, Poller, poll_blocking};
/// use std::time::{Duration, Instant};
///
/// /// No answer may take longer than there is time, yet the last poll has
/// /// a second.
/// fn timeout(poll: NextPoll) -> Duration {
///     let longest = Duration::from_secs(10);
///     let left = poll.remaining.unwrap_or(longest);
///     left.clamp(Duration::from_secs(1), longest)
/// }
///
/// let seed = asyncpoll::random_seed();
/// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
/// let ended = poll_blocking(&mut poller, |poll| {
///     Outcome::from(Some((poll.number, timeout(poll))))
/// });
/// assert_eq!(ended, Ok((1, Duration::from_secs(10))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NextPoll {
    /// Which poll it is; the first is 1.
    pub number: u32,
    /// The time since the start of the poller.
    pub elapsed: Duration,
    /// The time to the deadline, or `None` if the policy has no `max_wait`. At the last poll little is left, or nothing.
    pub remaining: Option<Duration>,
}

impl NextPoll {
    pub(super) fn of<I: Instant, R>(poller: &Poller<I, R>, now: I) -> Self {
        Self { number: poller.polls().saturating_add(1), elapsed: poller.elapsed(now), remaining: poller.remaining(now) }
    }
}

/// The wait that a driver is about to sleep: what [`Driver::on_wait`](crate::Driver::on_wait) is told.
///
/// # Example
///
/// ```
/// use asyncpoll::{Driver, NextWait, Outcome, Policy, Poller, WaitKind};
/// use core::time::Duration;
///
/// let policy = Policy::builder().max_polls(2).build()?;
/// let seed = asyncpoll::random_seed();
/// let mut poller = Poller::seeded(policy, seed, Duration::ZERO);
/// let minute = Duration::from_secs(60);
/// let ended = Driver::new(|| Duration::ZERO, |_| ())
///     .on_wait(|wait: NextWait<'_, &str>| {
///         assert!(wait.length >= minute);
///         assert_eq!((wait.kind, wait.hint), (WaitKind::Hint, Some(minute)));
///         assert!(wait.is_throttled);
///         assert_eq!((wait.polls, wait.error), (1, Some(&"429")));
///     })
///     .poll_blocking(&mut poller, |_| {
///         Outcome::<(), _>::throttled("429").retry_after(minute)
///     });
/// assert_eq!(ended.unwrap_err().into_error(), Some("429"));
/// # Ok::<(), asyncpoll::PolicyError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct NextWait<'a, E> {
    /// The number of polls made.
    pub polls: u32,
    /// How long it is.
    pub length: Duration,
    /// What decided how long it is.
    pub kind: WaitKind,
    /// What is left of the time that the server asked to wait, if it asked.
    pub hint: Option<Duration>,
    /// Whether the poll before it was throttled.
    pub is_throttled: bool,
    /// The error of the poll before it, if that found one.
    pub error: Option<&'a E>,
}

impl<'a, E> NextWait<'a, E> {
    pub(super) fn of<I, R>(poller: &Poller<I, R>, length: Duration, is_throttled: bool, last_error: Option<&'a E>) -> Self {
        // There is no wait without a `Sleep`, nor a `Sleep` without its kind.
        let kind = poller.wait_kind().unwrap_or(WaitKind::Ladder);
        let hint = poller.state.hint_left().map(Duration::from_nanos);
        Self { polls: poller.polls(), length, kind, hint, is_throttled, error: poller.latest_error(last_error) }
    }
}
