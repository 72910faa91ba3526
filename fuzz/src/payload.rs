//! Results and errors that are told apart, and counted while they are alive.

use std::{cell::Cell, rc::Rc};

use asyncpoll::Outcome;

/// A result or an error, with a number of its own.
#[derive(Debug)]
pub(crate) struct Payload {
    number: usize,
    alive: Rc<Cell<usize>>,
}

impl Payload {
    pub(crate) fn number(&self) -> usize {
        self.number
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        self.alive.set(self.alive.get() - 1);
    }
}

/// Makes payloads, numbered from 1.
#[derive(Debug, Default)]
pub(crate) struct Payloads {
    made: usize,
    alive: Rc<Cell<usize>>,
}

impl Payloads {
    /// Gives `outcome` a payload, if it takes one.
    pub(crate) fn fill(&mut self, outcome: Outcome<(), ()>) -> Outcome<Payload, Payload> {
        outcome.map(|()| self.make()).map_err(|()| self.make())
    }

    /// Returns how many have been made.
    pub(crate) fn made(&self) -> usize {
        self.made
    }

    /// Returns how many have been made and not been dropped.
    pub(crate) fn alive(&self) -> usize {
        self.alive.get()
    }

    fn make(&mut self) -> Payload {
        self.made += 1;
        self.alive.set(self.alive.get() + 1);
        Payload { number: self.made, alive: Rc::clone(&self.alive) }
    }
}
