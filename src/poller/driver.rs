//! The two loops around a poller, one blocking and one async, over the caller's clock, sleep and poll.

mod next;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "driver/untraced.rs"]
mod trace;
mod turns;

use core::{ops::ControlFlow, time::Duration};

use rand_core::Rng;

use self::{
    trace::Trace,
    turns::{Turn, Turns},
};
use super::Poller;
use crate::{
    instant::Instant,
    operation::{Outcome, PollError},
    slept::Slept,
};

pub use self::next::{NextPoll, NextWait};

/// A loop around a [`Poller`]: polls until the operation ends or the poller gives up, with the caller's clock and sleep.
///
/// Set options, then call [`poll_blocking`](Self::poll_blocking) or [`poll_async`](Self::poll_async). If a wait is left, because
/// the poller was driven or stepped before, the loop sleeps that first; if the poller has finished, nothing is polled.
///
/// A driver never polls before a wait is over: if the sleep returns early, it sleeps again for what is left, and a sleep that
/// returns at once makes it spin until then. If the clock does not move during a sleep, the driver reads it ten thousand times more,
/// and then sleeps a hundredth of what is left, or a millisecond if that is more. Once a hundred of those sleeps in a row have not
/// moved the clock either, it is taken to stand still: the driver polls, because the wait would never end.
///
/// # Example
///
/// Ten minutes of virtual time:
///
/// ```
/// use asyncpoll::{Driver, Outcome, Policy, Poller};
/// use core::{cell::Cell, time::Duration};
///
/// let clock = Cell::new(Duration::ZERO);
/// let now = || clock.get();
/// let sleep = |wait| clock.set(clock.get() + wait);
///
/// let seed = asyncpoll::random_seed();
/// let mut poller = Poller::seeded(Policy::default(), seed, now());
/// let mut log = Vec::new();
/// let ended = Driver::new(now, sleep)
///     .on_wait(|wait| log.push((wait.polls, wait.error.copied())))
///     .poll_blocking(&mut poller, |poll| match poll.number {
///         1 => Outcome::<(), _>::transient("503"),
///         2 => Outcome::pending(),
///         _ => Outcome::Failed("rejected"),
///     });
/// assert_eq!(ended.unwrap_err().error(), Some(&"rejected"));
/// assert_eq!(log, [(1, Some("503")), (2, None)]);
/// ```
#[derive(Debug)]
#[must_use = "drivers do nothing until they are told what to poll"]
pub struct Driver<'a, N, S, E, W = fn(NextWait<'_, E>)> {
    now: N,
    sleep: S,
    on_wait: W,
    last_error: Option<&'a mut Option<E>>,
    trace: Trace<E>,
}

impl<N, S, E> Driver<'_, N, S, E> {
    /// Makes a driver that reads the clock with `now` and waits with `sleep`.
    ///
    /// What `sleep` returns, or its future does, is a [`Slept`]: it may say stop.
    ///
    /// ```
    /// use asyncpoll::{Driver, Outcome, Policy, Poller};
    /// use std::{thread, time::Instant};
    ///
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
    /// let ended = Driver::new(Instant::now, thread::sleep)
    ///     .poll_blocking(&mut poller, |_| Outcome::from(Some("issued")));
    /// assert_eq!(ended, Ok("issued"));
    /// ```
    pub fn new<I, Z>(now: N, sleep: S) -> Self
    where
        N: FnMut() -> I,
        S: FnMut(Duration) -> Z,
    {
        Self { now, sleep, on_wait: |_| {}, last_error: None, trace: Trace::new() }
    }
}

impl<'a, N, S, E, W> Driver<'a, N, S, E, W> {
    /// Tells `on_wait` of each wait before it is slept, for a log.
    ///
    /// If the closure calls a method of the error, the compiler asks for types of the `Driver`. What it lacks is that of the error:
    /// name it, as in `|wait: NextWait<'_, io::Error>|`.
    ///
    /// ```
    /// use asyncpoll::{Driver, Outcome, Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().max_polls(3).build()?;
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(policy, seed, Duration::ZERO);
    /// let mut waits = 0;
    /// let ended = Driver::new(|| Duration::ZERO, |_| ())
    ///     .on_wait(|_| waits += 1)
    ///     .poll_blocking(&mut poller, |_| Outcome::<()>::pending());
    /// assert!(ended.is_err());
    /// assert_eq!(waits, 2);
    /// # Ok::<(), asyncpoll::PolicyError>(())
    /// ```
    pub fn on_wait<F: FnMut(NextWait<'_, E>)>(self, on_wait: F) -> Driver<'a, N, S, E, F> {
        let Self { now, sleep, on_wait: _, last_error, trace } = self;
        Driver { now, sleep, on_wait, last_error, trace }
    }

    /// Keeps the last error of a poll in `last_error`, which outlives the loop.
    ///
    /// For futures that are dropped, in a `select!` or by a timeout, and for polls that panic. Otherwise it is not needed: when
    /// the poller gives up, the error moves into [`GaveUp::last_error`](crate::GaveUp::last_error), as it does in
    /// [`step_keeping`](Poller::step_keeping).
    ///
    /// ```
    /// use asyncpoll::{Driver, Outcome, Policy, Poller, Reason};
    /// use tokio::time::{Duration, Instant, sleep, timeout};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
    /// let mut last_error = None;
    /// let polling = Driver::new(Instant::now, sleep)
    ///     .last_error(&mut last_error)
    ///     .poll_async(&mut poller, async |_| Outcome::<(), _>::transient("503"));
    /// let ended = timeout(Duration::from_secs(1), polling).await;
    /// assert!(ended.is_err(), "a second is shorter than the first wait");
    ///
    /// let cancelled = poller.cancel(Instant::now());
    /// let gave_up = cancelled.with_last_error(last_error);
    /// assert_eq!(gave_up.reason, Reason::Cancelled);
    /// assert_eq!(gave_up.last_error, Some("503"));
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn last_error(self, last_error: &'a mut Option<E>) -> Self {
        Self { last_error: Some(last_error), ..self }
    }

    /// Shows errors in the [events](crate#events) of the feature `tracing`, as text.
    ///
    /// A driver takes errors of any type, even of a type that cannot be displayed. So it has to be told.
    ///
    /// ```
    /// use asyncpoll::{Driver, Outcome, Policy, Poller};
    /// use core::{cell::Cell, time::Duration};
    /// # use std::{io, sync::{Arc, Mutex}};
    ///
    /// # #[derive(Clone, Default)]
    /// # struct Log(Arc<Mutex<Vec<u8>>>);
    /// # impl io::Write for Log {
    /// #     fn write(&mut self, line: &[u8]) -> io::Result<usize> {
    /// #         self.0.lock().unwrap().write(line)
    /// #     }
    /// #     fn flush(&mut self) -> io::Result<()> { Ok(()) }
    /// # }
    /// # let log = Log::default();
    /// # let writer = log.clone();
    /// let subscriber = tracing_subscriber::fmt()
    ///     .with_ansi(false)
    ///     .without_time()
    ///     .with_writer(move || writer.clone())
    ///     .finish();
    ///
    /// let clock = Cell::new(Duration::ZERO);
    /// let sleep = |wait| clock.set(clock.get() + wait);
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, clock.get());
    /// let ended = tracing::subscriber::with_default(subscriber, || {
    ///     Driver::new(|| clock.get(), sleep)
    ///         .trace_errors()
    ///         .poll_blocking(&mut poller, |_| Outcome::<(), _>::Failed("rejected"))
    /// });
    /// assert!(ended.is_err());
    /// let line = " WARN asyncpoll: failed polls=1 errors=0 throttled=0 \
    ///             elapsed=0ns error=rejected\n";
    /// # let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    /// assert_eq!(log, line);
    /// ```
    #[cfg(feature = "tracing")]
    pub fn trace_errors(self) -> Self
    where
        E: core::fmt::Display,
    {
        Self { trace: Trace::with_errors(), ..self }
    }

    /// Polls on this thread.
    ///
    /// # Errors
    ///
    /// - [`PollError::Failed`] if the operation failed.
    /// - [`PollError::GaveUp`] if the poller gave up, was told to stop, or had finished before. The last error is the latest
    ///   transient one.
    ///
    /// # Example
    ///
    /// ```
    /// use asyncpoll::{Driver, Outcome, PollError, Policy, Poller};
    /// use core::{cell::Cell, time::Duration};
    ///
    /// let clock = Cell::new(Duration::ZERO);
    /// let sleep = |wait| clock.set(clock.get() + wait);
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, clock.get());
    /// let ended = Driver::new(|| clock.get(), sleep)
    ///     .poll_blocking(&mut poller, |_| Outcome::<()>::pending());
    /// let Err(PollError::GaveUp(gave_up)) = ended else { unreachable!() };
    /// assert_eq!((gave_up.polls, gave_up.elapsed), (7, clock.get()));
    /// ```
    pub fn poll_blocking<I, R, Z, T>(
        self,
        poller: &mut Poller<I, R>,
        mut poll: impl FnMut(NextPoll) -> Outcome<T, E>,
    ) -> Result<T, PollError<E>>
    where
        I: Instant,
        R: Rng,
        N: FnMut() -> I,
        S: FnMut(Duration) -> Z,
        Z: Slept,
        W: FnMut(NextWait<'_, E>),
    {
        let Self { now, mut sleep, on_wait, last_error, trace } = self;
        let mut turns = Turns::new(poller, now, on_wait, trace);
        let mut no_slot = None;
        let last_error = last_error.unwrap_or(&mut no_slot);
        loop {
            let turned = match turns.next(last_error.as_ref()) {
                Turn::Sleep(wait) => {
                    if sleep(wait).stops() {
                        return turns.cancel(last_error);
                    }
                    ControlFlow::Continue(())
                }
                Turn::Poll(next) => turns.found(poll(next), last_error),
                Turn::Lost => turns.found(Outcome::pending(), last_error),
                Turn::Finished => return turns.cancel(last_error),
            };
            if let ControlFlow::Break(ended) = turned {
                return ended;
            }
        }
    }

    /// Polls as a future, which is `Send` if the parts it is made of are.
    ///
    /// The future may be dropped at any time: the poller then has its counts, and [`last_error`](Self::last_error) the error. A poll
    /// that is dropped with it is not counted, and the next future makes it again; once `max_wait` is over, that ends instead. So do
    /// not make a new future at each turn of a `select!` whose other branches are faster than a poll: pin one before the loop, and
    /// select on `&mut` of it, as the third example does.
    ///
    /// A poll that needs a `&mut` of a captured client does not compile, and the compiler says that it *captures state from its
    /// environment*, or that a *captured variable cannot escape*. A driver that could lend it would have a future that
    /// `tokio::spawn` refuses. There are two ways: the loop of the second example, or an async `Mutex` around the client, of which
    /// a `Mutex::new(self)` in a method of the client is one.
    ///
    /// # Errors
    ///
    /// As those of [`poll_blocking`](Self::poll_blocking).
    ///
    /// # Example
    ///
    /// ```
    /// use asyncpoll::{Driver, Outcome, Policy, Poller};
    /// use tokio::time::{Instant, sleep};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
    /// let issued = Driver::new(Instant::now, sleep)
    ///     .poll_async(&mut poller, async |poll| {
    ///         Outcome::from((poll.number == 4).then_some("issued"))
    ///     });
    /// assert_eq!(issued.await, Ok("issued"));
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// A client whose polls need it for themselves:
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, PollError, Poller};
    /// use core::ops::ControlFlow;
    /// use tokio::time::{Instant, sleep};
    ///
    /// struct Client {
    ///     requests: u32,
    /// }
    ///
    /// impl Client {
    ///     async fn look(&mut self) -> Outcome<&'static str, &'static str> {
    ///         self.requests += 1;
    ///         match self.requests {
    ///             4 => Outcome::Done("issued"),
    ///             _ => Outcome::transient("503"),
    ///         }
    ///     }
    ///
    ///     async fn wait(&mut self) -> Result<&'static str, PollError<&'static str>> {
    ///         let seed = asyncpoll::random_seed();
    ///         let policy = Policy::default();
    ///         let mut poller = Poller::seeded(policy, seed, Instant::now());
    ///         let mut last_error = None;
    ///         loop {
    ///             let found = self.look().await;
    ///             let now = Instant::now();
    ///             let decision = poller.step_keeping(found, now, &mut last_error);
    ///             match decision.control_flow() {
    ///                 ControlFlow::Continue(wait) => sleep(wait).await,
    ///                 ControlFlow::Break(ended) => return ended,
    ///             }
    ///         }
    ///     }
    /// }
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
    /// assert_eq!(Client { requests: 0 }.wait().await, Ok("issued"));
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// Something else that happens every second, while a poll takes three:
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, Poller, poll_async};
    /// use tokio::time::{Duration, Instant, interval, sleep};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
    /// let seed = asyncpoll::random_seed();
    /// let mut poller = Poller::seeded(Policy::default(), seed, Instant::now());
    /// let look = async |_| {
    ///     sleep(Duration::from_secs(3)).await;
    ///     Outcome::from(Some("issued"))
    /// };
    /// let polling = poll_async(&mut poller, Instant::now, sleep, look);
    /// let mut polling = core::pin::pin!(polling);
    /// let mut heartbeat = interval(Duration::from_secs(1));
    /// let mut beats = 0;
    /// let issued = loop {
    ///     tokio::select! {
    ///         issued = &mut polling => break issued,
    ///         _ = heartbeat.tick() => beats += 1,
    ///     }
    /// };
    /// assert_eq!((issued, beats > 2), (Ok("issued"), true));
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub async fn poll_async<I, R, Z, P, T>(
        self,
        poller: &mut Poller<I, R>,
        mut poll: impl FnMut(NextPoll) -> P,
    ) -> Result<T, PollError<E>>
    where
        I: Instant,
        R: Rng,
        N: FnMut() -> I,
        S: FnMut(Duration) -> Z,
        Z: Future<Output: Slept>,
        P: Future<Output = Outcome<T, E>>,
        W: FnMut(NextWait<'_, E>),
    {
        let Self { now, mut sleep, on_wait, last_error, trace } = self;
        let mut turns = Turns::new(poller, now, on_wait, trace);
        let mut no_slot = None;
        let last_error = last_error.unwrap_or(&mut no_slot);
        loop {
            let turned = match turns.next(last_error.as_ref()) {
                Turn::Sleep(wait) => {
                    if sleep(wait).await.stops() {
                        return turns.cancel(last_error);
                    }
                    ControlFlow::Continue(())
                }
                Turn::Poll(next) => turns.found(poll(next).await, last_error),
                Turn::Lost => turns.found(Outcome::pending(), last_error),
                Turn::Finished => return turns.cancel(last_error),
            };
            if let ControlFlow::Break(ended) = turned {
                return ended;
            }
        }
    }
}

/// Polls on this thread until the operation ends or the poller gives up, with the clock and the sleep of `std`.
///
/// [`Driver`] is the same with another clock or sleep, and with options.
///
/// # Errors
///
/// As those of [`Driver::poll_blocking`].
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, poll_blocking, random_seed};
/// use std::time::Instant;
///
/// let policy = Policy::default();
/// let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
/// let issued = poll_blocking(&mut poller, |_| Outcome::from(Some("issued")));
/// assert_eq!(issued, Ok("issued"));
/// ```
#[cfg(feature = "std")]
pub fn poll_blocking<R: Rng, T, E>(
    poller: &mut Poller<std::time::Instant, R>,
    poll: impl FnMut(NextPoll) -> Outcome<T, E>,
) -> Result<T, PollError<E>> {
    Driver::new(std::time::Instant::now, std::thread::sleep).poll_blocking(poller, poll)
}

/// Polls as a future until the operation ends or the poller gives up, with the clock and the sleep of a runtime.
///
/// [`Driver`] is the same with options.
///
/// # Errors
///
/// As those of [`Driver::poll_blocking`].
///
/// # Example
///
/// ```
/// use asyncpoll::{Outcome, Policy, Poller, poll_async, random_seed};
/// use tokio::time::{Instant, sleep};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
/// let policy = Policy::default();
/// let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
/// let look = async |_| Outcome::from(Some("issued"));
/// let issued = poll_async(&mut poller, Instant::now, sleep, look).await;
/// assert_eq!(issued, Ok("issued"));
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
pub async fn poll_async<I, R, Z, P, T, E>(
    poller: &mut Poller<I, R>,
    now: impl FnMut() -> I,
    sleep: impl FnMut(Duration) -> Z,
    poll: impl FnMut(NextPoll) -> P,
) -> Result<T, PollError<E>>
where
    I: Instant,
    R: Rng,
    Z: Future<Output: Slept>,
    P: Future<Output = Outcome<T, E>>,
{
    Driver::new(now, sleep).poll_async(poller, poll).await
}
