//! The slots that a fleet has in hand.

use core::num::NonZeroU64;

const SECOND: u64 = 1_000_000_000;

/// How long after its time a slot can be used. A poll may be due that much later than the slot that was asked for it.
const KEPT: u64 = 2 * SECOND;

/// Slots that were granted, and not used yet: those of one grant, and those of the next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hand {
    run: Run,
    next: Run,
}

/// Slots that are equally far apart.
#[derive(Clone, Copy, Debug, Default)]
struct Run {
    first: u64,
    spacing: u64,
    slots: u32,
}

impl Run {
    const NONE: Self = Self { first: 0, spacing: 0, slots: 0 };

    /// Takes so many slots off, the first ones.
    fn take(&mut self, slots: u32) {
        self.slots = self.slots.saturating_sub(slots);
        self.first = self.first.saturating_add(self.spacing.saturating_mul(slots.into()));
    }

    /// Returns how many slots can be used no longer at `time`.
    fn passed(&self, time: u64) -> u32 {
        let since = time.saturating_sub(self.first.saturating_add(KEPT));
        let passed = NonZeroU64::new(self.spacing).map_or(u64::MAX, |spacing| since.div_ceil(spacing.get()));
        if since > 0 { self.slots.min(u32::try_from(passed).unwrap_or(u32::MAX)) } else { 0 }
    }

    /// Returns the last time at which a slot of it can be used, if it has any.
    fn end(&self) -> Option<u64> {
        let last = self.spacing.saturating_mul(self.slots.checked_sub(1)?.into());
        Some(self.first.saturating_add(last).saturating_add(KEPT))
    }
}

impl Hand {
    /// Returns how many slots there are.
    pub(super) const fn len(&self) -> u32 {
        self.run.slots.saturating_add(self.next.slots)
    }

    /// Returns the time of the first slot, and the time from it to the next, if there is one.
    #[inline]
    pub(super) const fn first(&self) -> Option<(u64, u64)> {
        if self.run.slots > 0 { Some((self.run.first, self.run.spacing)) } else { None }
    }

    /// Returns the last time at which a slot can be used, if there is one.
    pub(super) fn end(&self) -> Option<u64> {
        self.next.end().max(self.run.end())
    }

    /// Returns whether there are slots of two grants: those of a third take the place of the first.
    pub(super) const fn is_full(&self) -> bool {
        self.next.slots > 0
    }

    /// Takes the first slot off.
    #[inline]
    pub(super) fn take(&mut self) {
        self.run.take(1);
        self.close_up();
    }

    /// Takes off the slots whose time has passed at `time`, and says whether there were any.
    #[inline]
    pub(super) fn forget(&mut self, time: u64) -> bool {
        let mut forgot = false;
        loop {
            let passed = self.run.passed(time);
            if passed == 0 {
                return forgot;
            }
            self.run.take(passed);
            self.close_up();
            forgot = true;
        }
    }

    /// Goes on with the slots of the next grant, if all of the one before are used up.
    const fn close_up(&mut self) {
        if self.run.slots == 0 {
            (self.run, self.next) = (self.next, Run::NONE);
        }
    }

    /// Adds so many slots.
    pub(super) const fn add(&mut self, first: u64, spacing: u64, slots: u32) {
        let run = Run { first, spacing, slots };
        match (self.run.slots, self.next.slots) {
            (0, _) => self.run = run,
            (_, 0) => self.next = run,
            _ => (self.run, self.next) = (self.next, run),
        }
    }
}
