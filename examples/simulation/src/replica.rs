//! One of the replicas of a service: a fleet over its own orders, with a clock of its own.

use core::time::Duration;
use std::collections::BTreeMap;

use asyncpoll::{
    Decision, Elapsed, Fleet, Outcome, Policy,
    fleet::{Ask, Due, DuePoll, Grant, Id, Limits, Upstream},
};

use crate::store::GIVES_UP_AFTER;

/// What a poll finds: when its order came to its end.
pub(crate) type Found = Outcome<Duration, ()>;

pub(crate) struct Replica {
    pub(crate) limits: Limits,
    /// What its clock shows at the beginning.
    clock: Duration,
    fleet: Fleet<Duration>,
    upstream: Upstream,
    orders: BTreeMap<Id, usize>,
    /// Counts the processes that it has been.
    pub(crate) process: u32,
    pub(crate) is_up: bool,
    /// When it wakes up.
    pub(crate) next: Option<Duration>,
}

/// What a replica does when it wakes up.
pub(crate) enum Act {
    Poll(DuePoll, usize),
    Ask(Ask),
    Nothing,
}

impl Replica {
    pub(crate) fn new(limits: Limits, clock: Duration, seed: u64, orders: impl Iterator<Item = usize>) -> Self {
        let mut fleet = Fleet::seeded(seed, clock);
        let upstream = fleet.add_upstream(limits);
        let orders = orders.map(|order| (fleet.start(upstream, Policy::default(), clock), order)).collect();
        Self { limits, clock, fleet, upstream, orders, process: 0, is_up: true, next: Some(Duration::ZERO) }
    }

    /// Returns whether it has no orders left.
    pub(crate) fn is_done(&self) -> bool {
        self.orders.is_empty()
    }

    /// Notes that it was killed.
    pub(crate) fn die(&mut self) {
        self.is_up = false;
        self.process += 1;
    }

    /// Begins anew as another process, with another clock, that goes on with the orders that are left.
    pub(crate) fn begin_anew(&mut self, clock: Duration, now: Duration) {
        let mut fleet = Fleet::seeded(u64::from(self.process), clock + now);
        let upstream = fleet.add_upstream(self.limits);
        let mut orders = BTreeMap::new();
        for (id, order) in &self.orders {
            if let Some(kept) = self.fleet.snapshot(*id, self.clock + now) {
                let elapsed = Elapsed(kept.elapsed());
                orders.insert(fleet.restore(upstream, &kept, Policy::default(), clock + now, elapsed), *order);
            }
        }
        (self.clock, self.fleet, self.upstream, self.orders) = (clock, fleet, upstream, orders);
        self.is_up = true;
    }

    /// Does what is to be done first.
    pub(crate) fn act(&mut self, now: Duration) -> Act {
        let clock = self.clock + now;
        if let Some(ask) = self.fleet.ask(self.upstream, clock) {
            return Act::Ask(ask);
        }
        match self.fleet.next_due(clock) {
            Some(Due::Poll(poll)) => Act::Poll(poll, self.orders[&poll.id]),
            Some(Due::Ended(id, _)) => {
                self.orders.remove(&id);
                Act::Nothing
            }
            None => Act::Nothing,
        }
    }

    /// Hears what a poll found, and what remains of a quota.
    pub(crate) fn hear(
        &mut self,
        poll: DuePoll,
        found: Found,
        quota: Option<(u64, Duration)>,
        now: Duration,
    ) -> Decision<Duration, ()> {
        if let Some((remaining, reset)) = quota {
            self.fleet.quota(self.upstream, remaining, Some(reset), self.clock + now);
        }
        let decision = self.fleet.step(poll, found, self.clock + now);
        if !matches!(decision, Decision::Sleep(_)) {
            self.orders.remove(&poll.id);
        }
        decision
    }

    /// Takes what the store answered, if it did.
    pub(crate) fn take(&mut self, grant: Option<&Grant>, now: Duration) {
        let clock = self.clock + now;
        match grant {
            Some(grant) => self.fleet.grant(self.upstream, grant, clock),
            None => self.fleet.ask_failed(self.upstream, GIVES_UP_AFTER, clock),
        }
    }

    /// Looks when to wake up, if it is up.
    pub(crate) fn look(&mut self, now: Duration) {
        let clock = self.clock + now;
        let waits = [self.fleet.until_next(clock), self.fleet.until_ask(self.upstream, clock)];
        self.next = waits.into_iter().flatten().min().map(|wait| now + wait).filter(|_| self.is_up);
    }
}
