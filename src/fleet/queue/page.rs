//! Some thousand operations of one upstream, each at a place of its own.

use alloc::vec::Vec;
use core::mem;

use super::{
    entry::Entry,
    minima::{Minima, NEVER},
};
use crate::operation::State;

/// How many operations a page holds. Memory is taken and given back by the page, so that neither takes long.
pub(in crate::fleet) const PLACES: usize = 2_048;

/// How many operations side by side have one key in the tree: no line of a cache for the keys is fetched besides theirs.
const BLOCK: usize = 4;

/// The operations of a page, and when the next poll of each is due.
#[derive(Clone, Debug, Default)]
pub(in crate::fleet) struct Page {
    places: Vec<Place>,
    /// The least key of each block.
    due: Minima,
    /// The first vacant place, which names the next.
    vacant: Option<u16>,
    living: usize,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Vacant { next: Option<u16> },
    Taken(Entry),
}

impl Place {
    /// Returns the operation, or else the next vacant place.
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
        self.vacant.is_some() || self.places.len() < PLACES
    }

    /// Returns when the first poll that waits is due, or `NEVER`.
    #[inline]
    pub(in crate::fleet) const fn first_due(&self) -> u64 {
        self.due.least()
    }

    /// Returns the place of the operation whose poll is due first.
    #[inline]
    pub(in crate::fleet) fn first(&self) -> Option<usize> {
        let block = self.due.first()?;
        self.next_of_block(block.saturating_mul(BLOCK), self.due.least())
    }

    /// Returns the first place, at `from` or after it, of an operation whose poll is due at `time`, which is less than `NEVER`.
    #[inline]
    pub(in crate::fleet) fn next(&self, from: usize, time: u64) -> Option<usize> {
        let here = if from % BLOCK > 0 { self.next_of_block(from, time) } else { None };
        here.or_else(|| {
            let block = self.due.next(from.div_ceil(BLOCK), time)?;
            self.next_of_block(block.saturating_mul(BLOCK), time)
        })
    }

    /// Returns the first place of its block, at `from` or after it, of an operation whose poll is due at `time`.
    #[inline]
    fn next_of_block(&self, from: usize, time: u64) -> Option<usize> {
        let mut places = self.places.get(from..)?.iter().zip(from..=(from | (BLOCK - 1)));
        let (_, place) = places.find(|(place, _)| place.key() <= time)?;
        Some(place)
    }

    /// Returns the operation at `place`.
    #[inline]
    pub(in crate::fleet) fn operation(&self, place: usize) -> Option<&Entry> {
        self.places.get(place)?.content().0
    }

    /// Notes that the poll of `place` goes out.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, place: usize) {
        self.change(place, Entry::send);
    }

    /// Makes the poll in flight of `place` due again, when it was.
    pub(in crate::fleet) fn release(&mut self, place: usize) {
        self.change(place, Entry::release);
    }

    /// Puts the operation at `place` back, its state changed, its poll in flight or not.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, place: usize, state: &State, in_flight: bool) {
        self.change(place, |operation| operation.put(state, in_flight));
    }

    /// Takes an operation in at a vacant place, and returns that place. There must be room.
    pub(in crate::fleet) fn take_in(&mut self, operation: Entry) -> usize {
        let place = self.vacant.map_or(self.places.len(), usize::from);
        if place == self.places.len() {
            self.places.push(Place::Vacant { next: None });
            if place % BLOCK == 0 {
                self.due.push(NEVER);
            }
        }
        self.vacant = self.places.get(place).and_then(|vacant| vacant.content().1);
        self.living = self.living.saturating_add(1);
        self.set(place, Place::Taken(operation));
        place
    }

    /// Vacates `place`. With its last operation, a page gives back all its memory.
    pub(in crate::fleet) fn vacate(&mut self, place: usize) {
        self.living = self.living.saturating_sub(1);
        if self.is_empty() {
            *self = Self::default();
        } else {
            let next = mem::replace(&mut self.vacant, u16::try_from(place).ok());
            self.set(place, Place::Vacant { next });
        }
    }

    #[inline]
    fn change(&mut self, place: usize, change: impl FnOnce(&mut Entry)) -> Option<()> {
        let mut operation = *self.operation(place)?;
        change(&mut operation);
        self.set(place, Place::Taken(operation))
    }

    /// Changes what is at `place`, and the key of its block with it.
    #[inline]
    fn set(&mut self, place: usize, content: Place) -> Option<()> {
        *self.places.get_mut(place)? = content;
        let block = self.places.get(place & !(BLOCK - 1)..)?.iter().take(BLOCK);
        self.due.set(place / BLOCK, block.map(Place::key).fold(NEVER, u64::min));
        Some(())
    }
}

const _: () = assert!(size_of::<Place>() <= 56, "a million operations are a million of these");
