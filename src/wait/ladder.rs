//! The ladder: the growing series of bases, and the windows of the waits that hang on it.

use core::num::{NonZeroU32, NonZeroU64};

use super::{Jitter, Window, nanos};

/// The most by which jitter lengthens a hint or a head start, in percent.
const HINT_PERCENT: u8 = 20;

/// What part of `initial_wait` no window of the ladder starts below.
const FLOOR: u64 = 10;

/// A geometric ladder: it starts at `initial_wait`, grows by `numer / denom` and stays at `max_backoff`.
///
/// The poller keeps nothing but the current base, so another way to get from one base to the next has its place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ladder {
    pub(crate) initial_wait: NonZeroU64,
    pub(crate) max_backoff: NonZeroU64,
    pub(crate) numer: u32,
    pub(crate) denom: NonZeroU32,
    pub(crate) jitter: Jitter,
}

impl Ladder {
    /// Returns base₀. For `Decorrelated` jitter it stands for the wait before the first.
    #[inline]
    pub(crate) const fn first(&self) -> u64 {
        self.initial_wait.get()
    }

    /// Returns the base that follows `base`, if `wait` was drawn for it, whatever hint and deadline made of that. For
    /// `Decorrelated` jitter, what follows is that wait itself.
    #[inline]
    pub(crate) fn after(&self, base: u64, wait: u64) -> u64 {
        match self.jitter {
            Jitter::Decorrelated => wait,
            _ => self.grown(base),
        }
    }

    /// Returns the window of the wait at `base`.
    #[inline]
    pub(crate) fn window(&self, base: u64) -> Window {
        // That fits: no wait of a policy is above 2⁶³−1 ns.
        let floor = self.first().wrapping_add(FLOOR - 1) / FLOOR;
        self.jitter.window(base, self.first(), self.max_backoff.get()).not_before(floor)
    }

    /// Returns the window of a head start, which stands outside the ladder and its ceiling.
    #[inline]
    pub(crate) fn head_start_window(&self, head_start: u64) -> Window {
        self.lengthened(head_start, head_start.max(self.first()))
    }

    /// Returns the window of a wait that the server asked for. A hint below `initial_wait` is drawn as base₀'s wait is, from
    /// the hint on.
    #[inline]
    pub(crate) fn hint_window(&self, hint: u64) -> Window {
        if hint < self.first() {
            self.window(self.first()).later(self.lengthened(hint, self.first()))
        } else {
            self.lengthened(hint, hint)
        }
    }

    /// Returns the window from `wait` on that is as wide as jitter makes it beside `measure`.
    #[inline]
    fn lengthened(&self, wait: u64, measure: u64) -> Window {
        let width = nanos::percent_of(self.jitter.percent(HINT_PERCENT), measure);
        Window { earliest: wait, latest: wait.saturating_add(width) }
    }

    /// Returns `base`, or the end of the ladder that it lies beyond.
    pub(crate) fn bounded(&self, base: u64) -> u64 {
        // `clamp` can panic, and no compiler knows that a ladder ends no lower than it starts.
        base.max(self.first()).min(self.max_backoff.get())
    }

    /// Returns min(⌈`base` × `numer` / `denom`⌉, `max_backoff`).
    #[inline]
    fn grown(&self, base: u64) -> u64 {
        let ceiling = self.max_backoff.get();
        // With base = quotient × denom + rest, ⌈base × numer / denom⌉ is quotient × numer + ⌈rest × numer / denom⌉, and
        // rest × numer fits because both are below 2³²: no 128-bit division.
        if base >= ceiling {
            return ceiling;
        }
        // A whole multiplier needs no division.
        if self.denom.get() == 1 {
            return base.saturating_mul(self.numer.into()).min(ceiling);
        }
        let (numer, denom) = (u64::from(self.numer), NonZeroU64::from(self.denom));
        let (quotient, rest) = (base / denom, base % denom);
        quotient.saturating_mul(numer).saturating_add(rest.saturating_mul(numer).div_ceil(denom.get())).min(ceiling)
    }
}
