//! What `build` refuses, and the sentence it says.

use core::{fmt, time::Duration};

use crate::{
    sentence::Sentence,
    wait::{
        nanos,
        waits::{self, MOST},
    },
};

/// A setting that no policy can have: which, its value and its limit.
///
/// # Example
///
/// ```
/// use asyncpoll::{Policy, PolicyError};
/// use core::time::Duration;
///
/// let error = Policy::builder().multiplier(1, 2).build().unwrap_err();
/// assert_eq!(error, PolicyError::MultiplierBelowOne { numer: 1, denom: 2 });
/// assert_eq!(error.to_string(), "multiplier is 1/2; it must be at least 1/1");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// A duration is zero.
    ZeroDuration {
        /// The setter's name.
        field: &'static str,
    },
    /// A limit on a number of polls or errors is zero. To have no limit, do not set one.
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
    /// The multiplier divides by zero.
    ZeroDenominator {
        /// The numerator beside it.
        numer: u32,
    },
    /// The multiplier would make the ladder shrink.
    MultiplierBelowOne {
        /// The multiplier's numerator.
        numer: u32,
        /// The multiplier's denominator.
        denom: u32,
    },
    /// The jitter is more than 100 %.
    JitterAboveHundred {
        /// The percentage given to [`Jitter::PlusMinus`](crate::Jitter::PlusMinus).
        percent: u8,
    },
    /// A hint would be lengthened by more than 100 %.
    HintJitterAboveHundred {
        /// The percentage that was given.
        percent: u8,
    },
    /// The ladder would start above its ceiling.
    InitialWaitAboveMaxBackoff {
        /// Where the ladder was to start.
        initial_wait: Duration,
        /// The ceiling.
        max_backoff: Duration,
    },
    /// [`Jitter::Decorrelated`](crate::Jitter::Decorrelated) draws between `initial_wait` and `max_backoff`, which are too close
    /// to spread many pollers.
    TooLittleToSpread {
        /// Where the ladder was to start.
        initial_wait: Duration,
        /// The ceiling.
        max_backoff: Duration,
    },
    /// [`Jitter::Above`](crate::Jitter::Above) lengthens `initial_wait` beyond the ceiling, and so could not keep it the shortest.
    NoRoomAbove {
        /// Where the ladder was to start.
        initial_wait: Duration,
        /// The ceiling.
        max_backoff: Duration,
        /// The jitter.
        percent: u8,
    },
    /// There are more waits before the ladder than 8.
    TooManyWaits {
        /// How many were given.
        count: usize,
    },
    /// A wait before the ladder is zero.
    ZeroWait {
        /// Which of them, counted from zero.
        index: u8,
    },
    /// A wait before the ladder is longer than the ceiling.
    WaitAboveMaxBackoff {
        /// Which of them, counted from zero.
        index: u8,
        /// What it was given.
        value: Duration,
        /// The ceiling.
        max_backoff: Duration,
    },
    /// A wait before the ladder has more than three significant digits.
    WaitTooPrecise {
        /// Which of them, counted from zero.
        index: u8,
        /// What it was given.
        value: Duration,
    },
    /// [`Jitter::Decorrelated`](crate::Jitter::Decorrelated) draws each wait from the one before, and so has no use for a table.
    DecorrelatedWaits,
    /// The operation would be expected to take longer than there is time.
    HeadStartAboveMaxWait {
        /// How long it takes at least.
        head_start: Duration,
        /// The time from the start to the deadline.
        max_wait: Duration,
    },
}

impl PolicyError {
    /// Returns the error as text without a formatter: `const_policy!` panics with it at compile time.
    #[doc(hidden)]
    pub const fn sentence(&self) -> Sentence {
        let sentence = Sentence::new();
        match *self {
            Self::ZeroDuration { field } => sentence.text(field).text(" is 0 s; it must be at least 1 ns"),
            Self::ZeroCount { field } => sentence.text(field).text(" is 0; it must be at least 1"),
            Self::TooLong { field, value } => {
                sentence.text(field).text(" is ").too_long(value, Duration::from_nanos(nanos::LONGEST))
            }
            Self::ZeroDenominator { numer } => {
                sentence.text("multiplier is ").number(numer as u64).text("/0; its denominator must be at least 1")
            }
            Self::MultiplierBelowOne { numer, denom } => sentence
                .text("multiplier is ")
                .number(numer as u64)
                .text("/")
                .number(denom as u64)
                .text("; it must be at least 1/1"),
            Self::JitterAboveHundred { percent } => {
                sentence.text("jitter is ").number(percent as u64).text(" %; it must be at most 100 %")
            }
            Self::InitialWaitAboveMaxBackoff { initial_wait, max_backoff } => sentence
                .text("initial_wait is ")
                .duration_beside(initial_wait, max_backoff)
                .text("; it must be at most max_backoff, ")
                .duration_beside(max_backoff, initial_wait),
            Self::TooLittleToSpread { initial_wait, max_backoff } => sentence
                .text("max_backoff is ")
                .duration_beside(max_backoff, initial_wait)
                .text("; with decorrelated jitter it must be at least 6/5 of initial_wait, ")
                .duration_beside(initial_wait, max_backoff),
            Self::HintJitterAboveHundred { percent } => {
                sentence.text("hint_jitter is ").number(percent as u64).text(" %; it must be at most 100 %")
            }
            Self::NoRoomAbove { initial_wait, max_backoff, percent } => sentence
                .text("max_backoff is ")
                .duration_beside(max_backoff, initial_wait)
                .text("; with a jitter of ")
                .number(percent as u64)
                .text(" % above it must be at least ")
                .number((percent as u64).wrapping_add(100))
                .text(" % of initial_wait, ")
                .duration_beside(initial_wait, max_backoff),
            Self::TooManyWaits { count } => {
                sentence.text("waits are ").number(count as u64).text("; they must be at most ").number(MOST as u64)
            }
            Self::ZeroWait { index } => sentence.text("waits[").number(index as u64).text("] is 0 s; it must be at least 1 ns"),
            Self::WaitAboveMaxBackoff { index, value, max_backoff } => sentence
                .text("waits[")
                .number(index as u64)
                .text("] is ")
                .duration_beside(value, max_backoff)
                .text("; it must be at most max_backoff, ")
                .duration_beside(max_backoff, value),
            Self::WaitTooPrecise { index, value } => {
                let rounded = Duration::from_nanos(waits::rounded(nanos::from_duration(value)));
                sentence
                    .text("waits[")
                    .number(index as u64)
                    .text("] is ")
                    .duration_beside(value, rounded)
                    .text("; it must have at most three significant digits, such as ")
                    .duration_beside(rounded, value)
            }
            Self::DecorrelatedWaits => sentence.text("jitter is decorrelated; with waits it must be another kind"),
            Self::HeadStartAboveMaxWait { head_start, max_wait } => sentence
                .text("head_start is ")
                .duration_beside(head_start, max_wait)
                .text("; it must be at most max_wait, ")
                .duration_beside(max_wait, head_start),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.sentence().as_str())
    }
}
