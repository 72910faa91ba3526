//! What `build` refuses, and the sentence it says.

use core::{fmt, time::Duration};

use crate::{sentence::Sentence, wait::nanos};

/// A setting that no limits can have: which, its value and its limit.
///
/// # Example
///
/// ```
/// use asyncpoll::fleet::{Limits, LimitsError};
/// use core::time::Duration;
///
/// let error = Limits::builder().rate(40, Duration::ZERO).build().unwrap_err();
/// assert_eq!(error, LimitsError::NoTime { polls: 40 });
/// assert_eq!(
///     error.to_string(),
///     "rate is 40 polls per 0 s; the time must be at least 1 ns"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// A duration is zero.
    ZeroDuration {
        /// The setter's name.
        field: &'static str,
    },
    /// A number is zero. To have no limit, clear it.
    ZeroCount {
        /// The setter's name.
        field: &'static str,
    },
    /// A duration is above 2⁶³−1 ns, 292 years.
    TooLong {
        /// The setter's name.
        field: &'static str,
        /// What it was given.
        value: Duration,
    },
    /// No poll could be made at all.
    NoPolls {
        /// In this time.
        per: Duration,
    },
    /// The polls would have no time.
    NoTime {
        /// So many.
        polls: u32,
    },
    /// The time of the polls is above 2⁶³−1 ns, 292 years.
    RateTooLong {
        /// This one.
        per: Duration,
    },
}

impl LimitsError {
    /// Returns the error as text without a formatter: `const_limits!` panics with it at compile time.
    #[doc(hidden)]
    pub const fn sentence(&self) -> Sentence {
        let sentence = Sentence::new();
        let longest = Duration::from_nanos(nanos::LONGEST);
        match *self {
            Self::ZeroDuration { field } => sentence.text(field).text(" is 0 s; it must be at least 1 ns"),
            Self::ZeroCount { field } => sentence.text(field).text(" is 0; it must be at least 1"),
            Self::TooLong { field, value } => sentence.text(field).text(" is ").too_long(value, longest),
            Self::NoPolls { per } => sentence.text("rate is 0 polls per ").duration(per).text("; it must be at least 1 poll"),
            Self::NoTime { polls } => {
                sentence.text("rate is ").number(polls as u64).text(" polls per 0 s; the time must be at least 1 ns")
            }
            Self::RateTooLong { per } => sentence
                .text("rate is per ")
                .duration_beside(per, longest)
                .text("; the time must be at most ")
                .duration_beside(longest, per),
        }
    }
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.sentence().as_str())
    }
}
