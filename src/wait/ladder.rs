//! The ladder: the growing series of bases, the waits that may go before it, and the windows of all of these.

use core::num::{NonZeroU32, NonZeroU64};

use rand_core::Rng;

use super::{Jitter, Waits, Window, nanos, waits::MOST};

/// What part of the least base no window of the ladder starts below.
const FLOOR: u64 = 10;

/// First the waits of a table, if there is one; then a geometric ladder, which starts at `initial_wait`, grows by
/// `numer / denom` and stays at `max_backoff`.
///
/// The poller keeps nothing but the current rung, so another way to get from one base to the next has its place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ladder {
    pub(crate) waits: Waits,
    pub(crate) initial_wait: NonZeroU64,
    /// The shortest of `initial_wait` and the waits: what is not measured by a base of its own is measured by this.
    pub(crate) least: NonZeroU64,
    pub(crate) max_backoff: NonZeroU64,
    pub(crate) numer: u32,
    pub(crate) denom: NonZeroU32,
    pub(crate) jitter: Jitter,
    /// By how much jitter lengthens a hint or a head start.
    pub(crate) hint_percent: u8,
    /// Whether there is anything to spread, a wait of the ladder or a hint.
    pub(crate) is_drawn: bool,
}

/// A base, and where it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rung {
    /// For `Decorrelated` jitter, the ladder's previous wait.
    pub(crate) base: u64,
    /// Which wait of the table it is. If there is no table, zero stands for the start of the ladder.
    pub(crate) number: u8,
}

impl Rung {
    /// The number of every rung above the table, or above the first if there is no table.
    pub(crate) const ABOVE_TABLE: u8 = MOST;
}

impl Ladder {
    /// Returns the first rung: that of the table, or base₀. For `Decorrelated` jitter it stands for the wait before the first.
    #[inline]
    pub(crate) const fn bottom(&self) -> Rung {
        let base = match self.waits.first() {
            Some(wait) => wait,
            None => self.initial_wait.get(),
        };
        Rung { base, number: 0 }
    }

    /// Returns the rung with this number, or where the ladder starts if the table has none.
    pub(crate) fn rung(&self, number: u8) -> Rung {
        match self.waits.get(number) {
            Some(base) => Rung { base, number },
            None if number == 0 => self.bottom(),
            None => Rung { base: self.initial_wait.get(), number: Rung::ABOVE_TABLE },
        }
    }

    /// Returns the rung that follows `rung`, if `wait` was drawn for that, whatever hint and deadline made of it.
    #[inline]
    pub(crate) fn above(&self, rung: Rung, wait: u64) -> Rung {
        if rung.number < self.waits.count() {
            self.rung(rung.number.saturating_add(1))
        } else {
            Rung { base: self.after(rung.base, || wait), number: Rung::ABOVE_TABLE }
        }
    }

    /// Returns the base that follows `base` on the ladder. For `Decorrelated` jitter, what follows is the wait itself.
    #[inline]
    pub(crate) fn after(&self, base: u64, wait: impl FnOnce() -> u64) -> u64 {
        match self.jitter {
            Jitter::Decorrelated => wait(),
            _ => self.grown(base),
        }
    }

    /// Draws once from `rng`, unless there is nothing to spread.
    #[inline]
    pub(crate) fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> u64 {
        if self.is_drawn { rng.next_u64() } else { 0 }
    }

    /// Returns the window of the wait at `base`.
    #[inline]
    pub(crate) fn window(&self, base: u64) -> Window {
        // That fits: no wait of a policy is above 2⁶³−1 ns.
        let floor = self.least.get().wrapping_add(FLOOR - 1) / FLOOR;
        self.jitter.window(base, self.initial_wait.get(), self.max_backoff.get()).not_before(floor)
    }

    /// Returns the window of a head start, which stands outside the ladder and its ceiling.
    #[inline]
    pub(crate) fn head_start_window(&self, head_start: u64) -> Window {
        self.lengthened(head_start, head_start.max(self.least.get()))
    }

    /// Returns the window of a wait that the server asked for. A hint below the least base is drawn as a wait of that base is, from
    /// the hint on.
    #[inline]
    pub(crate) fn hint_window(&self, hint: u64) -> Window {
        let least = self.least.get();
        if hint < least { self.window(least).later(self.lengthened(hint, least)) } else { self.lengthened(hint, hint) }
    }

    /// Returns the window from `wait` on that is as wide as jitter makes it beside `measure`.
    #[inline]
    fn lengthened(&self, wait: u64, measure: u64) -> Window {
        let width = nanos::percent_of(self.hint_percent, measure);
        Window { earliest: wait, latest: wait.saturating_add(width) }
    }

    /// Returns `base`, or the end of the bases that it lies beyond.
    pub(crate) fn bounded(&self, base: u64) -> u64 {
        // `clamp` can panic, and no compiler knows that a ladder ends no lower than it starts.
        base.max(self.least.get()).min(self.max_backoff.get())
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
