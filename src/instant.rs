//! The one thing that pollers and tickers ask of a clock's readings.

use core::{ops::Sub, time::Duration};

/// A reading of the caller's clock.
///
/// Implemented for every `Copy` type that can be compared and subtracted to give a [`Duration`]: the instants of std, tokio
/// and `web-time`, and `Duration` itself, which counts from whatever moment the caller likes and so serves as virtual time.
/// The readings given to one [`Poller`](crate::Poller) or [`Ticker`](crate::Ticker) must come from one clock.
///
/// # Example
///
/// A tick type of your own has one method to write. This counter wraps every 50 days, so half of its range counts as ahead and
/// half as behind. A poller adds up what passes between the readings it is given, and goes on for years if it is given one at
/// least every half of the range. During a longer wait, show it the clock:
/// `let _ = poller.look(Outcome::<()>::pending(), now)`. If a heap of wake-ups needs a clock that does not wrap, extend the counter
/// to 64 bits where you read it, and use that, or a `Duration`, as the instant.
///
/// To sleep by such a clock, round up: `wait.as_nanos().div_ceil(1_000_000)` ticks. `as_millis` rounds down, and its sleep ends
/// before the wait.
///
/// ```
/// use asyncpoll::Instant;
/// use core::time::Duration;
///
/// #[derive(Clone, Copy)]
/// struct Milliseconds(u32);
///
/// impl Instant for Milliseconds {
///     fn saturating_duration_since(&self, earlier: Self) -> Duration {
///         match self.0.wrapping_sub(earlier.0) {
///             ahead @ ..0x8000_0000 => Duration::from_millis(ahead.into()),
///             _behind => Duration::ZERO,
///         }
///     }
/// }
///
/// let (start, later) = (Milliseconds(u32::MAX - 39), Milliseconds(960));
/// assert_eq!(later.saturating_duration_since(start), Duration::from_secs(1));
/// assert_eq!(start.saturating_duration_since(later), Duration::ZERO);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot serve as a reading of a clock",
    label = "not an `asyncpoll::Instant`",
    note = "types that are `Copy + PartialOrd + Sub<Output = core::time::Duration>` are one already",
    note = "for any other `Copy` type, implement `Instant::saturating_duration_since`; wrap a foreign type in your own first"
)]
pub trait Instant: Copy {
    /// Returns the time from `earlier` to this reading, or zero if `earlier` is the later of the two.
    fn saturating_duration_since(&self, earlier: Self) -> Duration;
}

impl<T> Instant for T
where
    T: Copy + PartialOrd + Sub<Output = Duration>,
{
    #[expect(clippy::arithmetic_side_effects, reason = "the later minus the earlier")]
    #[inline]
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        if *self > earlier { *self - earlier } else { Duration::ZERO }
    }
}
