//! Polls in flight, in the order they went out: which of them has waited longest for its answer.

use alloc::collections::VecDeque;

/// The polls in flight of an upstream whose answers are waited for so long and no longer.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights {
    /// Those that have come back are still among them, until all before them have.
    sent: VecDeque<Flight>,
}

/// A poll that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flight {
    /// When it went out.
    pub(super) sent: u64,
    /// Where its operation is, which operation that is, and which poll of it.
    pub(super) slot: usize,
    pub(super) serial: u32,
    pub(super) polls: u32,
}

impl Flights {
    pub(super) const fn new() -> Self {
        Self { sent: VecDeque::new() }
    }

    pub(super) fn send(&mut self, flight: Flight) {
        self.sent.push_back(flight);
    }

    /// Takes a poll off that was not sent after all.
    pub(super) fn take_off(&mut self, slot: usize) {
        self.sent.retain(|flight| flight.slot != slot);
    }

    /// Returns the first that is in flight, and forgets those before it.
    #[inline]
    pub(super) fn oldest(&mut self, mut is_in_flight: impl FnMut(&Flight) -> bool) -> Option<Flight> {
        loop {
            let flight = *self.sent.front()?;
            if is_in_flight(&flight) {
                return Some(flight);
            }
            self.sent.pop_front();
        }
    }
}
