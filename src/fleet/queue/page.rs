//! Some thousand operations of one upstream, each at a slot of its own.

use alloc::vec::Vec;
use core::mem;

use super::{
    entry::Entry,
    minima::{Minima, NEVER},
};
use crate::operation::State;

/// How many operations a page holds. Memory is taken and given back by the page, so that neither takes long.
pub(in crate::fleet) const SLOTS: usize = 2_048;

/// How many operations side by side have one key in the tree: no line of a cache for the keys is fetched besides theirs.
const BLOCK: usize = 4;

/// The operations of a page, and when the next poll of each is due.
#[derive(Clone, Debug, Default)]
pub(in crate::fleet) struct Page {
    slots: Vec<Slot>,
    /// The least key of each block.
    due: Minima,
    /// The first vacant slot, which names the next.
    vacant: Option<u16>,
    living: usize,
}

#[derive(Clone, Copy, Debug)]
enum Slot {
    Vacant { next: Option<u16> },
    Taken(Entry),
}

impl Slot {
    /// Returns the operation, or else the next vacant slot.
    #[inline]
    const fn content(&self) -> (Option<&Entry>, Option<u16>) {
        match self {
            Self::Taken(operation) => (Some(operation), None),
            Self::Vacant { next } => (None, *next),
        }
    }

    #[inline]
    fn key(&self) -> u64 {
        self.content().0.map_or(NEVER, Entry::key)
    }
}

impl Page {
    pub(in crate::fleet) const fn is_empty(&self) -> bool {
        self.living == 0
    }

    pub(in crate::fleet) fn has_room(&self) -> bool {
        self.vacant.is_some() || self.slots.len() < SLOTS
    }

    /// Returns when the first poll that waits is due, or `NEVER`.
    #[inline]
    pub(in crate::fleet) const fn first_due(&self) -> u64 {
        self.due.least()
    }

    /// Returns the slot of the operation whose poll is due first.
    #[inline]
    pub(in crate::fleet) fn first(&self) -> Option<usize> {
        let block = self.due.first()?;
        self.next_of_block(block.saturating_mul(BLOCK), self.due.least())
    }

    /// Returns the first slot, at `from` or after it, of an operation whose poll is due at `time`, which is less than `NEVER`.
    #[inline]
    pub(in crate::fleet) fn next(&self, from: usize, time: u64) -> Option<usize> {
        let here = if from % BLOCK > 0 { self.next_of_block(from, time) } else { None };
        here.or_else(|| {
            let block = self.due.next(from.div_ceil(BLOCK), time)?;
            self.next_of_block(block.saturating_mul(BLOCK), time)
        })
    }

    /// Returns the first slot of its block, at `from` or after it, of an operation whose poll is due at `time`.
    #[inline]
    fn next_of_block(&self, from: usize, time: u64) -> Option<usize> {
        let mut slots = self.slots.get(from..)?.iter().zip(from..=(from | (BLOCK - 1)));
        let (_, slot) = slots.find(|(slot, _)| slot.key() <= time)?;
        Some(slot)
    }

    /// Returns the operation at `slot`.
    #[inline]
    pub(in crate::fleet) fn operation(&self, slot: usize) -> Option<&Entry> {
        self.slots.get(slot)?.content().0
    }

    /// Notes that the poll of `slot` goes out.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, slot: usize) {
        self.change(slot, Entry::send);
    }

    /// Makes the poll in flight of `slot` due again, when it was.
    pub(in crate::fleet) fn release(&mut self, slot: usize) {
        self.change(slot, Entry::release);
    }

    /// Puts the operation at `slot` back, its state changed, its poll in flight or not.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, slot: usize, state: &State, in_flight: bool) {
        self.change(slot, |operation| operation.put(state, in_flight));
    }

    /// Takes an operation in at a vacant slot, and returns that slot. There must be room.
    pub(in crate::fleet) fn take_in(&mut self, operation: Entry) -> usize {
        debug_assert!(self.has_room(), "a page that is full takes nothing in");
        let slot = self.vacant.map_or(self.slots.len(), usize::from);
        if slot == self.slots.len() {
            self.slots.push(Slot::Vacant { next: None });
            if slot % BLOCK == 0 {
                self.due.push(NEVER);
            }
        }
        self.vacant = self.slots.get(slot).and_then(|vacant| vacant.content().1);
        self.living = self.living.saturating_add(1);
        self.set(slot, Slot::Taken(operation));
        slot
    }

    /// Vacates `slot`. With its last operation, a page gives back all its memory.
    pub(in crate::fleet) fn vacate(&mut self, slot: usize) {
        self.living = self.living.saturating_sub(1);
        if self.is_empty() {
            *self = Self::default();
        } else {
            let next = mem::replace(&mut self.vacant, u16::try_from(slot).ok());
            self.set(slot, Slot::Vacant { next });
        }
    }

    #[inline]
    fn change(&mut self, slot: usize, change: impl FnOnce(&mut Entry)) -> Option<()> {
        debug_assert!(self.operation(slot).is_some(), "an operation has a slot");
        let mut operation = *self.operation(slot)?;
        change(&mut operation);
        self.set(slot, Slot::Taken(operation))
    }

    /// Changes what is at `slot`, and the key of its block with it.
    #[inline]
    fn set(&mut self, slot: usize, content: Slot) -> Option<()> {
        *self.slots.get_mut(slot)? = content;
        let block = self.slots.get(slot & !(BLOCK - 1)..)?.iter().take(BLOCK);
        self.due.set(slot / BLOCK, block.map(Slot::key).fold(NEVER, u64::min));
        Some(())
    }
}

const _: () = assert!(size_of::<Slot>() <= 64, "a million operations are a million of these");
