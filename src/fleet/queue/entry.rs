//! What a fleet keeps of an operation: its state but for the time, which the fleet has by its own clock.

use super::{
    batches::{ALONE, BatchNumber},
    minima::NEVER,
};
use crate::{
    operation::{Stage, State},
    policy::Policy,
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
    /// Its deadline, from which `max_wait` leads back to its start; or its start, if no deadline ends it.
    pub(in crate::fleet) anchor: u64,
    base: u64,
    hinted_until: u64,
    pub(in crate::fleet) polls: u32,
    errors: u32,
    consecutive_errors: u32,
    throttled: u32,
    /// Tells it from those that were in its cell before.
    pub(in crate::fleet) serial: u32,
    /// Which of the policies of the fleet it has.
    pub(in crate::fleet) policy: u32,
    /// Which batch its poll went out in, if it is in flight.
    pub(in crate::fleet) batch: BatchNumber,
    rung: u8,
    stage: Stage,
    wait_kind: Option<WaitKind>,
    /// Whether a deadline ends it: none does if it came in after its own, to be polled once more.
    has_deadline: bool,
}

impl Entry {
    /// Takes an operation in that has this state at `time`.
    pub(in crate::fleet) fn new(state: &State, time: u64, policy: &Policy, serial: u32, policy_number: u32) -> Self {
        let started = time.saturating_sub(state.elapsed);
        let ahead = max_wait(policy).filter(|max_wait| state.elapsed < *max_wait);
        let deadline = ahead.and_then(|max_wait| started.checked_add(max_wait));
        Self::with(state, time, deadline.unwrap_or(started), deadline.is_some(), serial, policy_number)
    }

    #[inline]
    fn with(state: &State, time: u64, anchor: u64, has_deadline: bool, serial: u32, policy: u32) -> Self {
        let State {
            elapsed,
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
        let due = time.saturating_sub(elapsed).saturating_add(due).min(LATEST);
        Self {
            due,
            anchor,
            base,
            hinted_until,
            polls,
            errors,
            consecutive_errors,
            throttled,
            serial,
            policy,
            batch: ALONE,
            rung,
            stage,
            wait_kind,
            has_deadline,
        }
    }

    /// Returns its state at `time`. It has this policy.
    #[inline]
    pub(in crate::fleet) fn state(&self, time: u64, policy: &Policy) -> State {
        let Self { base, hinted_until, polls, errors, consecutive_errors, throttled, rung, stage, wait_kind, .. } = *self;
        let started = match max_wait(policy) {
            Some(max_wait) if self.has_deadline => self.anchor.saturating_sub(max_wait),
            _ => self.anchor,
        };
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

    /// Changes its state to this one at `time`, its poll in flight or not.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, state: &State, time: u64, in_flight: bool) {
        let batch = self.batch;
        *self = Self::with(state, time, self.anchor, self.has_deadline, self.serial, self.policy);
        if in_flight {
            self.send();
            self.batch = batch;
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
        self.batch = ALONE;
    }

    #[inline]
    pub(in crate::fleet) const fn is_in_flight(&self) -> bool {
        self.due >= IN_FLIGHT
    }

    /// Returns whether the poll of this number is in flight, or any if none is named.
    #[inline]
    pub(in crate::fleet) fn has_in_flight(&self, number: Option<u32>) -> bool {
        self.is_in_flight() && number.is_none_or(|number| self.polls.saturating_add(1) == number)
    }

    /// Returns whether it is the operation of this serial and the poll after so many is in flight.
    #[inline]
    pub(in crate::fleet) const fn is_poll_in_flight(&self, serial: u32, polls: u32) -> bool {
        self.is_in_flight() && self.serial == serial && self.polls == polls
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

    /// Returns when it ends if its poll has not gone out by then, or `NEVER` if it is in flight or no deadline ends it.
    ///
    /// It is the deadline, unless the poll is due later: so it may be if `max_wait` was made shorter on the way.
    #[inline]
    pub(in crate::fleet) fn end(&self) -> u64 {
        if self.has_deadline && !self.is_in_flight() { self.anchor.max(self.due) } else { NEVER }
    }
}

#[inline]
fn max_wait(policy: &Policy) -> Option<u64> {
    policy.deadline.map(|deadline| deadline.max_wait.get())
}
