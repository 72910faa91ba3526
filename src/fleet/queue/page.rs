//! Some thousand operations of one upstream, each at a slot of its own.

use alloc::vec::Vec;
use core::mem;

use super::{
    batches::BatchNumber,
    entry::Entry,
    minima::{Minima, NEVER},
};
use crate::operation::State;

/// How many operations a page holds. Memory is taken and given back by the page, so that neither takes long.
pub(in crate::fleet) const SLOTS: usize = 2_048;

/// How many operations side by side have one key in the tree: no line of a cache for the keys is fetched besides theirs.
const BLOCK: usize = 4;

/// The operations of a page, when the next poll of each is due, and when each ends that waits for its poll.
#[derive(Clone, Debug)]
pub(in crate::fleet) struct Page {
    slots: Vec<Slot>,
    /// When the first poll of each block is due.
    due: Minima,
    /// When the first operation of each block ends.
    ends: Minima,
    /// The first vacant slot, which names the next.
    vacant: Option<u16>,
    living: usize,
    /// Which of the ranks of its lane it is of.
    pub(super) rank: u8,
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

    /// Returns when its poll is due, or `NEVER`.
    #[inline]
    fn due(&self) -> u64 {
        self.content().0.map_or(NEVER, Entry::key)
    }

    /// Returns when it ends if its poll has not gone out by then, or `NEVER`.
    #[inline]
    fn end(&self) -> u64 {
        self.content().0.map_or(NEVER, Entry::end)
    }
}

impl Page {
    pub(super) const fn new(rank: u8) -> Self {
        Self { slots: Vec::new(), due: Minima::new(), ends: Minima::new(), vacant: None, living: 0, rank }
    }

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

    /// Returns when the first operation ends that waits for its poll, or `NEVER`.
    #[inline]
    pub(in crate::fleet) const fn first_end(&self) -> u64 {
        self.ends.least()
    }

    /// Returns the slot of the operation whose poll is due first.
    #[inline]
    pub(in crate::fleet) fn first(&self) -> Option<usize> {
        let block = self.due.first()?;
        self.next_of_block(block.saturating_mul(BLOCK), self.due.least())
    }

    /// Returns the slot of the operation that ends first.
    pub(in crate::fleet) fn first_to_end(&self) -> Option<usize> {
        let first = self.ends.first()?.saturating_mul(BLOCK);
        let mut block = self.slots.get(first..)?.iter().take(BLOCK);
        Some(first.saturating_add(block.position(|slot| slot.end() == self.ends.least())?))
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
        let (_, slot) = slots.find(|(slot, _)| slot.due() <= time)?;
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

    /// Notes that the poll of `slot` goes out in this batch.
    pub(in crate::fleet) fn join(&mut self, slot: usize, batch: BatchNumber) {
        self.change(slot, |operation| operation.batch = batch);
    }

    /// Makes the poll in flight of `slot` due again, when it was.
    pub(in crate::fleet) fn release(&mut self, slot: usize) {
        self.change(slot, Entry::release);
    }

    /// Puts the operation at `slot` back, its state changed, its poll in flight or not.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, slot: usize, state: &State, time: u64, in_flight: bool) {
        self.change(slot, |operation| operation.put(state, time, in_flight));
    }

    /// Takes an operation in at a vacant slot, and returns that slot. There must be room.
    pub(in crate::fleet) fn take_in(&mut self, operation: Entry) -> usize {
        debug_assert!(self.has_room(), "a page that is full takes nothing in");
        let slot = self.vacant.map_or(self.slots.len(), usize::from);
        if slot == self.slots.len() {
            self.slots.push(Slot::Vacant { next: None });
            if slot % BLOCK == 0 {
                self.due.push(NEVER);
                self.ends.push(NEVER);
            }
        }
        self.vacant = self.slots.get(slot).and_then(|vacant| vacant.content().1);
        self.living = self.living.saturating_add(1);
        self.set(slot, |there| *there = Slot::Taken(operation));
        slot
    }

    /// Vacates `slot`. With its last operation, a page gives back all its memory.
    pub(in crate::fleet) fn vacate(&mut self, slot: usize) {
        self.living = self.living.saturating_sub(1);
        if self.is_empty() {
            *self = Self::new(self.rank);
        } else {
            let next = mem::replace(&mut self.vacant, u16::try_from(slot).ok());
            self.set(slot, |there| *there = Slot::Vacant { next });
        }
    }

    #[inline]
    fn change(&mut self, slot: usize, change: impl FnOnce(&mut Entry)) -> Option<()> {
        debug_assert!(self.operation(slot).is_some(), "an operation has a slot");
        self.set(slot, |there| match there {
            Slot::Taken(operation) => change(operation),
            Slot::Vacant { .. } => {} // never
        })
    }

    /// Changes what is at `slot`, and the keys of its block with it.
    #[inline]
    fn set(&mut self, slot: usize, change: impl FnOnce(&mut Slot)) -> Option<()> {
        let there = self.slots.get_mut(slot)?;
        let (due_before, end_before) = (there.due(), there.end());
        change(there);
        let (due, end) = (there.due(), there.end());
        let block = self.slots.get(slot & !(BLOCK - 1)..)?.iter().take(BLOCK);
        note(&mut self.due, slot / BLOCK, due_before, due, || block.clone().map(Slot::due))?;
        note(&mut self.ends, slot / BLOCK, end_before, end, || block.clone().map(Slot::end))
    }
}

/// Notes that one of the keys of a block was `before` and is `now`. All of them are looked at only if the least was raised: most
/// that go out and come back are not the least.
#[inline]
fn note<K>(minima: &mut Minima, block: usize, before: u64, now: u64, keys: impl FnOnce() -> K) -> Option<()>
where
    K: Iterator<Item = u64>,
{
    let least = minima.get(block)?;
    if now < least {
        minima.set(block, now)
    } else if before == least && now > before {
        minima.set(block, keys().fold(NEVER, u64::min))
    } else {
        Some(())
    }
}

const _: () = assert!(size_of::<Slot>() <= 64, "a million operations are a million of these");
