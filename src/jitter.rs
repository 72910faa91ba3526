//! Jitter, and the one draw that places a wait in its window.

use rand_core::Rng;

use crate::nanos;

/// How far a wait may stray from its base, so that a fleet of pollers does not march in step.
///
/// Each wait is drawn uniformly from a window around its base (the wait the ladder gives before jitter):
///
/// | jitter | window |
/// |---|---|
/// | `None`, `PlusMinus(0)` | the base itself; nothing is drawn |
/// | `PlusMinus(p)` | `[base × (1 − p %), min(base × (1 + p %), max_backoff)]` |
/// | `Full` | `[0, base]` |
/// | `Equal` | `[base / 2, base]` |
/// | `Decorrelated` | `[initial_wait, min(3 × previous wait of the ladder, max_backoff)]` |
///
/// The previous wait of the ladder is the one it drew, whatever a hint or the deadline then made of it.
///
/// A window that reaches above `max_backoff` or below a tenth of `initial_wait` is truncated there, and the draw is made
/// from what is left: the ceiling is hard, yet waits do not pile up on it. `Full`, `Equal` and `Decorrelated` are those of
/// Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
///
/// A server's hint is only ever lengthened, by at most `q` percent: `p` up to 20 for `PlusMinus(p)`, 0 for `None` and 20 for
/// the others. The last wait before the deadline has a window of its own: see [`Poller`](crate::Poller).
///
/// # Example
///
/// ```
/// use asyncpoll::{Jitter, Policy};
///
/// let policy = Policy::builder().jitter(Jitter::PlusMinus(10)).build()?;
/// let second = policy.schedule().nth(1).ok_or("a schedule has two polls")?;
/// assert_eq!((second.earliest.as_millis(), second.latest.as_millis()), (4_500, 5_500));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// Every wait is its base exactly. For a single poller, or where someone else spreads the load.
    None,
    /// Up to this many percent shorter or longer, at most 100.
    PlusMinus(u8),
    /// Anything up to the base.
    Full,
    /// At least half of the base.
    Equal,
    /// Grown from the previous wait instead of the ladder; the multiplier is not used. Where `max_backoff` is hardly above
    /// `initial_wait`, there is hardly anything to spread, the last polls of a fleet included.
    Decorrelated,
}

impl Jitter {
    /// Returns the window of the wait that follows `base`, for a ladder from `first` to `ceiling`.
    ///
    /// For `Decorrelated`, `base` is the previous wait of the ladder.
    #[inline]
    pub(crate) fn window(self, base: u64, first: u64, ceiling: u64) -> Window {
        match self {
            Self::None => Window { earliest: base, latest: base },
            Self::PlusMinus(percent) => {
                // Both fit: the spread is at most the base, and the base below 2⁶³.
                let spread = nanos::percent_of(percent, base);
                Window { earliest: base.wrapping_sub(spread), latest: base.wrapping_add(spread).min(ceiling) }
            }
            Self::Full => Window { earliest: 0, latest: base },
            Self::Equal => Window { earliest: base.div_ceil(2), latest: base },
            Self::Decorrelated => Window { earliest: first, latest: base.saturating_mul(3).min(ceiling) },
        }
    }

    /// Returns the part of `wait`, at most a fifth, by which jitter lengthens a hint or spreads the last wait.
    #[inline]
    pub(crate) const fn margin(self, wait: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::PlusMinus(percent) => nanos::percent_of(if percent < 20 { percent } else { 20 }, wait),
            Self::Full | Self::Equal | Self::Decorrelated => nanos::percent_of(20, wait),
        }
    }

    /// Draws once from `rng`, unless there is nothing to spread.
    #[inline]
    pub(crate) fn draw<R: Rng + ?Sized>(self, rng: &mut R) -> u64 {
        match self {
            Self::None => 0,
            _ => rng.next_u64(),
        }
    }
}

/// The range of nanoseconds a wait is drawn from, both ends included; `earliest` is never above `latest`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) earliest: u64,
    pub(crate) latest: u64,
}

impl Window {
    /// Truncates the window so that it starts no earlier than `start`, which must not be above `latest`.
    #[inline]
    pub(crate) fn not_before(self, start: u64) -> Self {
        Self { earliest: self.earliest.max(start), ..self }
    }

    /// Truncates the window so that it ends before `end`, which must be above `earliest`.
    pub(crate) fn before(self, end: u64) -> Self {
        Self { latest: self.latest.min(end.saturating_sub(1)), ..self }
    }

    /// Returns the window with the later of both starts and the later of both ends.
    #[inline]
    pub(crate) fn later(self, other: Self) -> Self {
        Self { earliest: self.earliest.max(other.earliest), latest: self.latest.max(other.latest) }
    }

    /// Returns the wait that `draw` stands for: `earliest` + ⌊`draw` × width / 2⁶⁴⌋.
    ///
    /// One multiplication and no rejection, so that a constant generator is a legal one. Some waits are likelier than
    /// others by at most width / 2⁶⁴.
    #[inline]
    pub(crate) fn at(self, draw: u64) -> u64 {
        // No window is as wide as 2⁶⁴, because none starts at zero; so neither sum overflows.
        let width = self.latest.wrapping_sub(self.earliest).wrapping_add(1);
        let offset = u128::from(draw).wrapping_mul(width.into()) >> 64;
        self.earliest.wrapping_add(offset as u64)
    }
}
