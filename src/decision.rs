//! What to do next: the poller's output.

use core::{convert::Infallible, time::Duration};

use crate::GaveUp;

/// What to do after a poll. Every case is to be handled: `while let Sleep(d) = …` would throw the end away.
///
/// # Example
///
/// ```
/// use asyncpoll::{Decision, Outcome, Policy, Poller};
/// use core::time::Duration;
///
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
/// match poller.step(Outcome::from(Some("a disk image")), Duration::ZERO) {
///     Decision::Sleep(wait) => unreachable!("nothing is left to wait {wait:?} for"),
///     Decision::Done(image) => assert_eq!(image, "a disk image"),
///     Decision::Failed(never) => match never {},
///     Decision::GaveUp(gave_up) => unreachable!("{gave_up}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the decision says whether to poll again, and carries the result"]
#[expect(clippy::exhaustive_enums, reason = "a loop must handle every case, and the compiler should see that it does")]
pub enum Decision<T, E = Infallible> {
    /// Wait so long, then poll again.
    Sleep(Duration),
    /// The operation has succeeded: the value of [`Outcome::Done`](crate::Outcome::Done).
    Done(T),
    /// The operation has failed: the error of [`Outcome::Failed`](crate::Outcome::Failed).
    Failed(E),
    /// Polling has stopped without either; the operation may still be going on.
    GaveUp(GaveUp<E>),
}
