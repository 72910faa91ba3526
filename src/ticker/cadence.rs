//! The cadence: every setting that shapes the ticks, checked once.

use core::{fmt, num::NonZeroU64, time::Duration};

use super::{CadenceBuilder, settings::CadenceSetting};
use crate::{setting, wait::nanos};

/// How often to tick, how regularly, and what to do about ticks that were missed.
///
/// A cadence is valid by construction: [`CadenceBuilder::build`] is the only way to one, and it is small, `Copy` and constant.
/// One cadence serves any number of tickers.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Cadence, CadenceError,
///     ticker::{First, Missed, Phase},
/// };
/// use core::time::Duration;
///
/// let cadence = Cadence::builder(Duration::from_secs(60))
///     .jitter(5)
///     .first(First::Spread)
///     .phase(Phase::Locked)
///     .missed(Missed::Delay)
///     .build()?;
/// assert_eq!((cadence.interval().as_secs(), cadence.jitter()), (60, 5));
///
/// let refused = Cadence::builder(Duration::ZERO).build().unwrap_err();
/// let sentence = "interval is 0 s; it must be at least 1 ns";
/// assert_eq!(refused.to_string(), sentence);
/// # Ok::<(), CadenceError>(())
/// ```
///
/// # Configuration
///
/// With the feature `serde`, a cadence is read from any format that describes itself, as TOML and JSON do, and written to it, as a
/// [`Policy`](crate::Policy) is. `interval` must be there; what else is absent is as in [`Cadence::builder`].
///
/// | setting | in a file |
/// |---|---|
/// | `interval` | `"60s"`, `"1h30m"` |
/// | `jitter` | `"10%"` |
/// | `first` | `"after_one"`, `"at_once"`, `"spread"` |
/// | `phase` | `"free"`, `"locked"` |
/// | `missed` | `"skip"`, `"burst"`, `"delay"` |
///
/// ```
/// # #[cfg(feature = "serde")] {
/// use asyncpoll::{Cadence, ticker::First};
///
/// let cadence: Cadence = toml::from_str(
///     r#"
///         interval = "1m"
///         first = "spread"
///     "#,
/// )?;
/// assert_eq!((cadence.interval().as_secs(), cadence.jitter()), (60, 10));
/// assert_eq!(cadence.first(), First::Spread);
/// # }
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cadence {
    pub(super) interval: NonZeroU64,
    /// In percent.
    pub(super) jitter: u8,
    pub(super) first: First,
    pub(super) phase: Phase,
    pub(super) missed: Missed,
}

/// When a ticker ticks first.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, ticker::First};
/// use core::time::Duration;
///
/// let minute = Cadence::builder(Duration::from_secs(60)).jitter(0);
/// let first = |first| {
///     let cadence = minute.first(first).build()?;
///     let ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
///     Ok::<_, CadenceError>(ticker.until_next_tick(Duration::ZERO))
/// };
/// assert_eq!(first(First::AfterOne)?, Duration::from_secs(60));
/// assert_eq!(first(First::AtOnce)?, Duration::ZERO);
/// assert!(first(First::Spread)? <= Duration::from_secs(60));
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum First {
    /// After one interval, give or take the jitter.
    AfterOne,
    /// At the start.
    AtOnce,
    /// At some time up to the longest gap, so that of many loops that are started together no more tick in one second than in
    /// another, from the start. Under [`Phase::Free`] it is as if the ticker had always been ticking; under [`Phase::Locked`]
    /// fewer tick at the start, for as long as the jitter is.
    Spread,
}

/// What the time of a tick depends on.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, ticker::Phase};
/// use core::time::Duration;
///
/// let minute = Duration::from_secs(60);
/// let cadence = Cadence::builder(minute).phase(Phase::Locked).build()?;
/// let mut now = Duration::ZERO;
/// let mut ticker = Ticker::seeded(cadence, random_seed(), now);
/// for number in 1..=1_000 {
///     now += ticker.until_next_tick(now);
///     assert!(ticker.tick(now).is_some());
///     assert!(now.abs_diff(minute * number) <= minute / 20);
/// }
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Each gap is drawn afresh, so that tickers drift apart, and far from where they started.
    Free,
    /// Ticks keep to a grid, one interval wide, that the first tick starts; each is within half the jitter of its place on it.
    Locked,
}

/// What becomes of ticks that a caller came too late for. Names and meanings are those of tokio's `MissedTickBehavior`, which
/// overlooks five milliseconds; nothing is overlooked here.
///
/// # Example
///
/// A caller of a ticker of 10 s comes at 10 s, then at 35 s:
///
/// ```
/// use asyncpoll::{
///     Cadence, CadenceError, Ticker, random_seed,
///     ticker::{Missed, Phase},
/// };
/// use core::time::Duration;
///
/// let ten_seconds =
///     Cadence::builder(Duration::from_secs(10)).jitter(0).phase(Phase::Locked);
/// let next = |missed| {
///     let cadence = ten_seconds.missed(missed).build()?;
///     let mut ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
///     assert!(ticker.tick(Duration::from_secs(10)).is_some());
///     let now = Duration::from_secs(35);
///     assert!(ticker.tick(now).is_some());
///     Ok::<_, CadenceError>(ticker.until_next_tick(now).as_secs())
/// };
/// // The tick of 30 s is left out, and that of 40 s is next.
/// assert_eq!(next(Missed::Skip)?, 5);
/// // It comes at once.
/// assert_eq!(next(Missed::Burst)?, 0);
/// // It is left out, and all others are put off by five seconds.
/// assert_eq!(next(Missed::Delay)?, 10);
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Missed {
    /// They are left out. Under [`Phase::Locked`] the next is the next of the grid; under [`Phase::Free`] it comes after a gap
    /// from now.
    Skip,
    /// They are made up for: one a call, until the caller has caught up.
    Burst,
    /// They are left out, and a late caller moves the whole schedule: the next gap counts from now.
    Delay,
}

impl Cadence {
    /// Returns a builder of a cadence of one tick each `interval`: ±10 %, the first after one, free, missed ones skipped.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Cadence, CadenceError,
    ///     ticker::{First, Missed, Phase},
    /// };
    /// use core::time::Duration;
    ///
    /// let cadence = Cadence::builder(Duration::from_secs(60)).build()?;
    /// assert_eq!(cadence.interval(), Duration::from_secs(60));
    /// assert_eq!((cadence.jitter(), cadence.first()), (10, First::AfterOne));
    /// assert_eq!(cadence.phase(), Phase::Free);
    /// assert_eq!(cadence.missed(), Missed::Skip);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn builder(interval: Duration) -> CadenceBuilder {
        let (first, phase, missed) = (First::AfterOne, Phase::Free, Missed::Skip);
        CadenceBuilder { interval, jitter: 10, first, phase, missed }
    }

    /// Returns a builder that starts from this cadence, to make another from it.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, ticker::First};
    /// use core::time::Duration;
    ///
    /// let base = Cadence::builder(Duration::from_secs(60)).jitter(5).build()?;
    /// let spread = base.to_builder().first(First::Spread).build()?;
    /// assert_eq!((spread.jitter(), spread.first()), (5, First::Spread));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn to_builder(self) -> CadenceBuilder {
        let Self { jitter, first, phase, missed, .. } = self;
        CadenceBuilder { interval: self.interval(), jitter, first, phase, missed }
    }

    /// Returns how long before its place a tick may be due, and how long after it.
    pub(super) fn stray(&self) -> (u64, u64) {
        let jitter = nanos::percent_of(self.jitter, self.interval.get());
        match self.phase {
            Phase::Free => (jitter, jitter),
            // Two ticks that each stray by half are the whole apart. An odd nanosecond goes before the place, where a punctual
            // caller always has room for it.
            Phase::Locked => (jitter.div_ceil(2), jitter / 2),
        }
    }

    /// Returns the interval.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError};
    /// use core::time::Duration;
    ///
    /// let cadence = Cadence::builder(Duration::from_secs(60)).build()?;
    /// assert_eq!(cadence.interval(), Duration::from_secs(60));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn interval(&self) -> Duration {
        Duration::from_nanos(self.interval.get())
    }

    /// Returns the jitter, in percent of the interval.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60));
    /// assert_eq!(minute.jitter(20).build()?.jitter(), 20);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn jitter(&self) -> u8 {
        self.jitter
    }

    /// Returns when the first tick is due.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, ticker::First};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60));
    /// let cadence = minute.first(First::AtOnce).build()?;
    /// assert_eq!(cadence.first(), First::AtOnce);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn first(&self) -> First {
        self.first
    }

    /// Returns what the time of a tick depends on.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, ticker::Phase};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60));
    /// let cadence = minute.phase(Phase::Locked).build()?;
    /// assert_eq!(cadence.phase(), Phase::Locked);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Returns what becomes of missed ticks.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, ticker::Missed};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60));
    /// let cadence = minute.missed(Missed::Burst).build()?;
    /// assert_eq!(cadence.missed(), Missed::Burst);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn missed(&self) -> Missed {
        self.missed
    }
}

/// Shows every setting in units, as a file of configuration has it.
impl fmt::Debug for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        setting::debug::<CadenceSetting>("Cadence", self, f)
    }
}
