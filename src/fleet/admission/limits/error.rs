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
    /// Every refusal would be forgiven.
    ForgivesAll,
    /// No poll could be in flight.
    NoneInFlight,
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
    /// A refusal could hold for no time.
    NoHold,
    /// The longest hold is above 2⁶³−1 ns, 292 years.
    HoldTooLong {
        /// This one.
        longest_hold: Duration,
    },
    /// No answer could come in time.
    NoTimeToAnswer,
    /// The time for an answer is above 2⁶³−1 ns, 292 years.
    AnswerWithinTooLong {
        /// This one.
        answer_within: Duration,
    },
    /// The time is above 2⁶³−1 ns, 292 years.
    TooLong {
        /// This one.
        per: Duration,
    },
}

impl LimitsError {
    /// Returns the error as text without a formatter: `const_limits!` panics with it at compile time.
    #[doc(hidden)]
    pub const fn sentence(&self) -> Sentence {
        let sentence = Sentence::new();
        match *self {
            Self::ForgivesAll => sentence.text("forgive is 0; it must be at least 1"),
            Self::NoneInFlight => sentence.text("in_flight is 0; it must be at least 1"),
            Self::NoPolls { per } => sentence.text("rate is 0 polls per ").duration(per).text("; it must be at least 1 poll"),
            Self::NoTime { polls } => {
                sentence.text("rate is ").number(polls as u64).text(" polls per 0 s; the time must be at least 1 ns")
            }
            Self::NoHold => sentence.text("longest_hold is 0 s; it must be at least 1 ns"),
            Self::HoldTooLong { longest_hold } => {
                sentence.text("longest_hold is ").too_long(longest_hold, Duration::from_nanos(nanos::LONGEST))
            }
            Self::NoTimeToAnswer => sentence.text("answer_within is 0 s; it must be at least 1 ns"),
            Self::AnswerWithinTooLong { answer_within } => {
                sentence.text("answer_within is ").too_long(answer_within, Duration::from_nanos(nanos::LONGEST))
            }
            Self::TooLong { per } => {
                let longest = Duration::from_nanos(nanos::LONGEST);
                sentence
                    .text("rate is per ")
                    .duration_beside(per, longest)
                    .text("; the time must be at most ")
                    .duration_beside(longest, per)
            }
        }
    }
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.sentence().as_str())
    }
}
