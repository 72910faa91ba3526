//! The two loops around a poller, one blocking and one async, over the caller's clock, sleep and poll.

use core::{ops::ControlFlow, time::Duration};

use rand_core::Rng;

use crate::{Decision, Instant, Outcome, PollError, Poller};

/// The poll that a driver asks for.
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, poll_blocking};
/// use std::time::{Duration, Instant};
///
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Instant::now());
/// let number = poll_blocking(&mut poller, |poll| {
///     // No answer may take longer than there is time, yet the last poll gets a second.
///     let longest = Duration::from_secs(10);
///     let timeout = poll.remaining.map_or(longest, |left| left.clamp(Duration::from_secs(1), longest));
///     assert_eq!(timeout, longest);
///     Outcome::<_>::Done(poll.number)
/// });
/// assert_eq!(number, Ok(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct NextPoll {
    /// Which poll it is; the first is 1.
    pub number: u32,
    /// The time since the start of the poller.
    pub elapsed: Duration,
    /// The time to the deadline, or `None` where the policy has no `max_wait`. At the last poll little is left, or nothing.
    pub remaining: Option<Duration>,
}

impl NextPoll {
    fn of<I: Instant, R: Rng>(poller: &Poller<I, R>, now: I) -> Self {
        Self { number: poller.polls().saturating_add(1), elapsed: poller.elapsed(now), remaining: poller.remaining(now) }
    }
}

/// What a sleep may return: nothing, or whether to stop polling.
///
/// `()` always goes on. `ControlFlow::Break(())` stops, and the driver returns a [`GaveUp`](crate::GaveUp) with
/// [`Reason::Cancelled`](crate::Reason::Cancelled). To stop is seen between polls only: the first poll is made even if there was
/// a reason to stop before, and a poll under way is not ended. `Option<()>` does not serve, because `None` would have to stop,
/// and with `recv_timeout(wait).ok()` it means the opposite.
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, PollError, Reason, poll_blocking_with};
/// use std::{ops::ControlFlow, sync::mpsc::{self, RecvTimeoutError}, time::{Duration, Instant}};
///
/// let (shut_down, shutting_down) = mpsc::channel();
/// shut_down.send(())?;
/// // Sleeps until something arrives: then there is a reason to stop.
/// let sleep = |wait| match shutting_down.recv_timeout(wait) {
///     Err(RecvTimeoutError::Timeout) => ControlFlow::Continue(()),
///     Ok(()) | Err(RecvTimeoutError::Disconnected) => ControlFlow::Break(()),
/// };
///
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Instant::now());
/// let ended = poll_blocking_with(&mut poller, Instant::now, sleep, |_| Outcome::<(), _>::transient("503"));
/// assert!(matches!(ended, Err(PollError::GaveUp(gave_up))
///     if gave_up.reason == Reason::Cancelled && gave_up.polls == 1 && gave_up.last_error == Some("503")));
/// # Ok::<(), mpsc::SendError<()>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say whether to go on polling",
    label = "what a sleep returned",
    note = "a sleep returns `()`, or to be able to stop `ControlFlow<()>`",
    note = "where a runtime's timer returns something else, drop it: `async |wait| {{ timer(wait).await; }}`"
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

/// Polls until the operation ends or the poller gives up, blocking, with a clock and a sleep of the caller's.
///
/// `sleep` may say stop: see [`Slept`]. It may return early: the driver then sleeps again, for what is left, and never polls
/// before a wait is over, unless the clock stands still. If the poller still has a wait to go, because it was driven before,
/// that comes first; if it has finished, nothing is polled.
///
/// # Errors
///
/// - [`PollError::Failed`] where the operation did.
/// - [`PollError::GaveUp`] where the poller gave up, was told to stop, or had finished before. The last error is the latest
///   transient one.
///
/// # Example
///
/// Ten minutes of virtual time:
///
/// ```
/// use asyncpoll::{Outcome, PollError, Policy, Poller, poll_blocking_with};
/// use core::{cell::Cell, time::Duration};
///
/// let clock = Cell::new(Duration::ZERO);
/// let sleep = |wait| clock.set(clock.get() + wait);
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), clock.get());
/// let ended = poll_blocking_with(&mut poller, || clock.get(), sleep, |_| Outcome::<()>::pending());
/// assert!(matches!(ended, Err(PollError::GaveUp(gave_up)) if gave_up.polls == 7));
/// ```
pub fn poll_blocking_with<I, R, S, T, E>(
    poller: &mut Poller<I, R>,
    mut now: impl FnMut() -> I,
    mut sleep: impl FnMut(Duration) -> S,
    mut poll: impl FnMut(NextPoll) -> Outcome<T, E>,
) -> Result<T, PollError<E>>
where
    I: Instant,
    R: Rng,
    S: Slept,
{
    let mut last_error = None;
    let mut wait = left(poller, now());
    while let Some(sleeping) = wait {
        if !sleeping.is_zero() {
            if sleep(sleeping).stops() {
                break;
            }
            wait = left_after(poller, now(), sleeping);
            if wait.is_some() {
                continue;
            }
        }
        let outcome = poll(NextPoll::of(poller, now()));
        match poller.step_keeping(outcome, now(), &mut last_error).control_flow() {
            ControlFlow::Continue(next) => wait = Some(next),
            ControlFlow::Break(ended) => return ended,
        }
    }
    Err(poller.cancel(now()).with_last_error(last_error).into())
}

/// Polls until the operation ends or the poller gives up, async, with a clock and a sleep of the caller's.
///
/// `sleep` may say stop: see [`Slept`]. The future may be dropped at any time; the poller then has its counts, and
/// [`poll_async_keeping`] leaves the last error too. It is `Send` if the parts it is made of are. As with
/// [`poll_blocking_with`], `sleep` may return early, a wait that the poller still has to go comes first, and a finished poller is
/// not polled.
///
/// If `poll` holds a `&mut` borrow of a captured client across an `.await`, the compiler says that the closure *does not
/// implement `FnMut`, because it captures some state which is needed by its return type*: no driver can lend it. Write the loop
/// around [`Poller::step`] yourself, or put the client into an async `Mutex` and lock it in the closure.
///
/// # Errors
///
/// As those of [`poll_blocking_with`].
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, poll_async_with};
/// use tokio::time::{Instant, sleep};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Instant::now());
/// let certificate = poll_async_with(&mut poller, Instant::now, sleep, async |poll| {
///     if poll.number < 4 { Outcome::<_>::pending() } else { Outcome::Done("certificate") }
/// });
/// assert_eq!(certificate.await, Ok("certificate"));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn poll_async_with<I, R, S, P, T, E>(
    poller: &mut Poller<I, R>,
    now: impl FnMut() -> I,
    sleep: impl FnMut(Duration) -> S,
    poll: impl FnMut(NextPoll) -> P,
) -> Result<T, PollError<E>>
where
    I: Instant,
    R: Rng,
    S: Future<Output: Slept>,
    P: Future<Output = Outcome<T, E>>,
{
    poll_async_keeping(poller, now, sleep, poll, &mut None).await
}

/// Polls as [`poll_async_with`] does, and keeps the last transient error where it outlives the future.
///
/// For futures that are dropped, in a `select!` or by a timeout.
///
/// # Errors
///
/// As those of [`poll_blocking_with`].
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, Reason, poll_async_keeping};
/// use tokio::time::{Duration, Instant, sleep, timeout};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let mut poller = Poller::seeded(Policy::default(), asyncpoll::random_seed(), Instant::now());
/// let mut last_error = None;
/// let polling =
///     poll_async_keeping(&mut poller, Instant::now, sleep, async |_| Outcome::<(), _>::transient("503"), &mut last_error);
/// assert!(timeout(Duration::from_secs(1), polling).await.is_err(), "a second is shorter than the first wait");
///
/// let gave_up = poller.cancel(Instant::now()).with_last_error(last_error);
/// assert_eq!((gave_up.reason, gave_up.polls, gave_up.last_error), (Reason::Cancelled, 1, Some("503")));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn poll_async_keeping<I, R, S, P, T, E>(
    poller: &mut Poller<I, R>,
    mut now: impl FnMut() -> I,
    mut sleep: impl FnMut(Duration) -> S,
    mut poll: impl FnMut(NextPoll) -> P,
    last_error: &mut Option<E>,
) -> Result<T, PollError<E>>
where
    I: Instant,
    R: Rng,
    S: Future<Output: Slept>,
    P: Future<Output = Outcome<T, E>>,
{
    let mut wait = left(poller, now());
    while let Some(sleeping) = wait {
        if !sleeping.is_zero() {
            if sleep(sleeping).await.stops() {
                break;
            }
            wait = left_after(poller, now(), sleeping);
            if wait.is_some() {
                continue;
            }
        }
        let outcome = poll(NextPoll::of(poller, now())).await;
        match poller.step_keeping(outcome, now(), last_error).control_flow() {
            ControlFlow::Continue(next) => wait = Some(next),
            ControlFlow::Break(ended) => return ended,
        }
    }
    Err(poller.cancel(now()).with_last_error(last_error.take()).into())
}

/// Returns what is left of the wait, or `None` once finished, and has the poller keep the reading.
fn left<I: Instant, R>(poller: &mut Poller<I, R>, now: I) -> Option<Duration> {
    match poller.look(Outcome::<()>::pending(), now) {
        Decision::Sleep(left) => Some(left),
        Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => None,
    }
}

/// Returns what is left of the wait after a sleep of `slept`, if it is to go on: not if the clock stands still, for then it
/// would never end.
fn left_after<I: Instant, R>(poller: &mut Poller<I, R>, now: I, slept: Duration) -> Option<Duration> {
    left(poller, now).filter(|left| !left.is_zero() && *left < slept)
}

/// Polls on this thread until the operation ends or the poller gives up, with `std::thread::sleep`.
///
/// # Errors
///
/// As those of [`poll_blocking_with`].
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, poll_blocking, random_seed};
/// use std::time::Instant;
///
/// let mut poller = Poller::seeded(Policy::default(), random_seed(), Instant::now());
/// assert_eq!(poll_blocking(&mut poller, |_| Outcome::from(Some("certificate"))), Ok("certificate"));
/// ```
#[cfg(feature = "std")]
pub fn poll_blocking<R: Rng, T, E>(
    poller: &mut Poller<std::time::Instant, R>,
    poll: impl FnMut(NextPoll) -> Outcome<T, E>,
) -> Result<T, PollError<E>> {
    poll_blocking_with(poller, std::time::Instant::now, std::thread::sleep, poll)
}

/// Polls until the operation ends or the poller gives up, async, by the clock of `std`, with a sleep of the caller's.
///
/// For runtimes whose timers follow that clock, such as smol and async-std. Under tokio prefer [`poll_async_with`] and
/// tokio's own instant, which can be paused in tests.
///
/// # Errors
///
/// As those of [`poll_blocking_with`].
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, poll_async, random_seed};
/// use std::time::{Duration, Instant};
///
/// # let sleep = |_: Duration| core::future::ready(());
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut poller = Poller::seeded(Policy::default(), random_seed(), Instant::now());
/// let certificate = poll_async(&mut poller, sleep, async |_| Outcome::from(Some("certificate"))).await;
/// assert_eq!(certificate, Ok("certificate"));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[cfg(feature = "std")]
pub async fn poll_async<R, S, P, T, E>(
    poller: &mut Poller<std::time::Instant, R>,
    sleep: impl FnMut(Duration) -> S,
    poll: impl FnMut(NextPoll) -> P,
) -> Result<T, PollError<E>>
where
    R: Rng,
    S: Future<Output: Slept>,
    P: Future<Output = Outcome<T, E>>,
{
    poll_async_with(poller, std::time::Instant::now, sleep, poll).await
}
