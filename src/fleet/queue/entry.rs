//! What a fleet keeps of an operation: its state but for the time, which the fleet has by its own clock.

use super::minima::NEVER;
use crate::{
    operation::{Stage, State},
    wait::WaitKind,
};

/// Marks an operation whose poll is in flight.
const IN_FLIGHT: u64 = 1 << 63;

/// The last time at which a poll can be due, 219 years after the start of the fleet.
const LATEST: u64 = IN_FLIGHT - 1;

/// An operation of a fleet that has not ended. Its times are by the clock of the fleet.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Entry {
    /// When its next poll is due, or was if it is in flight, and whether it is.
    due: u64,
    pub(in crate::fleet) started: u64,
    base: u64,
    hinted_until: u64,
    polls: u32,
    errors: u32,
    consecutive_errors: u32,
    throttled: u32,
    /// Tells it from those that were in its slot before.
    pub(in crate::fleet) serial: u32,
    /// Which of the policies of the fleet it has.
    pub(in crate::fleet) policy: u32,
    rung: u8,
    stage: Stage,
    wait_kind: Option<WaitKind>,
}

impl Entry {
    #[inline]
    pub(in crate::fleet) fn new(state: &State, started: u64, serial: u32, policy: u32) -> Self {
        let State {
            elapsed: _,
            due,
            base,
            hinted_until,
            polls,
            errors,
            consecutive_errors,
            throttled,
            rung,
            stage,
            is_in_flight: _,
            found_error: _,
            wait_kind,
        } = *state;
        let due = started.saturating_add(due).min(LATEST);
        Self {
            due,
            started,
            base,
            hinted_until,
            polls,
            errors,
            consecutive_errors,
            throttled,
            serial,
            policy,
            rung,
            stage,
            wait_kind,
        }
    }

    /// Returns its state at `time`.
    #[inline]
    pub(in crate::fleet) const fn state(&self, time: u64) -> State {
        let Self { started, base, hinted_until, polls, errors, consecutive_errors, throttled, rung, stage, wait_kind, .. } =
            *self;
        let (elapsed, due) = (time.saturating_sub(started), self.due().saturating_sub(started));
        State {
            elapsed,
            due,
            base,
            rung,
            hinted_until,
            polls,
            errors,
            consecutive_errors,
            throttled,
            stage,
            is_in_flight: false,
            found_error: false,
            wait_kind,
        }
    }

    /// Changes its state, its poll in flight or not.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, state: &State, in_flight: bool) {
        *self = Self::new(state, self.started, self.serial, self.policy);
        if in_flight {
            self.send();
        }
    }

    /// Notes that its poll goes out.
    #[inline]
    pub(in crate::fleet) const fn send(&mut self) {
        self.due |= IN_FLIGHT;
    }

    /// Makes its poll due again, when it was.
    pub(in crate::fleet) const fn release(&mut self) {
        self.due &= LATEST;
    }

    #[inline]
    pub(in crate::fleet) const fn is_in_flight(&self) -> bool {
        self.due >= IN_FLIGHT
    }

    /// Returns when its next poll is due, or was if it is in flight.
    #[inline]
    pub(in crate::fleet) const fn due(&self) -> u64 {
        self.due & LATEST
    }

    /// Returns when its next poll is due, or `NEVER` if it is in flight.
    #[inline]
    pub(in crate::fleet) const fn key(&self) -> u64 {
        if self.is_in_flight() { NEVER } else { self.due }
    }
}
