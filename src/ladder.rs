//! The ladder: the growing series of bases.

use core::num::{NonZeroU32, NonZeroU64};

/// A geometric ladder: it starts at `initial_wait`, grows by `numer / denom` and stays at `max_backoff`.
///
/// The poller keeps nothing but the current base, so another way to get from one base to the next has its place here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ladder {
    pub(crate) initial_wait: NonZeroU64,
    pub(crate) max_backoff: NonZeroU64,
    /// Where the earliest window starts: ⌈`initial_wait` / 10⌉.
    pub(crate) floor: u64,
    pub(crate) numer: u32,
    pub(crate) denom: NonZeroU32,
}

impl Ladder {
    pub(crate) const fn new(initial_wait: NonZeroU64, max_backoff: NonZeroU64, numer: u32, denom: NonZeroU32) -> Self {
        Self { initial_wait, max_backoff, floor: initial_wait.get().div_ceil(10), numer, denom }
    }

    /// Returns base₀.
    #[inline]
    pub(crate) const fn first(&self) -> u64 {
        self.initial_wait.get()
    }

    /// Returns the hard ceiling on every wait the ladder produces.
    #[inline]
    pub(crate) const fn ceiling(&self) -> u64 {
        self.max_backoff.get()
    }

    /// Returns the base that follows `base`: min(⌈`base` × `numer` / `denom`⌉, `max_backoff`).
    #[inline]
    pub(crate) fn after(&self, base: u64) -> u64 {
        // With base = quotient × denom + rest, ⌈base × numer / denom⌉ is quotient × numer + ⌈rest × numer / denom⌉, and
        // rest × numer fits because both are below 2³²: no 128-bit division.
        if base >= self.ceiling() {
            return self.ceiling();
        }
        // A whole multiplier needs no division.
        if self.denom.get() == 1 {
            return base.saturating_mul(self.numer.into()).min(self.ceiling());
        }
        let (numer, denom) = (u64::from(self.numer), NonZeroU64::from(self.denom));
        let (quotient, rest) = (base / denom, base % denom);
        quotient.saturating_mul(numer).saturating_add(rest.saturating_mul(numer).div_ceil(denom.get())).min(self.ceiling())
    }
}
