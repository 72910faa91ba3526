//! Some hundreds of polls of one upstream, each at a place of its own.

use alloc::vec::Vec;

use super::minima::{Minima, NEVER};
use crate::state::{Rest, State};

/// How many polls a page holds. It is what memory is taken and given back by, so that neither takes long.
pub(super) const PLACES: usize = 512;

/// Marks the key of a poll that is in flight.
const IN_FLIGHT: u64 = 1 << 63;

/// The last time at which a poll can be due, 292 years after the start of the fleet.
const LATEST: u64 = IN_FLIGHT - 1;

/// The polls of a page, and when each is due.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    places: Vec<Place>,
    /// The time each poll is due at, by the clock of the fleet, and whether it is in flight.
    due: Minima,
    /// The first vacant place, which names the next.
    vacant: Option<u16>,
    living: usize,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Vacant { next: Option<u16> },
    Taken(Poll),
}

/// What a fleet keeps of a poll.
#[derive(Clone, Copy, Debug)]
pub(super) struct Poll {
    rest: Rest,
    /// When it started, by the clock of the fleet.
    pub(super) started: u64,
    /// Tells it from the polls that had its place before.
    pub(super) serial: u32,
    /// Where its policy is among those of the fleet.
    pub(super) policy: u32,
}

impl Poll {
    pub(super) const fn new(state: &State, started: u64, serial: u32, policy: u32) -> Self {
        Self { rest: state.rest(), started, serial, policy }
    }

    /// Returns its state at `time`, where it is due at `due`, both by the clock of the fleet.
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

    /// Returns when the first poll that waits is due, or `NEVER`.
    #[inline]
    pub(super) fn first_due(&self) -> u64 {
        match self.due.least() {
            due @ ..IN_FLIGHT => due,
            _ => NEVER,
        }
    }

    /// Returns the place of the poll that is due first.
    pub(super) fn first(&self) -> Option<usize> {
        self.due.first().filter(|_| self.first_due() != NEVER)
    }

    /// Returns the first place, at `from` or after it, of a poll that is due at `time` or before.
    #[inline]
    pub(super) fn next(&self, from: usize, time: u64) -> Option<usize> {
        self.due.next(from, time.min(LATEST))
    }

    #[inline]
    pub(super) fn poll(&self, place: usize) -> Option<&Poll> {
        match self.places.get(place)? {
            Place::Taken(poll) => Some(poll),
            Place::Vacant { .. } => None,
        }
    }

    /// Returns when the poll at `place` is or was due.
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

    /// Makes the poll at `place` due when it was.
    pub(super) fn release(&mut self, place: usize) {
        self.due.set(place, self.due(place));
    }

    /// Puts a poll back at `place`, its state changed, in flight or waiting.
    #[inline]
    pub(super) fn put(&mut self, place: usize, state: &State, in_flight: bool) {
        let Some(Place::Taken(poll)) = self.places.get_mut(place) else { return };
        poll.rest = state.rest();
        let due = poll.started.saturating_add(state.due);
        self.due.set(place, due.min(LATEST) | if in_flight { IN_FLIGHT } else { 0 });
    }

    /// Takes a poll in at a vacant place, and returns that place. There must be room.
    pub(super) fn take_in(&mut self, poll: Poll) -> usize {
        self.living = self.living.saturating_add(1);
        let due = poll.started.min(LATEST);
        let vacant = self.vacant.map(usize::from);
        match vacant.and_then(|vacant| Some((vacant, self.places.get_mut(vacant)?))) {
            Some((vacant, place)) => {
                self.vacant = match *place {
                    Place::Vacant { next } => next,
                    Place::Taken(_) => None,
                };
                *place = Place::Taken(poll);
                self.due.set(vacant, due);
                vacant
            }
            None => {
                self.places.push(Place::Taken(poll));
                self.due.push(due);
                self.places.len().saturating_sub(1)
            }
        }
    }

    /// Vacates `place`. With its last poll, a page gives back all its memory.
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

const _: () = assert!(size_of::<Place>() <= 48, "a million polls are a million of these");
