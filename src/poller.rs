//! The poller: clock and generator around one state.

mod driver;
mod restore;

use core::{mem, time::Duration};

use rand_core::Rng;

#[cfg(feature = "std")]
pub use driver::poll_blocking;
pub use driver::{Driver, NextPoll, NextWait, poll_async};

#[cfg(feature = "chacha")]
use crate::random::SeededRng;
use crate::{
    instant::Instant,
    operation::{Decision, Feed, GaveUp, Outcome, State, kept},
    policy::Policy,
    random::SmallRng,
    wait::{WaitKind, nanos},
};

/// Decides, after each poll of one operation, when to poll again or why to stop.
///
/// A poller is a plain value. It reads no clock and runs no timer: the caller passes the current instant `now` to every
/// method that needs it, and does the sleeping. `R` is the generator that jitter is drawn from, any [`rand_core::Rng`]; with
/// the feature `chacha`, a `SeededRng` unless told otherwise. A clone draws what the original draws: use it to replay, not to
/// poll something else.
///
/// # Transitions
///
/// The first row that matches decides. While polling, every outcome counts as a poll before anything else, `Done` and
/// `Failed` too; once finished, none does. *Elapsed* is the time since the start: what passed between one reading of the clock
/// and the next, added up. The *deadline* is the start plus `max_wait`; a *hint* is the outcome's `retry_after`.
///
/// | state | outcome | when | decision |
/// |---|---|---|---|
/// | any | `Done(v)`, `Failed(e)` | | `Done(v)`, `Failed(e)`; finished |
/// | finished | other | | `GaveUp(Finished)`; the error just fed is handed back |
/// | polling | `Transient` | the run of errors reaches `max_consecutive_errors` | `GaveUp(MaxConsecutiveErrors)` |
/// | polling | `Pending`, `Transient`, `Throttled` | polls reach `max_polls` | `GaveUp(MaxPolls)` |
/// | polling | any of these | elapsed is `max_wait` or more, or the last wait has been decided | `GaveUp(MaxWait)` |
/// | polling | any of these, with a hint | the hint ends after the deadline | `GaveUp(RetryAfterPastDeadline)` |
/// | polling | any of these, under `no_last_poll` | the wait would end after the deadline | `GaveUp(MaxWait)` |
/// | polling | any of these, under `no_last_poll` | | `Sleep` |
/// | polling | any of these | the wait would end within the least `s` of the deadline, or after it | `Sleep`: the last wait |
/// | polling | any of these | | `Sleep` |
///
/// *The run of errors* is the number of `Transient` outcomes since the latest `Pending`. A `Throttled` neither lengthens nor ends it:
/// the server that it comes from is alive.
///
/// The least `s` is defined with the last wait below. The hint of the table is the shorter of the outcome's and
/// [`max_hint`](crate::PolicyBuilder::max_hint). [`wait_first`](Self::wait_first) decides on a wait before the first poll, by the
/// rows from `MaxWait` on.
///
/// # Waits
///
/// *The ladder.* base₀ is `initial_wait`; each further base is the one before times the multiplier, rounded up, and
/// `max_backoff` at most. The wait is drawn uniformly from a window around its base: see [`Jitter`](crate::Jitter). No window
/// starts below a tenth of the least base, and none ends above `max_backoff`. The *least base* is `initial_wait`, or the shortest
/// of the waits of the table if that is shorter.
///
/// *The table.* If `waits` are set, they are the first bases, in their order, and the ladder starts at `initial_wait` after them.
///
/// *The head start.* If `head_start` is set, the first `Sleep` alone is drawn from it and the `q` percent after it, `q` percent of
/// the least base at least, outside the ladder and its limits; table and ladder start with the second. `q` is `hint_jitter`, or
/// follows from [`Jitter`](crate::Jitter) if that is not set.
///
/// *The hint.* The next poll is never earlier than the server asked. A hint is drawn from itself and the `q` percent after it,
/// and `max_backoff` does not bound it. A hint below the least base, zero too, is drawn as a wait of that base is, but from the
/// hint on, and up to `q` percent of the least base after it if that is later. On `Pending` the hint takes the place of the ladder's wait
/// and the ladder stays where it is. On `Transient` and `Throttled` the ladder climbs and the wait is the longer of both: of the two windows,
/// the later start and the later end. A hint never resets the ladder.
///
/// *The last wait.* In short: the last poll is made shortly before the deadline, spread over `initial_wait` at most. You need not
/// know more to use it; the rule is this. A wait that would reach the deadline is shortened, so that one last poll is made there
/// and none after it: at the deadline exactly without jitter, else at a time drawn uniformly from the `s` before it, by a draw of
/// its own. `s` is `p` percent of the time left, but at least `p` percent of the least base and at most all of that (of
/// `max_wait`, if shorter), and never more than the time left. `p` is the `q` that follows from the jitter, whatever
/// `hint_jitter` is. A wait that would end within the least such `s` of the deadline would leave no room to spread
/// the last polls over, so it is the last as well. If its window ends before the deadline, the window is truncated to leave that
/// room. If the part that is left of a window is shorter than the least `s`, that part has no room either: all of the window
/// becomes the last wait's, which starts where the window or that `s` does, whichever is earlier. With 100 s left, a window of
/// 70 to 130 s and an `s` of 20 s, the last wait is drawn from 80 to 100 s. The last wait is never shorter
/// than the hint or the head start, and never longer than the wait it replaces may be.
///
/// # Pitfalls
///
/// - `GaveUp(RetryAfterPastDeadline)` can come at the first poll, and a server that hints half of `max_wait` allows two polls:
///   leave slack in `max_wait`, or start anew after [`GaveUp::retry_after`].
/// - Without `max_wait` nothing bounds a hint: `Retry-After: 9999999999` sleeps for 317 years. Set
///   [`max_hint`](crate::PolicyBuilder::max_hint).
/// - A server that always hints zero makes you poll about every `initial_wait`; it cannot make you poll faster.
/// - Jitter may shorten a wait of the ladder. If the server has a least interval, take [`Jitter::Above`](crate::Jitter::Above).
/// - A policy without `max_wait` whose multiplier is 1/1 polls for ever, as often as the server's hints say.
/// - After the last wait, one more pending outcome ends it, even if the timer fired early. Every `Pending` counts and moves
///   the schedule on: feed what an unscheduled look found to [`look`](Self::look), after a webhook for example.
/// - [`remaining`](Self::remaining) may be zero at the last poll: it is not by itself a timeout for that poll.
/// - Read `now` after the poll, not before: a stale one makes the poller wait as if the poll had taken no time.
/// - Under a runtime's paused clock, feed instants of that clock.
/// - `while let Decision::Sleep(wait) = …` throws the end away: match every decision.
///
/// # Example
///
/// ```
/// use asyncpoll::{Decision, Outcome, Policy, Poller};
/// use core::time::Duration;
///
/// // Virtual time: `Duration` is an instant, and so an hour takes no time at all.
/// let mut now = Duration::ZERO;
/// let mut poller =
///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), now);
/// let image = loop {
///     let outcome = if now < Duration::from_secs(120) {
///         Outcome::<_>::pending()
///     } else {
///         Outcome::Done("image-17")
///     };
///     match poller.step(outcome, now) {
///         Decision::Sleep(wait) => now += wait,
///         Decision::Done(image) => break image,
///         Decision::Failed(error) => match error {},
///         Decision::GaveUp(gave_up) => return Err(gave_up.into()),
///     }
/// };
/// assert_eq!((image, poller.polls()), ("image-17", 5));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Poller<I, #[cfg(feature = "chacha")] R = SeededRng, #[cfg(not(feature = "chacha"))] R> {
    policy: Policy,
    rng: R,
    /// The latest reading of the clock: what passes from one to the next is added up.
    latest: I,
    state: State,
}

#[cfg(feature = "chacha")]
impl<I: Instant> Poller<I> {
    /// Starts a poller at `now` with a generator of its own: a [`SeededRng`] seeded with `seed`.
    ///
    /// The same policy, seed and inputs give the same decisions on every platform. A constant seed makes every instance of a
    /// program poll in step: take `random_seed()`, or hash what sets this poller apart.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// // The 64-bit FNV-1a hash of a name: a schedule that can be replayed
    /// // from a bug report.
    /// let seed =
    ///     "order-17 at host-3".bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
    ///         (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    ///     });
    /// let poller = Poller::seeded(Policy::default(), seed, Duration::ZERO);
    /// assert!(!poller.is_finished());
    /// ```
    pub fn seeded(policy: Policy, seed: u64, now: I) -> Self {
        // The state is first, so that the generator is made in its place and not copied there.
        Self { state: State::new(&policy), policy, rng: SeededRng::new(seed), latest: now }
    }
}

impl<I: Instant> Poller<I, SmallRng> {
    /// Starts a poller at `now` with a small generator of its own: a [`SmallRng`] seeded with `seed`, which makes it eight bytes
    /// longer and no more.
    ///
    /// It decides by the same rules as a poller that is `seeded`, but draws other numbers. On a chip without `random_seed()`, a
    /// seed is a number from the hardware, or a hash of the chip's serial number and the count of its starts.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller, SmallRng, random_seed};
    /// use std::time::Instant;
    ///
    /// let poller: Poller<Instant, SmallRng> =
    ///     Poller::small(Policy::default(), random_seed(), Instant::now());
    /// assert_eq!(size_of_val(&poller), size_of::<Poller<Instant, ()>>() + 8);
    /// ```
    pub const fn small(policy: Policy, seed: u64, now: I) -> Self {
        Self::new(policy, SmallRng::new(seed), now)
    }
}

impl<I: Instant, R: Rng> Poller<I, R> {
    /// Starts a poller at `now`, drawing jitter from `rng`.
    ///
    /// The first poll is due at once, before any wait. `rng` is any generator of `rand_core` 0.10, and so of `rand` 0.10; those of
    /// `rand` 0.9 do not fit. A reference to one is one too. [`FnRng`](crate::FnRng) makes one of a closure that returns a `u64`.
    /// A type of your own takes `TryRng` with an `Error` that cannot happen: it is then a [`rand_core::Rng`]. If the compiler asks
    /// for `DerefMut`, `TryRng` is missing. A poller draws 64 bits at a time.
    ///
    /// ```
    /// use asyncpoll::{FnRng, Policy, Poller, random_seed};
    /// use core::time::Duration;
    ///
    /// // In place of `random_seed`: what reads the random numbers of your chip.
    /// let rng = FnRng::new(|| random_seed());
    /// let poller = Poller::new(Policy::default(), rng, Duration::ZERO);
    /// assert_eq!(poller.due(), Some(Duration::ZERO));
    /// ```
    pub const fn new(policy: Policy, rng: R, now: I) -> Self {
        Self { policy, rng, latest: now, state: State::new(&policy) }
    }

    /// Takes what a poll found, and decides.
    ///
    /// The error of a `Transient` or `Throttled` outcome is dropped with the `Sleep` it leads to; to keep it, see
    /// [`step_keeping`](Self::step_keeping).
    ///
    /// ```
    /// use asyncpoll::{Decision, Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    ///
    /// let decision = poller.step(Outcome::<&str>::pending(), Duration::ZERO);
    /// assert_eq!(decision, Decision::Sleep(Duration::from_secs(5)));
    /// let decision =
    ///     poller.step(Outcome::<_>::Done("issued"), Duration::from_secs(5));
    /// assert_eq!(decision, Decision::Done("issued"));
    /// # Ok::<(), PolicyError>(())
    /// ```
    #[inline]
    pub fn step<T, E>(&mut self, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        self.step_keeping(outcome, now, &mut None)
    }

    /// Takes what a poll found, and decides; keeps the error of a `Transient` or `Throttled` outcome in `last_error` while sleeping.
    ///
    /// For a log at the end or on cancellation. A later error replaces what is kept, a `Pending` leaves it. When the
    /// poller gives up, what is kept moves into [`GaveUp::last_error`], unless the outcome that ended it had an error of its
    /// own; after `Done` and `Failed` it stays in `last_error`. An error that is there before this poller has seen one is not its
    /// own, and stays there.
    ///
    /// ```
    /// use asyncpoll::{Decision, Outcome, Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let mut last_error = None;
    /// let unavailable = Outcome::<(), _>::transient("503 Service Unavailable");
    /// assert!(matches!(
    ///     poller.step_keeping(unavailable, Duration::ZERO, &mut last_error),
    ///     Decision::Sleep(_)
    /// ));
    ///
    /// // The user loses patience while we sleep.
    /// let gave_up = poller.cancel(Duration::from_secs(1)).with_last_error(last_error);
    /// assert_eq!(gave_up.last_error, Some("503 Service Unavailable"));
    /// ```
    #[inline]
    pub fn step_keeping<T, E>(&mut self, outcome: Outcome<T, E>, now: I, last_error: &mut Option<E>) -> Decision<T, E> {
        let passed = self.passed(now);
        self.latest = now;
        Feed { policy: &self.policy, state: &mut self.state }.step(&mut self.rng, outcome, passed, last_error)
    }
}

impl<I: Instant, R: Rng> Poller<I, R> {
    /// Decides on a wait before the first poll, and returns it. No poll is counted.
    ///
    /// Without this call the first poll is due at once. `retry_after` is the hint of the answer that started the operation, if that
    /// gave one. The wait is the policy's first: that of the hint, of `head_start`, or of the ladder, which goes on from there. A
    /// driver sleeps it before it polls. Once there is a wait or a poll, this returns what is left of the wait, as
    /// [`look`](Self::look) does.
    ///
    /// # Errors
    ///
    /// [`GaveUp`] says why there is no wait: the hint ends after the deadline, say.
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, Poller, poll_async};
    /// use tokio::time::{Duration, Instant, sleep};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?.block_on(async {
    /// let (start, seed) = (Instant::now(), asyncpoll::random_seed());
    /// let mut poller = Poller::seeded(Policy::default(), seed, start);
    /// poller.wait_first(Duration::from_secs(30), start)?;
    ///
    /// let look = async |poll: asyncpoll::NextPoll| {
    ///     Outcome::from(Some((poll.number, start.elapsed())))
    /// };
    /// let polled = poll_async(&mut poller, Instant::now, sleep, look).await;
    /// let (number, elapsed) = polled.expect("the first poll is done");
    /// assert_eq!(number, 1);
    /// assert!(elapsed >= Duration::from_secs(30));
    /// # Ok::<_, asyncpoll::GaveUp>(())
    /// # });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn wait_first(&mut self, retry_after: impl Into<Option<Duration>>, now: I) -> Result<Duration, GaveUp> {
        let passed = self.passed(now);
        self.latest = now;
        Feed { policy: &self.policy, state: &mut self.state }.wait_first(&mut self.rng, retry_after.into(), passed)
    }
}

impl<I, R> Poller<I, R> {
    /// Starts the ladder again, because progress was seen: an order went from pending to processing, say.
    ///
    /// Nothing else changes: neither the deadline nor any count, nor a last wait already decided.
    ///
    /// ```
    /// use asyncpoll::{Decision, Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// assert_eq!(
    ///     poller.step(Outcome::<()>::pending(), Duration::ZERO),
    ///     Decision::Sleep(Duration::from_secs(5))
    /// );
    /// poller.reset_backoff();
    /// let now = Duration::from_secs(5);
    /// assert_eq!(
    ///     poller.step(Outcome::<()>::pending(), now),
    ///     Decision::Sleep(Duration::from_secs(5))
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn reset_backoff(&mut self) {
        self.state.reset_backoff(&self.policy);
    }

    /// Sets the base of the ladder's next wait, for waits of your own: from a table fitted to a log, or an estimate.
    ///
    /// The ladder goes on from there. A base outside the ladder is that of its nearer end, `initial_wait` or `max_backoff`.
    /// Under [`Jitter::Decorrelated`](crate::Jitter::Decorrelated), it stands for the previous wait. Nothing else changes: as
    /// usual, jitter is drawn, a hint or a head start goes before it, and a last wait that has been decided stays the last.
    ///
    /// ```
    /// use asyncpoll::{Decision, Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// poller.set_backoff(Duration::from_secs(40));
    /// assert_eq!(
    ///     poller.step(Outcome::<()>::pending(), Duration::ZERO),
    ///     Decision::Sleep(Duration::from_secs(40))
    /// );
    /// let now = Duration::from_secs(40);
    /// assert_eq!(
    ///     poller.step(Outcome::<()>::pending(), now),
    ///     Decision::Sleep(Duration::from_secs(120))
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn set_backoff(&mut self, base: Duration) {
        self.state.set_backoff(&self.policy, nanos::from_duration(base));
    }

    /// Returns the policy.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// assert_eq!(poller.policy(), &Policy::default());
    /// ```
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Returns the number of polls: of outcomes fed up to the end.
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let _wait = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    /// assert_eq!(poller.polls(), 1);
    /// ```
    pub const fn polls(&self) -> u32 {
        self.state.polls
    }

    /// Returns when the next poll is due, as the time since this poller's start, or `None` once finished.
    ///
    /// It stays the same until the next decision, so a scheduler can sort by it. Pollers that started at different times do not
    /// compare: add to it when each of them started.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let seed = asyncpoll::random_seed();
    /// let hour = Duration::from_secs(3600);
    ///
    /// let mut first = Poller::seeded(policy, seed, Duration::ZERO);
    /// let _five_seconds = first.step(Outcome::<()>::pending(), Duration::ZERO);
    /// let second = Poller::seeded(policy, seed, hour);
    ///
    /// let due = [(&first, Duration::ZERO), (&second, hour)]
    ///     .map(|(poller, started)| Some(started + poller.due()?));
    /// assert_eq!(due, [Some(Duration::from_secs(5)), Some(hour)]);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub const fn due(&self) -> Option<Duration> {
        if self.is_finished() { None } else { Some(Duration::from_nanos(self.state.due)) }
    }

    /// Returns what decided the latest `Sleep`, or `None` before the first.
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, Poller, WaitKind};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// assert_eq!(poller.wait_kind(), None);
    /// let _wait = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    /// assert_eq!(poller.wait_kind(), Some(WaitKind::Ladder));
    /// ```
    pub const fn wait_kind(&self) -> Option<WaitKind> {
        self.state.wait_kind
    }

    /// Returns whether the poller has come to its end: `Done`, `Failed`, `GaveUp` or cancelled.
    ///
    /// ```
    /// use asyncpoll::{Decision, Outcome, Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// assert_eq!(
    ///     poller.step(Outcome::<(), _>::Failed("rejected"), Duration::ZERO),
    ///     Decision::Failed("rejected")
    /// );
    /// assert!(poller.is_finished());
    /// ```
    #[inline]
    pub const fn is_finished(&self) -> bool {
        self.state.is_finished()
    }

    /// Takes what `step_keeping` kept.
    pub(crate) fn kept<E>(&self, last_error: &mut Option<E>) -> Option<E> {
        kept(&self.state, last_error)
    }

    /// Returns what `step_keeping` kept, if the latest poll left it.
    pub(crate) fn latest_error<'e, E>(&self, last_error: Option<&'e E>) -> Option<&'e E> {
        last_error.filter(|_| self.state.found_error)
    }
}

impl<I: Instant, R> Poller<I, R> {
    /// Takes what an unscheduled look found, one that a webhook prompted for instance, and says whether that ends it.
    ///
    /// `Done` and `Failed` end it. After anything else the wait goes on, and the `Sleep` is what is left of it: zero if a poll
    /// is due. Nothing is counted, neither a poll nor an error, and nothing is drawn, but the reading of the clock is kept. A
    /// hint is kept as well: the next poll is no earlier, and one that ends after the deadline gives up as it does in
    /// [`step`](Self::step).
    ///
    /// ```
    /// use asyncpoll::{Decision, Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let _five_seconds = poller.step(Outcome::<&str>::pending(), Duration::ZERO);
    ///
    /// let at_two_seconds =
    ///     poller.look(Outcome::<&str>::pending(), Duration::from_secs(2));
    /// assert_eq!(
    ///     (at_two_seconds, poller.polls()),
    ///     (Decision::Sleep(Duration::from_secs(3)), 1)
    /// );
    /// let at_four_seconds =
    ///     poller.look(Outcome::<_>::Done("issued"), Duration::from_secs(4));
    /// assert_eq!(at_four_seconds, Decision::Done("issued"));
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn look<T, E>(&mut self, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        let passed = self.passed(now);
        self.latest = now;
        Feed { policy: &self.policy, state: &mut self.state }.look(outcome, passed)
    }

    /// Ends polling because the caller wants to, and returns the account of it.
    ///
    /// No poll is counted. The reason is `Cancelled`, or `Finished` if the poller had finished before. If the server asked for
    /// more time than has passed, `retry_after` is what is left of that.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller, Reason};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let gave_up = poller.cancel(Duration::from_secs(3));
    /// assert_eq!(
    ///     (gave_up.reason, gave_up.elapsed),
    ///     (Reason::Cancelled, Duration::from_secs(3))
    /// );
    /// assert_eq!(poller.cancel(Duration::from_secs(4)).reason, Reason::Finished);
    /// ```
    pub fn cancel(&mut self, now: I) -> GaveUp {
        let passed = self.passed(now);
        self.latest = now;
        Feed { policy: &self.policy, state: &mut self.state }.cancel(passed)
    }

    /// Returns the time from the start to `now`, or to the end if the poller has finished.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let seed = asyncpoll::random_seed();
    /// let start = Duration::from_secs(100);
    /// let mut poller = Poller::seeded(Policy::default(), seed, start);
    /// assert_eq!(poller.elapsed(Duration::from_secs(107)), Duration::from_secs(7));
    /// poller.cancel(Duration::from_secs(107));
    /// assert_eq!(poller.elapsed(Duration::from_secs(200)), Duration::from_secs(7));
    /// ```
    pub fn elapsed(&self, now: I) -> Duration {
        Duration::from_nanos(self.elapsed_nanos(now))
    }

    /// Returns the time from `now` to the deadline, zero from there on, or `None` if the policy has no `max_wait`.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// assert_eq!(
    ///     poller.remaining(Duration::from_secs(599)),
    ///     Some(Duration::from_secs(1))
    /// );
    /// assert_eq!(poller.remaining(Duration::from_secs(601)), Some(Duration::ZERO));
    /// ```
    pub fn remaining(&self, now: I) -> Option<Duration> {
        let deadline = self.policy.deadline?;
        Some(Duration::from_nanos(deadline.left(self.elapsed_nanos(now))))
    }

    /// Returns what is left at `now` of the last `Sleep`: zero if a poll is due, `None` once finished.
    ///
    /// For a scheduler that asks many pollers which is next.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let _five_seconds = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    /// assert_eq!(
    ///     poller.until_next_poll(Duration::from_secs(2)),
    ///     Some(Duration::from_secs(3))
    /// );
    /// assert_eq!(
    ///     poller.until_next_poll(Duration::from_secs(9)),
    ///     Some(Duration::ZERO)
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn until_next_poll(&self, now: I) -> Option<Duration> {
        let left = self.state.due.saturating_sub(self.elapsed_nanos(now));
        (!self.is_finished()).then_some(Duration::from_nanos(left))
    }

    /// Notes that a driver sends a poll, and returns whether it had sent one before that nothing was fed for.
    const fn send(&mut self) -> bool {
        mem::replace(&mut self.state.is_in_flight, true)
    }

    /// Returns the time from the latest reading to `now`.
    #[inline]
    fn passed(&self, now: I) -> u64 {
        nanos::from_duration(now.saturating_duration_since(self.latest))
    }

    fn elapsed_nanos(&self, now: I) -> u64 {
        self.state.elapsed_after(self.passed(now))
    }
}
