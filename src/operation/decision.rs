//! What to do next: the poller's output.

use core::{convert::Infallible, ops::ControlFlow, time::Duration};

use super::{GaveUp, PollError};

/// What to do after a poll. Handle every case: `while let Sleep(d) = …` would throw the end away.
///
/// # Example
///
/// ```
/// use asyncpoll::{Decision, Outcome, Policy, Poller};
/// use core::time::Duration;
///
/// let mut poller =
///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
/// match poller.step(Outcome::from(Some("a disk image")), Duration::ZERO) {
///     Decision::Sleep(wait) => {
///         unreachable!("nothing is left to wait {wait:?} for")
///     }
///     Decision::Done(image) => assert_eq!(image, "a disk image"),
///     Decision::Failed(never) => match never {},
///     Decision::GaveUp(gave_up) => unreachable!("{gave_up}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the decision says whether to poll again, and carries the result"]
#[expect(clippy::exhaustive_enums, reason = "a loop must handle every case, and the compiler should see that it does")]
pub enum Decision<T, E = Infallible> {
    /// Sleep this long, then poll again.
    Sleep(Duration),
    /// The operation has succeeded: the value of [`Outcome::Done`](crate::Outcome::Done).
    Done(T),
    /// The operation has failed: the error of [`Outcome::Failed`](crate::Outcome::Failed).
    Failed(E),
    /// Polling has stopped without either; the operation may still be going on.
    GaveUp(GaveUp<E>),
}

impl<T, E> Decision<T, E> {
    /// Turns into two cases: go on after a wait, or return how it ended.
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, PollError, Poller};
    /// use core::{ops::ControlFlow, time::Duration};
    ///
    /// fn wait_for(
    ///     poll: impl Fn(Duration) -> Outcome<u8, &'static str>,
    /// ) -> Result<u8, PollError<&'static str>> {
    ///     let mut now = Duration::ZERO;
    ///     let mut poller =
    ///         Poller::seeded(Policy::default(), asyncpoll::random_seed(), now);
    ///     loop {
    ///         match poller.step(poll(now), now).control_flow() {
    ///             ControlFlow::Continue(wait) => now += wait,
    ///             ControlFlow::Break(ended) => return ended,
    ///         }
    ///     }
    /// }
    ///
    /// assert_eq!(
    ///     wait_for(|now| if now.is_zero() {
    ///         Outcome::pending()
    ///     } else {
    ///         Outcome::Done(7)
    ///     }),
    ///     Ok(7)
    /// );
    /// ```
    pub fn control_flow(self) -> ControlFlow<Result<T, PollError<E>>, Duration> {
        match self {
            Self::Sleep(wait) => ControlFlow::Continue(wait),
            Self::Done(value) => ControlFlow::Break(Ok(value)),
            Self::Failed(error) => ControlFlow::Break(Err(PollError::Failed(error))),
            Self::GaveUp(gave_up) => ControlFlow::Break(Err(gave_up.into())),
        }
    }
}
