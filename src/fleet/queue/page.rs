//! Some thousand operations of one upstream, each at a cell of its own.

use alloc::vec::Vec;
use core::mem;

use super::{
    batches::BatchNumber,
    entry::Entry,
    minima::{Minima, NEVER},
};
use crate::operation::State;

/// How many operations a page holds. Memory is taken and given back by the page, so that neither takes long.
pub(in crate::fleet) const CELLS: usize = 2_048;

/// How many operations side by side have one key in the tree: no line of a cache for the keys is fetched besides theirs.
const BLOCK: usize = 4;

/// The operations of a page, when the next poll of each is due, and when each ends that waits for its poll.
#[derive(Clone, Debug)]
pub(in crate::fleet) struct Page {
    cells: Vec<Cell>,
    /// When the first poll of each block is due.
    due: Minima,
    /// When the first operation of each block ends.
    ends: Minima,
    /// The first vacant cell, which names the next.
    vacant: Option<u16>,
    living: usize,
    /// Which of the ranks of its lane it is of.
    pub(super) rank: u8,
}

#[derive(Clone, Copy, Debug)]
enum Cell {
    Vacant { next: Option<u16> },
    Taken(Entry),
}

impl Cell {
    /// Returns the operation, or else the next vacant cell.
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
        Self { cells: Vec::new(), due: Minima::new(), ends: Minima::new(), vacant: None, living: 0, rank }
    }

    pub(in crate::fleet) const fn is_empty(&self) -> bool {
        self.living == 0
    }

    pub(in crate::fleet) fn has_room(&self) -> bool {
        self.vacant.is_some() || self.cells.len() < CELLS
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

    /// Returns the cell of the operation whose poll is due first.
    #[inline]
    pub(in crate::fleet) fn first(&self) -> Option<usize> {
        let block = self.due.first()?;
        self.next_of_block(block.saturating_mul(BLOCK), self.due.least())
    }

    /// Returns the cell of the operation that ends first.
    pub(in crate::fleet) fn first_to_end(&self) -> Option<usize> {
        let first = self.ends.first()?.saturating_mul(BLOCK);
        let mut block = self.cells.get(first..)?.iter().take(BLOCK);
        Some(first.saturating_add(block.position(|cell| cell.end() == self.ends.least())?))
    }

    /// Returns the first cell, at `from` or after it, of an operation whose poll is due at `time`, which is less than `NEVER`.
    #[inline]
    pub(in crate::fleet) fn next(&self, from: usize, time: u64) -> Option<usize> {
        let here = if from % BLOCK > 0 { self.next_of_block(from, time) } else { None };
        here.or_else(|| {
            let block = self.due.next(from.div_ceil(BLOCK), time)?;
            self.next_of_block(block.saturating_mul(BLOCK), time)
        })
    }

    /// Returns the first cell of its block, at `from` or after it, of an operation whose poll is due at `time`.
    #[inline]
    fn next_of_block(&self, from: usize, time: u64) -> Option<usize> {
        let mut cells = self.cells.get(from..)?.iter().zip(from..=(from | (BLOCK - 1)));
        let (_, cell) = cells.find(|(cell, _)| cell.due() <= time)?;
        Some(cell)
    }

    /// Returns the operation at `cell`.
    #[inline]
    pub(in crate::fleet) fn operation(&self, cell: usize) -> Option<&Entry> {
        self.cells.get(cell)?.content().0
    }

    /// Notes that the poll of `cell` goes out.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, cell: usize) {
        self.change(cell, Entry::send);
    }

    /// Notes that the poll of `cell` goes out in this batch.
    pub(in crate::fleet) fn join(&mut self, cell: usize, batch: BatchNumber) {
        self.change(cell, |operation| operation.batch = batch);
    }

    /// Makes the poll in flight of `cell` due again, when it was.
    pub(in crate::fleet) fn release(&mut self, cell: usize) {
        self.change(cell, Entry::release);
    }

    /// Puts the operation at `cell` back, its state changed, its poll in flight or not.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, cell: usize, state: &State, time: u64, in_flight: bool) {
        self.change(cell, |operation| operation.put(state, time, in_flight));
    }

    /// Takes an operation in at a vacant cell, and returns that cell. There must be room.
    pub(in crate::fleet) fn take_in(&mut self, operation: Entry) -> usize {
        debug_assert!(self.has_room(), "a page that is full takes nothing in");
        let cell = self.vacant.map_or(self.cells.len(), usize::from);
        if cell == self.cells.len() {
            self.cells.push(Cell::Vacant { next: None });
            if cell % BLOCK == 0 {
                self.due.push(NEVER);
                self.ends.push(NEVER);
            }
        }
        self.vacant = self.cells.get(cell).and_then(|vacant| vacant.content().1);
        self.living = self.living.saturating_add(1);
        self.set(cell, |there| *there = Cell::Taken(operation));
        cell
    }

    /// Vacates `cell`. With its last operation, a page gives back all its memory.
    pub(in crate::fleet) fn vacate(&mut self, cell: usize) {
        self.living = self.living.saturating_sub(1);
        if self.is_empty() {
            *self = Self::new(self.rank);
        } else {
            let next = mem::replace(&mut self.vacant, u16::try_from(cell).ok());
            self.set(cell, |there| *there = Cell::Vacant { next });
        }
    }

    #[inline]
    fn change(&mut self, cell: usize, change: impl FnOnce(&mut Entry)) -> Option<()> {
        debug_assert!(self.operation(cell).is_some(), "an operation has a cell");
        self.set(cell, |there| match there {
            Cell::Taken(operation) => change(operation),
            Cell::Vacant { .. } => {} // never
        })
    }

    /// Changes what is at `cell`, and the keys of its block with it.
    #[inline]
    fn set(&mut self, cell: usize, change: impl FnOnce(&mut Cell)) -> Option<()> {
        let there = self.cells.get_mut(cell)?;
        let (due_before, end_before) = (there.due(), there.end());
        change(there);
        let (due, end) = (there.due(), there.end());
        let block = self.cells.get(cell & !(BLOCK - 1)..)?.iter().take(BLOCK);
        note(&mut self.due, cell / BLOCK, due_before, due, || block.clone().map(Cell::due))?;
        note(&mut self.ends, cell / BLOCK, end_before, end, || block.clone().map(Cell::end))
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

const _: () = assert!(size_of::<Cell>() <= 64, "a million operations are a million of these");
