//! Polls in flight, in the order they went out: which of them has waited longest for its answer.

use alloc::vec::Vec;

/// The polls in flight of an upstream whose answers are waited for so long and no longer.
///
/// It is a ring, so that to send a poll takes no memory: room is made when an operation comes in.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    ring: Vec<Flight>,
    /// Where the first of them is.
    first: usize,
    /// How many there are. Those that have come back are still among them, until all before them have.
    count: usize,
}

/// A poll that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    /// When it went out.
    pub(super) sent: u64,
    /// Where its operation is, which operation that is, and which poll of it.
    pub(super) cell: usize,
    pub(super) serial: u32,
    pub(super) polls: u32,
}

impl Flight {
    /// A poll of no operation.
    const NONE: Self = Self { sent: 0, cell: usize::MAX, serial: 0, polls: 0 };
}

impl Flights {
    pub(super) const fn new() -> Self {
        Self { ring: Vec::new(), first: 0, count: 0 }
    }

    /// Makes room for a poll of each of so many operations.
    pub(super) fn reserve(&mut self, operations: usize) {
        if operations > self.ring.len() {
            self.ring.rotate_left(self.first);
            self.first = 0;
            let length = self.ring.len().saturating_mul(2).max(operations);
            self.ring.resize(length, Flight::NONE);
        }
    }

    /// Adds a poll. No more are in flight than there are operations, so there is room once those that have come back are gone.
    #[inline]
    pub(super) fn send(&mut self, flight: Flight, is_in_flight: impl Fn(&Flight) -> bool) {
        if self.count == self.ring.len() {
            for _ in 0..self.count {
                if let Some(flight) = self.pop().filter(&is_in_flight) {
                    self.push(flight);
                }
            }
        }
        self.push(flight);
    }

    /// Takes a poll off that was not sent after all.
    pub(super) fn take_off(&mut self, cell: usize) {
        for flight in &mut self.ring {
            if flight.cell == cell {
                *flight = Flight::NONE;
            }
        }
    }

    /// Returns the first that is in flight, and forgets those before it.
    #[inline]
    pub(super) fn oldest(&mut self, is_in_flight: impl Fn(&Flight) -> bool) -> Option<Flight> {
        while self.count > 0 {
            let flight = *self.ring.get(self.first)?;
            if is_in_flight(&flight) {
                return Some(flight);
            }
            self.pop();
        }
        None
    }

    fn push(&mut self, flight: Flight) -> Option<()> {
        let index = self.index(self.count);
        *self.ring.get_mut(index)? = flight;
        self.count = self.count.saturating_add(1).min(self.ring.len());
        Some(())
    }

    fn pop(&mut self) -> Option<Flight> {
        let flight = *self.ring.get(self.first)?;
        self.first = self.index(1);
        self.count = self.count.saturating_sub(1);
        Some(flight)
    }

    /// Returns where the one is in the ring that comes so many after the first.
    fn index(&self, after: usize) -> usize {
        self.first.saturating_add(after).checked_rem(self.ring.len()).unwrap_or(0)
    }
}
