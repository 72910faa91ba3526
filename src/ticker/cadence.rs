//! The cadence: every number that shapes the ticks, checked once.

use core::{fmt, num::NonZeroU64, time::Duration};

use super::CadenceError;
use crate::wait::nanos;

/// How often to tick, how regularly, and what to do about ticks that were missed.
///
/// A cadence is valid by construction: [`CadenceBuilder::build`] is the only way to one, and it is small, `Copy` and constant.
/// One cadence serves any number of tickers.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, First, Missed, Phase};
/// use core::time::Duration;
///
/// let cadence = Cadence::every(Duration::from_secs(60))
///     .jitter(5)
///     .first(First::Spread)
///     .phase(Phase::Locked)
///     .missed(Missed::Delay)
///     .build()?;
/// assert_eq!((cadence.interval().as_secs(), cadence.jitter()), (60, 5));
///
/// let refused = Cadence::every(Duration::ZERO).build().unwrap_err();
/// let sentence = "interval is 0 s; it must be at least 1 ns";
/// assert_eq!(refused.to_string(), sentence);
/// # Ok::<(), CadenceError>(())
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
/// use asyncpoll::{Cadence, CadenceError, First, Ticker, random_seed};
/// use core::time::Duration;
///
/// let minute = Cadence::every(Duration::from_secs(60)).jitter(0);
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
/// use asyncpoll::{Cadence, CadenceError, Phase, Ticker, random_seed};
/// use core::time::Duration;
///
/// let minute = Duration::from_secs(60);
/// let cadence = Cadence::every(minute).phase(Phase::Locked).build()?;
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
/// use asyncpoll::{Cadence, CadenceError, Missed, Phase, Ticker, random_seed};
/// use core::time::Duration;
///
/// let ten_seconds =
///     Cadence::every(Duration::from_secs(10)).jitter(0).phase(Phase::Locked);
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

/// Collects the settings of a [`Cadence`]; nothing is checked before [`build`](Self::build).
///
/// Everything here is `const`. In a constant, [`const_cadence!`](crate::const_cadence) turns a bad setting into a compile
/// error.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceBuilder, CadenceError};
/// use core::time::Duration;
///
/// const BUILDER: CadenceBuilder = Cadence::every(Duration::from_secs(60));
///
/// assert_eq!(BUILDER.build()?, BUILDER.jitter(10).build()?);
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct CadenceBuilder {
    interval: Duration,
    jitter: u8,
    first: First,
    phase: Phase,
    missed: Missed,
}

impl Cadence {
    /// Returns a builder of a cadence of one tick each `interval`: ±10 %, the first after one, free, missed ones skipped.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, First, Missed, Phase};
    /// use core::time::Duration;
    ///
    /// let cadence = Cadence::every(Duration::from_secs(60)).build()?;
    /// assert_eq!(cadence.interval(), Duration::from_secs(60));
    /// assert_eq!((cadence.jitter(), cadence.first()), (10, First::AfterOne));
    /// assert_eq!(cadence.phase(), Phase::Free);
    /// assert_eq!(cadence.missed(), Missed::Skip);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn every(interval: Duration) -> CadenceBuilder {
        let (first, phase, missed) = (First::AfterOne, Phase::Free, Missed::Skip);
        CadenceBuilder { interval, jitter: 10, first, phase, missed }
    }

    /// Returns a builder that starts from this cadence, to make another from it.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, First};
    /// use core::time::Duration;
    ///
    /// let base = Cadence::every(Duration::from_secs(60)).jitter(5).build()?;
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
    /// let cadence = Cadence::every(Duration::from_secs(60)).build()?;
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
    /// let minute = Cadence::every(Duration::from_secs(60));
    /// assert_eq!(minute.jitter(20).build()?.jitter(), 20);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn jitter(&self) -> u8 {
        self.jitter
    }

    /// Returns when the first tick is due.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, First};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::every(Duration::from_secs(60));
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
    /// use asyncpoll::{Cadence, CadenceError, Phase};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::every(Duration::from_secs(60));
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
    /// use asyncpoll::{Cadence, CadenceError, Missed};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::every(Duration::from_secs(60));
    /// let cadence = minute.missed(Missed::Burst).build()?;
    /// assert_eq!(cadence.missed(), Missed::Burst);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn missed(&self) -> Missed {
        self.missed
    }
}

impl CadenceBuilder {
    /// Sets by how many percent of the interval a gap is longer or shorter, at most; 10 unless this is called. At most 99.
    ///
    /// ```
    /// use asyncpoll::Cadence;
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::every(Duration::from_secs(60));
    /// let refused = minute.jitter(100).build().unwrap_err();
    /// let sentence = "jitter is 100 %; it must be at most 99 %";
    /// assert_eq!(refused.to_string(), sentence);
    /// ```
    pub const fn jitter(mut self, percent: u8) -> Self {
        self.jitter = percent;
        self
    }

    /// Sets when the first tick is due; [`First::AfterOne`] unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, First, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::every(Duration::from_secs(60));
    /// let cadence = minute.first(First::AtOnce).build()?;
    /// let ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
    /// assert_eq!(ticker.until_next_tick(Duration::ZERO), Duration::ZERO);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn first(mut self, first: First) -> Self {
        self.first = first;
        self
    }

    /// Sets what the time of a tick depends on; [`Phase::Free`] unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Phase, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::every(Duration::from_secs(60)).jitter(10);
    /// let cadence = minute.phase(Phase::Locked).build()?;
    /// let ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
    /// // Half of ten percent is three seconds.
    /// let first = ticker.until_next_tick(Duration::ZERO).as_secs();
    /// assert!((57..=63).contains(&first));
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// Sets what becomes of missed ticks; [`Missed::Skip`] unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Cadence, CadenceError, Missed, Ticker, random_seed};
    /// use core::time::Duration;
    ///
    /// let ten_seconds = Cadence::every(Duration::from_secs(10)).jitter(0);
    /// let cadence = ten_seconds.missed(Missed::Burst).build()?;
    /// let mut ticker = Ticker::seeded(cadence, random_seed(), Duration::ZERO);
    /// let an_hour = Duration::from_secs(3600);
    /// let made_up = core::iter::from_fn(|| ticker.tick(an_hour)).count();
    /// assert_eq!(made_up, 360);
    /// # Ok::<(), CadenceError>(())
    /// ```
    pub const fn missed(mut self, missed: Missed) -> Self {
        self.missed = missed;
        self
    }

    /// Checks every setting and returns the cadence.
    ///
    /// # Errors
    ///
    /// Says which setting is wrong, its value and its limit; each case is a variant of [`CadenceError`].
    ///
    /// ```
    /// use asyncpoll::Cadence;
    /// use core::time::Duration;
    ///
    /// let refused = Cadence::every(Duration::from_nanos(9)).jitter(90).build();
    /// assert_eq!(
    ///     refused.unwrap_err().to_string(),
    ///     "interval is 9 ns; with a jitter of 90 % it must be at least 10 ns, \
    ///      so that no gap is below 1 ns",
    /// );
    /// ```
    pub const fn build(self) -> Result<Cadence, CadenceError> {
        let Self { interval, jitter, first, phase, missed } = self;
        let nanos = match NonZeroU64::new(nanos::from_duration(interval)) {
            None => return Err(CadenceError::ZeroInterval),
            Some(nanos) if nanos.get() > nanos::LONGEST => return Err(CadenceError::IntervalTooLong { interval }),
            Some(nanos) => nanos,
        };
        if jitter > 99 {
            return Err(CadenceError::JitterAboveNinetyNine { percent: jitter });
        }
        if nanos.get() < shortest_interval(jitter) {
            return Err(CadenceError::IntervalTooShort { interval, percent: jitter });
        }
        Ok(Cadence { interval: nanos, jitter, first, phase, missed })
    }
}

/// Returns the nanoseconds of the shortest interval of which jitter of this many percent leaves one.
pub(super) const fn shortest_interval(percent: u8) -> u64 {
    // The ceiling of 100 divided by what is left; at 100 % and above nothing is.
    let left = 100_u64.saturating_sub(percent as u64);
    if left == 0 { u64::MAX } else { 100_u64.div_ceil(left) }
}

impl fmt::Debug for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { jitter, first, phase, missed, .. } = self;
        f.debug_struct("Cadence")
            .field("interval", &self.interval())
            .field("jitter", &format_args!("{jitter} %"))
            .field("first", first)
            .field("phase", phase)
            .field("missed", missed)
            .finish()
    }
}
