//! The kinds of jitter.

use super::{Window, nanos};

/// How far a wait may be from its base, so that many pollers do not poll in step.
///
/// Each wait is drawn uniformly from a window around its base (the wait the ladder gives before jitter):
///
/// | jitter | window |
/// |---|---|
/// | `None`, `PlusMinus(0)`, `Above(0)` | the base itself; nothing is drawn |
/// | `PlusMinus(p)` | `[base × (1 − p %), min(base × (1 + p %), max_backoff)]` |
/// | `Above(p)` | `[base, base × (1 + p %)]`, or `[max_backoff / (1 + p %), max_backoff]` if that ends above `max_backoff` |
/// | `Full` | `[0, base]` |
/// | `Equal` | `[base / 2, base]` |
/// | `Decorrelated` | `[initial_wait, min(3 × previous wait of the ladder, max_backoff)]` |
///
/// The previous wait of the ladder is the one it drew, whatever a hint or the deadline then made of it.
///
/// A window that reaches above `max_backoff` or below a tenth of `initial_wait` is truncated there, and the draw is made
/// from what is left: the ceiling is hard, yet waits do not pile up on it. `Above` is for a server with a least interval: set
/// `initial_wait` to that, and no wait is shorter. `Full`, `Equal` and `Decorrelated` are those of
/// Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
///
/// A server's hint of `initial_wait` or more, and a head start, are only ever lengthened, by at most `q` percent: `p` up to 20
/// for `PlusMinus(p)` and `Above(p)`, 0 for `None` and 20 for the others, unless
/// [`hint_jitter`](crate::PolicyBuilder::hint_jitter) sets it. Shorter hints and the last wait before the deadline have windows
/// of their own: see [`Poller`](crate::Poller).
///
/// # Example
///
/// ```
/// use asyncpoll::{Jitter, Policy};
///
/// let policy = Policy::builder().jitter(Jitter::PlusMinus(10)).build()?;
/// let second = policy.schedule().nth(1).ok_or("a schedule has two polls")?;
/// assert_eq!(
///     (second.earliest.as_millis(), second.latest.as_millis()),
///     (4_500, 5_500)
/// );
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// Every wait is its base exactly. For a single poller, or if something else spreads the load.
    None,
    /// Up to this many percent shorter or longer, at most 100.
    PlusMinus(u8),
    /// Up to this many percent longer and never shorter, at most 100. It takes a `max_backoff` with as much room above
    /// `initial_wait`.
    Above(u8),
    /// Anything up to the base.
    Full,
    /// At least half of the base.
    Equal,
    /// Grown from the previous wait instead of the ladder; the multiplier is not used. It takes a `max_backoff` of at least 6/5 of
    /// `initial_wait`, or there would be next to nothing to spread.
    Decorrelated,
}

impl Jitter {
    /// Returns the window of the wait that follows `base`, for a ladder from `first` to `ceiling`.
    ///
    /// For `Decorrelated`, `base` is the previous wait of the ladder.
    #[inline]
    pub(super) fn window(self, base: u64, first: u64, ceiling: u64) -> Window {
        match self {
            Self::None => Window::only(base),
            Self::PlusMinus(percent) => {
                // Both fit: the spread is at most the base, and the base below 2⁶³.
                let spread = nanos::percent_of(percent, base);
                Window { earliest: base.wrapping_sub(spread), latest: base.wrapping_add(spread).min(ceiling) }
            }
            Self::Above(percent) => {
                let latest = base.saturating_add(nanos::percent_of(percent, base));
                if latest <= ceiling {
                    Window { earliest: base, latest }
                } else {
                    Window { earliest: nanos::without_percent(percent, ceiling).1, latest: ceiling }
                }
            }
            Self::Full => Window { earliest: 0, latest: base },
            Self::Equal => Window { earliest: base.div_ceil(2), latest: base },
            Self::Decorrelated => Window { earliest: first, latest: base.saturating_mul(3).min(ceiling) },
        }
    }

    /// Returns the percentage of a kind that has one.
    pub(crate) const fn percentage(self) -> Option<u8> {
        match self {
            Self::PlusMinus(percent) | Self::Above(percent) => Some(percent),
            Self::None | Self::Full | Self::Equal | Self::Decorrelated => None,
        }
    }

    /// Returns the kind with another percentage, if it has one.
    pub(crate) const fn with_percentage(self, percent: u8) -> Self {
        match self {
            Self::PlusMinus(_) => Self::PlusMinus(percent),
            Self::Above(_) => Self::Above(percent),
            Self::None | Self::Full | Self::Equal | Self::Decorrelated => self,
        }
    }

    /// Returns by how many percent, at most `most`, a wait that is not the ladder's is spread: that of a hint, and the last.
    pub(crate) const fn percent(self, most: u8) -> u8 {
        match self {
            Self::None => 0,
            Self::PlusMinus(percent) | Self::Above(percent) if percent < most => percent,
            Self::PlusMinus(_) | Self::Above(_) | Self::Full | Self::Equal | Self::Decorrelated => most,
        }
    }
}
