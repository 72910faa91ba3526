//! What `build` refuses, and the sentence it says.

use core::{fmt, time::Duration};

use super::builder::shortest_interval;
use crate::{sentence::Sentence, wait::nanos};

/// A setting that no cadence can have: which, its value and its limit.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceError};
/// use core::time::Duration;
///
/// let minute = Cadence::builder(Duration::from_secs(60));
/// let error = minute.jitter(120).build().unwrap_err();
/// assert_eq!(error, CadenceError::JitterAboveNinetyNine { percent: 120 });
/// assert_eq!(error.to_string(), "jitter is 120 %; it must be at most 99 %");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CadenceError {
    /// The interval is zero.
    ZeroInterval,
    /// The interval is above 2⁶³−1 ns, 292 years.
    IntervalTooLong {
        /// What it is.
        interval: Duration,
    },
    /// The jitter is above 99 %: a gap could be nothing.
    JitterAboveNinetyNine {
        /// What it is.
        percent: u8,
    },
    /// The interval is so short that its jitter may leave less than a nanosecond of it.
    IntervalTooShort {
        /// What it is.
        interval: Duration,
        /// The jitter beside it.
        percent: u8,
    },
}

impl CadenceError {
    /// Returns the error as text, also without a formatter: `const_cadence!` panics with it at compile time.
    #[doc(hidden)]
    pub const fn sentence(&self) -> Sentence {
        let sentence = Sentence::new();
        match *self {
            Self::ZeroInterval => sentence.text("interval is 0 s; it must be at least 1 ns"),
            Self::IntervalTooLong { interval } => {
                sentence.text("interval is ").too_long(interval, Duration::from_nanos(nanos::LONGEST))
            }
            Self::JitterAboveNinetyNine { percent } => {
                sentence.text("jitter is ").number(percent as u64).text(" %; it must be at most 99 %")
            }
            Self::IntervalTooShort { interval, percent } => sentence
                .text("interval is ")
                .number(nanos::from_duration(interval))
                .text(" ns; with a jitter of ")
                .number(percent as u64)
                .text(" % it must be at least ")
                .number(shortest_interval(percent))
                .text(" ns, so that no gap is below 1 ns"),
        }
    }
}

impl fmt::Display for CadenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.sentence().as_str())
    }
}
