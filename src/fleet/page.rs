//! Some hundreds of operations of one upstream, each at a place of its own.

use alloc::vec::Vec;

use super::minima::{Minima, NEVER};
use crate::state::{Rest, State};

/// How many operations a page holds. Memory is taken and given back by the page, so that neither takes long.
pub(super) const PLACES: usize = 512;

/// Marks the key of an operation whose poll is in flight.
const IN_FLIGHT: u64 = 1 << 63;

/// The last time at which a poll can be due, 219 years after the start of the fleet.
const LATEST: u64 = IN_FLIGHT - 1;

/// The operations of a page, and when the next poll of each is due.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    places: Vec<Place>,
    /// The time by the clock of the fleet at which each poll is due, and whether it is in flight.
    due: Minima,
    /// The first vacant place, which names the next.
    vacant: Option<u16>,
    living: usize,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Vacant { next: Option<u16> },
    Taken(Operation),
}

/// What a fleet keeps of an operation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operation {
    rest: Rest,
    /// When it started, by the clock of the fleet.
    pub(super) started: u64,
    /// Tells it from those that had its place before.
    pub(super) serial: u32,
    /// Which of the policies of the fleet it has.
    pub(super) policy: u32,
}

impl Operation {
    pub(super) const fn new(state: &State, started: u64, serial: u32, policy: u32) -> Self {
        Self { rest: state.rest(), started, serial, policy }
    }

    /// Returns its state at `time`, with its next poll due at `due`, both by the clock of the fleet.
    #[inline]
    pub(super) const fn state(&self, due: u64, time: u64) -> State {
        State::at(self.rest, time.saturating_sub(self.started), due.saturating_sub(self.started))
    }
}

impl Page {
    pub(super) const fn is_empty(&self) -> bool {
        self.living == 0
    }

    pub(super) fn has_room(&self) -> bool {
        self.vacant.is_some() || self.places.len() < PLACES
    }

    /// Returns when the first poll that is not in flight is due, or `NEVER`.
    #[inline]
    pub(super) fn first_due(&self) -> u64 {
        match self.due.least() {
            due @ ..IN_FLIGHT => due,
            _ => NEVER,
        }
    }

    /// Returns the place of the operation whose poll is due first.
    pub(super) fn first(&self) -> Option<usize> {
        self.due.first().filter(|_| self.first_due() != NEVER)
    }

    /// Returns the first place, at `from` or after it, of an operation whose poll is due at `time`.
    #[inline]
    pub(super) fn next(&self, from: usize, time: u64) -> Option<usize> {
        self.due.next(from, time.min(LATEST))
    }

    /// Returns the operation at `place`.
    #[inline]
    pub(super) fn operation(&self, place: usize) -> Option<&Operation> {
        match self.places.get(place)? {
            Place::Taken(operation) => Some(operation),
            Place::Vacant { .. } => None,
        }
    }

    /// Returns when the next poll of the operation at `place` is due, or was if it is in flight.
    #[inline]
    pub(super) fn due(&self, place: usize) -> u64 {
        self.due.get(place) & LATEST
    }

    #[inline]
    pub(super) fn is_in_flight(&self, place: usize) -> bool {
        self.due.get(place) >= IN_FLIGHT
    }

    #[inline]
    pub(super) fn send(&mut self, place: usize) {
        self.due.set(place, self.due(place) | IN_FLIGHT);
    }

    /// Makes the poll in flight of `place` due again, when it was.
    pub(super) fn release(&mut self, place: usize) {
        self.due.set(place, self.due(place));
    }

    /// Puts the operation at `place` back, its state changed, its poll in flight or not.
    #[inline]
    pub(super) fn put(&mut self, place: usize, state: &State, in_flight: bool) {
        let Some(Place::Taken(operation)) = self.places.get_mut(place) else { return };
        operation.rest = state.rest();
        let due = operation.started.saturating_add(state.due);
        self.due.set(place, due.min(LATEST) | if in_flight { IN_FLIGHT } else { 0 });
    }

    /// Takes an operation in at a vacant place, its next poll due this long after its start, and returns that place. There must
    /// be room.
    pub(super) fn take_in(&mut self, operation: Operation, due: u64) -> usize {
        self.living = self.living.saturating_add(1);
        let due = operation.started.saturating_add(due).min(LATEST);
        let taken = Place::Taken(operation);
        let vacant = self.vacant.map(usize::from);
        if let Some((vacant, place)) = vacant.and_then(|vacant| Some((vacant, self.places.get_mut(vacant)?))) {
            self.vacant = match *place {
                Place::Vacant { next } => next,
                Place::Taken(_) => None,
            };
            *place = taken;
            self.due.set(vacant, due);
            vacant
        } else {
            self.places.push(taken);
            self.due.push(due);
            self.places.len().saturating_sub(1)
        }
    }

    /// Vacates `place`. With its last operation, a page gives back all its memory.
    pub(super) fn vacate(&mut self, place: usize) {
        self.living = self.living.saturating_sub(1);
        if self.is_empty() {
            *self = Self::default();
        } else if let (Some(vacated), Ok(number)) = (self.places.get_mut(place), u16::try_from(place)) {
            *vacated = Place::Vacant { next: self.vacant };
            self.vacant = Some(number);
            self.due.set(place, NEVER);
        }
    }
}

const _: () = assert!(size_of::<Place>() <= 48, "a million operations are a million of these");
