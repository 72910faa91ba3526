//! The ticker: when a loop that never ends runs next. Arithmetic on the caller's clock, like that of the poller.
//!
//! A [`Ticker`] says when each [`Tick`] of a loop is due. A [`Cadence`] sets how often that is, how far ticks stray, when the
//! [`First`] is due, whether they keep to a grid ([`Phase`]) and what becomes of those that were [`Missed`]. [`tick_blocking`] and
//! [`tick_async`] are the loops. The docs of [`Ticker`] have the contract.
#![doc = include_str!("../docs/ticker.md")]

mod builder;
mod cadence;
#[cfg(feature = "serde")]
mod config;
mod constant;
mod driver;
mod error;
mod settings;

use core::time::Duration;

use rand_core::Rng;

#[cfg(feature = "chacha")]
use crate::random::SeededRng;
use crate::{
    instant::Instant,
    random::SmallRng,
    wait::{Window, nanos},
};

pub use builder::CadenceBuilder;
pub use cadence::{Cadence, First, Missed, Phase};
pub use driver::{tick_async, tick_blocking};
pub use error::CadenceError;

/// Decides when each of the ticks of a loop is due: a renewal sweep, a health check, a dispatcher of jobs.
///
/// A ticker is a plain value. It reads no clock and runs no timer: the caller passes the current instant `now` to every
/// method that needs it, and does the sleeping. `R` is the generator that jitter is drawn from, any [`rand_core::Rng`]; with
/// the feature `chacha`, a `SeededRng` unless told otherwise. A clone draws what the original draws, so use it to replay, not
/// for another loop.
///
/// The [guide](crate::ticker) says how to keep many loops apart, how to serve several in one thread, and how a loop goes on across
/// restarts.
///
/// # The contract
///
/// 1. Start one ticker for each loop, with a [`Cadence`], a seed nobody else has, and the current instant.
/// 2. Sleep for [`until_next_tick`](Self::until_next_tick).
/// 3. Read the clock, **after the sleep**, and pass it to [`tick`](Self::tick). On `None` the timer was early: go to 2.
/// 4. On a [`Tick`], do what the loop is for, and go to 2. The time that takes is no part of a gap: gaps count from when ticks
///    are due.
/// 5. To stop, leave the loop. A ticker has no end of its own.
///
/// # What is due when
///
/// The *first* tick is due as [`First`] says. Every other tick has a *place*, and is due at a time drawn uniformly around it:
///
/// | phase | the place is one interval after | and the tick is due |
/// |---|---|---|
/// | [`Free`](Phase::Free) | the tick before was due | up to the whole jitter before it or after it |
/// | [`Locked`](Phase::Locked) | the place of the tick before | up to half the jitter before it or after it |
///
/// So in either phase the gap between two ticks is the interval, give or take the jitter.
///
/// A caller who comes late gets one tick. The ticks after it whose place has passed by then are *missed*, and [`Missed`] says
/// what becomes of them. The next tick lies ahead, unless missed ticks are made up for in a burst: if the caller is so late
/// that it might not, it is drawn from what lies ahead of now and from as much on the other side of its place, so that late
/// callers do not slow a ticker down.
///
/// # What holds for every input
///
/// 1. *Envelope*: with no tick missed, each gap is within the interval, give or take the jitter, and both ends are reached.
///    Without jitter it is the interval, to the nanosecond, and nothing is drawn.
/// 2. *Rate*: a gap counts from when the tick before was due, not from when the caller came; so the mean gap is the interval,
///    however late callers are, as long as none is missed. With `Locked`, every tick is within half the jitter, rounded up to a
///    nanosecond, of its place on the grid, after a hundred years too. `Delay` is there for those who want neither.
/// 3. *Never early, never stale*: no tick is given before it is due. Once one is given, the next lies ahead, and
///    [`Tick::missed`] says how many were slept through; only `Burst` gives them one by one. To skip a century of ticks takes
///    no longer than to skip one.
/// 4. *Total*: nothing panics, overflows or loops, and the time does not run out. A clock that steps back makes no tick early.
/// 5. *Replayable, frugal*: the same cadence, seed and readings give the same ticks, everywhere. For each tick there is one
///    draw, none without jitter; the first takes none if it is due at once, and one more if it is spread.
/// 6. *Refused*: what cannot be upheld is no [`Cadence`].
///
/// # Time
///
/// The ticker keeps the latest reading of the clock that it was ticked with, and adds up what passes from one to the next. A
/// reading before the latest makes no time pass, and time goes on from it: a clock that is set back by an hour delays the next
/// tick by up to an hour, once. A counter may wrap if no two readings are half of its range apart: during a longer sleep call
/// `tick`, which takes note of the time and returns `None`.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, ticker::First};
/// use core::time::Duration;
///
/// // Virtual time: `Duration` is an instant, and so an hour takes no time at all.
/// let minute = Cadence::builder(Duration::from_secs(60)).jitter(10);
/// let cadence = minute.first(First::Spread).build()?;
/// let mut now = Duration::ZERO;
/// let mut ticker = Ticker::seeded(cadence, random_seed(), now);
/// let mut sweeps = 0;
/// while now < Duration::from_secs(3600) {
///     now += ticker.until_next_tick(now);
///     if let Some(tick) = ticker.tick(now) {
///         sweeps = tick.number;
///     }
/// }
/// assert!((55..=67).contains(&sweeps));
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ticker<I, #[cfg(feature = "chacha")] R = SeededRng, #[cfg(not(feature = "chacha"))] R> {
    cadence: Cadence,
    rng: R,
    latest: I,
    /// Since the start, in nanoseconds, as are the next two. A `u64` would be full after 584 years, or after one leap of a
    /// clock to its end, and no tick could be due after that.
    elapsed: u128,
    /// The place of the next tick. Under `Free` it is replaced by when the tick is due, which the place after it counts from.
    place: u128,
    due: u128,
    /// How many ticks were given.
    ticks: u64,
}

/// One run of a loop.
///
/// # Example
///
/// A loop of ten seconds that took 27 s once:
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed};
/// use core::time::Duration;
///
/// let cadence = Cadence::builder(Duration::from_secs(10)).jitter(0).build()?;
/// let mut ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
/// assert!(ticker.tick(Duration::from_secs(10)).is_some());
/// let tick = ticker.tick(Duration::from_secs(37)).unwrap();
/// assert_eq!((tick.number, tick.missed), (2, 1));
/// assert_eq!(tick.late, Duration::from_secs(17));
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tick {
    /// Which tick it is; the first is 1. Missed ones do not count.
    pub number: u64,
    /// How many ticks after this one had their place by now, and are not given. Zero under [`Missed::Burst`].
    pub missed: u64,
    /// How long ago it was due.
    pub late: Duration,
}

#[cfg(feature = "chacha")]
impl<I: Instant> Ticker<I> {
    /// Starts a ticker at `now` with a generator of its own: a [`SeededRng`] seeded with `seed`.
    ///
    /// The same cadence, seed and readings give the same ticks on every platform. A constant seed makes every instance of a
    /// program tick in step: take `random_seed()`, or hash what sets this loop apart.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker};
    /// use core::time::Duration;
    ///
    /// // The 64-bit FNV-1a hash of a name, for a schedule that can be replayed.
    /// let seed = "renewal sweep at host-3".bytes().fold(
    ///     0xcbf2_9ce4_8422_2325,
    ///     |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3),
    /// );
    /// let cadence = Cadence::builder(Duration::from_secs(60)).build()?;
    /// let now = Duration::ZERO;
    /// let [one, same] = [(); 2].map(|()| Ticker::seeded(cadence, seed, now));
    /// assert_eq!(one.until_next_tick(now), same.until_next_tick(now));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub fn seeded(cadence: Cadence, seed: u64, now: I) -> Self {
        Self::new(cadence, SeededRng::new(seed), now)
    }
}

impl<I: Instant> Ticker<I, SmallRng> {
    /// Starts a ticker at `now` with a small generator of its own: a [`SmallRng`] seeded with `seed`, of eight bytes.
    ///
    /// It decides by the same rules as a ticker that is `seeded`, but draws other numbers.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker};
    /// use core::time::Duration;
    ///
    /// let cadence = Cadence::builder(Duration::from_secs(60)).jitter(10).build()?;
    /// let ticker =
    ///     Ticker::small(cadence, asyncpoll::random_seed(), Duration::ZERO);
    /// let first = ticker.until_next_tick(Duration::ZERO).as_secs();
    /// assert!((54..=66).contains(&first));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub fn small(cadence: Cadence, seed: u64, now: I) -> Self {
        Self::new(cadence, SmallRng::new(seed), now)
    }
}

impl<I: Instant, R: Rng> Ticker<I, R> {
    /// Starts a ticker at `now`, drawing jitter from `rng`: at once for the first tick, unless that is due at once.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, SeededRng, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// // A reference to a generator is a generator too.
    /// let mut rng = SeededRng::new(random_seed());
    /// let cadence = Cadence::builder(Duration::from_secs(60)).jitter(10).build()?;
    /// let ticker = Ticker::new(cadence, &mut rng, Duration::ZERO);
    /// let first = ticker.until_next_tick(Duration::ZERO).as_secs();
    /// assert!((54..=66).contains(&first));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub fn new(cadence: Cadence, rng: R, now: I) -> Self {
        let mut ticker = Self { cadence, rng, latest: now, elapsed: 0, place: 0, due: 0, ticks: 0 };
        ticker.start();
        ticker
    }

    /// Gives the tick that is due at `now`, and draws when the next one is; or `None` if none is due yet.
    ///
    /// `None` changes nothing but the time: the timer was early, so sleep again for what is left.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let cadence = Cadence::builder(Duration::from_secs(10)).jitter(0).build()?;
    /// let mut ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
    /// assert_eq!(ticker.tick(Duration::from_millis(9_999)), None);
    /// let now = Duration::from_millis(10_003);
    /// let tick = ticker.tick(now).unwrap();
    /// assert_eq!((tick.number, tick.late), (1, Duration::from_millis(3)));
    /// // The three milliseconds are no part of the schedule.
    /// assert_eq!(ticker.until_next_tick(now), Duration::from_millis(9_997));
    /// # Ok::<(), CadenceError>(())
    /// ```
    #[must_use = "a tick that is not looked at is a run of the loop that does not happen"]
    pub fn tick(&mut self, now: I) -> Option<Tick> {
        self.elapsed = self.elapsed_at(now);
        self.latest = now;
        let late = self.elapsed.checked_sub(self.due)?;

        let interval = self.interval();
        let next = self.place.saturating_add(interval);
        // How many places have passed since this tick's. Most often none has, and a division of 128 bits takes its time.
        let passed =
            if self.elapsed < next { 0 } else { self.elapsed.saturating_sub(self.place).checked_div(interval).unwrap_or(0) };
        let (missed, place) = match (self.cadence.missed, self.cadence.phase) {
            (Missed::Skip, Phase::Locked) => (passed, next.saturating_add(passed.saturating_mul(interval))),
            (Missed::Skip, Phase::Free) if passed > 0 => (passed, self.elapsed.saturating_add(interval)),
            (Missed::Delay, _) => (passed, next.saturating_add(late)),
            (Missed::Skip, Phase::Free) | (Missed::Burst, _) => (0, next),
        };
        self.schedule(place);
        self.ticks = self.ticks.saturating_add(1);
        Some(Tick { number: self.ticks, missed: saturated(missed), late: Duration::from_nanos(saturated(late)) })
    }

    /// Starts anew at `now`, with a first tick as [`First`] says. The numbers of the ticks go on.
    ///
    /// For a loop that was woken by something else and has just done its work.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let seconds = Duration::from_secs;
    /// let cadence = Cadence::builder(seconds(10)).jitter(0).build()?;
    /// let mut ticker = Ticker::seeded(cadence, random_seed(), seconds(0));
    /// assert!(ticker.tick(seconds(10)).is_some());
    /// ticker.reset(seconds(17));
    /// assert_eq!(ticker.until_next_tick(seconds(17)), seconds(10));
    /// assert_eq!(ticker.tick(seconds(27)).map(|tick| tick.number), Some(2));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub fn reset(&mut self, now: I) {
        self.elapsed = self.elapsed_at(now);
        self.latest = now;
        self.start();
    }

    /// Decides when the first tick is due.
    fn start(&mut self) {
        match self.cadence.first {
            First::AfterOne => self.schedule(self.elapsed.saturating_add(self.interval())),
            First::AtOnce => self.schedule_at(self.elapsed),
            First::Spread => self.spread(),
        }
    }

    /// Decides when the first tick is due so that many tickers that are started together tick evenly.
    ///
    /// If the first tick were anywhere in the first interval, some second ticks would come before the last of the first ticks:
    /// half as many again at once.
    fn spread(&mut self) {
        let anywhere = Window { earliest: 1, latest: self.cadence.interval.get() }.at(self.rng.next_u64());
        match self.cadence.phase {
            // How long a ticker that has always been ticking has yet to go: up to the shortest gap one time is as likely as
            // another, and from there to the longest ever less so. What strays to before the start comes as long after it.
            Phase::Free => {
                // An interval later, so that nothing is negative.
                let start = self.elapsed.saturating_add(self.interval());
                self.schedule(start.saturating_add(anywhere.into()));
                let mirrored = start.saturating_mul(2).saturating_add(1).saturating_sub(self.due);
                self.schedule_at(self.due.max(mirrored).saturating_sub(self.interval()));
            }
            // The place is anywhere in the first interval in which no tick can be due before the start.
            Phase::Locked => {
                let (before, _) = self.cadence.stray();
                let place = self.elapsed.saturating_add(before.into()).saturating_add(anywhere.into());
                self.schedule(place);
            }
        }
    }

    /// Schedules the next tick exactly at `place`.
    fn schedule_at(&mut self, place: u128) {
        self.place = place;
        self.due = place;
    }

    /// Schedules the next tick around `place`, by one draw if there is jitter.
    fn schedule(&mut self, place: u128) {
        self.schedule_at(place);
        if self.cadence.jitter == 0 {
            return;
        }
        let interval = self.cadence.interval.get();
        let (before, after) = self.cadence.stray();
        let ahead = match self.cadence.missed {
            Missed::Burst => u64::MAX,
            // As far on either side: otherwise late callers would move the mean.
            Missed::Skip | Missed::Delay => saturated(place.saturating_sub(self.elapsed).saturating_sub(1)),
        };
        // Counted from an interval before the place, so that nothing is negative.
        let window =
            Window { earliest: interval.saturating_sub(before.min(ahead)), latest: interval.saturating_add(after.min(ahead)) };
        let gap = window.at(self.rng.next_u64());
        self.due = place.saturating_add(gap.into()).saturating_sub(interval.into());
        if self.cadence.phase == Phase::Free {
            self.place = self.due;
        }
    }
}

impl<I: Instant, R> Ticker<I, R> {
    /// Returns what is left at `now` until the next tick: zero if one is due.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let seconds = Duration::from_secs;
    /// let cadence = Cadence::builder(seconds(10)).jitter(0).build()?;
    /// let ticker = Ticker::seeded(cadence, random_seed(), seconds(0));
    /// assert_eq!(ticker.until_next_tick(seconds(4)), seconds(6));
    /// assert_eq!(ticker.until_next_tick(seconds(11)), seconds(0));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub fn until_next_tick(&self, now: I) -> Duration {
        Duration::from_nanos(saturated(self.due.saturating_sub(self.elapsed_at(now))))
    }

    /// Returns when the next tick is due, as the time since this ticker's start.
    ///
    /// It stays the same until that tick is given or the ticker is [reset](Self::reset), so a scheduler can sort by it. Tickers
    /// that started at different times do not compare: add to it when each of them started. A clock that is set back does not
    /// change it.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let seconds = Duration::from_secs;
    /// let cadence = Cadence::builder(seconds(10)).jitter(0).build()?;
    /// let mut first = Ticker::seeded(cadence, random_seed(), seconds(0));
    /// let second = Ticker::seeded(cadence, random_seed(), seconds(7));
    /// assert!(first.tick(seconds(13)).is_some());
    ///
    /// let due = [(&first, seconds(0)), (&second, seconds(7))]
    ///     .map(|(ticker, started)| started + ticker.due());
    /// assert_eq!(due, [seconds(20), seconds(17)]);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub fn due(&self) -> Duration {
        let (seconds, rest) = (self.due / 1_000_000_000, self.due % 1_000_000_000);
        Duration::from_secs(saturated(seconds)).saturating_add(Duration::from_nanos(saturated(rest)))
    }

    /// Returns the cadence.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let cadence = Cadence::builder(Duration::from_secs(10)).build()?;
    /// let ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
    /// assert_eq!(ticker.cadence(), &cadence);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn cadence(&self) -> &Cadence {
        &self.cadence
    }

    fn interval(&self) -> u128 {
        self.cadence.interval.get().into()
    }

    fn elapsed_at(&self, now: I) -> u128 {
        let since_latest = nanos::from_duration(now.saturating_duration_since(self.latest));
        self.elapsed.saturating_add(since_latest.into())
    }
}

/// Returns `nanos`, or what fits of it.
fn saturated(nanos: u128) -> u64 {
    u64::try_from(nanos).unwrap_or(u64::MAX)
}
