//! The builder of a cadence: raw settings, and `build`, the one gate they pass.

use core::{num::NonZeroU64, time::Duration};

use super::{Cadence, CadenceError, First, Missed, Phase};
use crate::wait::nanos;

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
/// const BUILDER: CadenceBuilder = Cadence::builder(Duration::from_secs(60));
///
/// assert_eq!(BUILDER.build()?, BUILDER.jitter(10).build()?);
/// # Ok::<(), CadenceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct CadenceBuilder {
    pub(super) interval: Duration,
    pub(super) jitter: u8,
    pub(super) first: First,
    pub(super) phase: Phase,
    pub(super) missed: Missed,
}

impl CadenceBuilder {
    /// Sets by how many percent of the interval a gap is longer or shorter, at most; 10 unless this is called. At most 99.
    ///
    /// ```
    /// use asyncpoll::Cadence;
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60));
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
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, ticker::First};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60));
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
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, ticker::Phase};
    /// use core::time::Duration;
    ///
    /// let minute = Cadence::builder(Duration::from_secs(60)).jitter(10);
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
    /// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, ticker::Missed};
    /// use core::time::Duration;
    ///
    /// let ten_seconds = Cadence::builder(Duration::from_secs(10)).jitter(0);
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
    /// let refused = Cadence::builder(Duration::from_nanos(9)).jitter(90).build();
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
