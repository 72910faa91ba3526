//! The window that a wait is drawn from.

/// A range of nanoseconds, both ends included; `earliest` is never above `latest`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    pub(crate) earliest: u64,
    pub(crate) latest: u64,
}

impl Window {
    /// Returns the window that holds `wait` alone.
    #[inline]
    pub(crate) const fn only(wait: u64) -> Self {
        Self { earliest: wait, latest: wait }
    }

    /// Truncates the window so that it starts no earlier than `start`, which must not be above `latest`.
    #[inline]
    pub(crate) fn not_before(self, start: u64) -> Self {
        debug_assert!(start <= self.latest, "nothing of the window would be left");
        Self { earliest: self.earliest.max(start), ..self }
    }

    /// Truncates the window so that it ends before `end`, which must be above `earliest`.
    pub(crate) fn before(self, end: u64) -> Self {
        debug_assert!(end > self.earliest, "nothing of the window would be left");
        Self { latest: self.latest.min(end.saturating_sub(1)), ..self }
    }

    /// Returns the window with the later of both starts and the later of both ends.
    #[inline]
    pub(crate) fn later(self, other: Self) -> Self {
        Self { earliest: self.earliest.max(other.earliest), latest: self.latest.max(other.latest) }
    }

    /// Returns the wait in the middle, the mean of all that are drawn.
    pub(crate) fn middle(self) -> u64 {
        self.at(1 << 63)
    }

    /// Returns the wait that `draw` stands for: `earliest` + ⌊`draw` × width / 2⁶⁴⌋.
    ///
    /// One multiplication and no rejection, so that a constant generator is a legal one. Some waits are likelier than
    /// others by at most width / 2⁶⁴.
    #[inline]
    pub(crate) fn at(self, draw: u64) -> u64 {
        debug_assert!(self.earliest <= self.latest, "a window ends after it starts");
        // No window is as wide as 2⁶⁴, because none starts at zero; so neither sum overflows.
        let width = self.latest.wrapping_sub(self.earliest).wrapping_add(1);
        let offset = u128::from(draw).wrapping_mul(width.into()) >> 64;
        self.earliest.wrapping_add(offset as u64)
    }
}
