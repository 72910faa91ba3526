//! The waits that a builder is given, as they were given.

use core::{fmt, time::Duration};

use crate::wait::{Waits, waits::MOST};

/// Waits in their order. Those beyond the most that a table holds are counted, and not kept: `build` refuses them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct WaitList {
    pub(super) kept: [Duration; MOST as usize],
    pub(super) count: usize,
}

impl WaitList {
    pub(super) const fn new(mut waits: &[Duration]) -> Self {
        let mut list = Self { kept: [Duration::ZERO; MOST as usize], count: waits.len() };
        let mut kept: &mut [Duration] = &mut list.kept;
        while let ([wait, rest @ ..], [to, free @ ..]) = (waits, kept) {
            *to = *wait;
            (waits, kept) = (rest, free);
        }
        list
    }

    /// Returns the list that makes this table.
    pub(super) const fn of(table: Waits) -> Self {
        let mut list = Self::new(&[]);
        let mut kept: &mut [Duration] = &mut list.kept;
        let mut index = 0;
        while let ([to, free @ ..], Some(wait)) = (kept, table.get(index)) {
            *to = Duration::from_nanos(wait);
            kept = free;
            index = index.wrapping_add(1);
        }
        list.count = index as usize;
        list
    }

    /// Returns the list with another wait after the last.
    pub(super) fn and(mut self, wait: Duration) -> Self {
        if let Some(to) = self.kept.get_mut(self.count) {
            *to = wait;
        }
        self.count = self.count.saturating_add(1);
        self
    }

    /// Returns the waits that were kept.
    pub(super) const fn as_slice(&self) -> &[Duration] {
        match self.kept.split_at_checked(self.count) {
            Some((waits, _)) => waits,
            None => &self.kept,
        }
    }
}

impl fmt::Debug for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}
