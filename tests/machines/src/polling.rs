//! The loop of a process that polls its orders at a pace that it shares with
//! others.

use std::{collections::HashMap, time::Duration};

use asyncpoll::{
    Decision, Elapsed, Fleet, Outcome, Policy, SeededRng,
    fleet::{Due, DuePoll, Grant, Id, Limits, Status, Upstream},
    random_seed,
};
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::{Instant, sleep},
};

use crate::orders::Order;
use crate::pace::{Answering, Pace};

/// How long after an ask that failed the next is made.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What a poll found.
pub type Found = Outcome<String, String>;

/// What your process brings along.
pub trait Work {
    /// Polls an order. If the future panics, that is a transient error.
    fn poll(&self, order: i64) -> impl Future<Output = Found> + Send + 'static;

    /// Keeps an order as it is now, where a restart of the process finds it.
    fn keep(&mut self, order: &Order);

    /// Shows how it goes, after each answer of the store.
    fn watch(&mut self, _status: Status) {}
}

/// The orders of a process that have not ended.
#[derive(Debug)]
pub struct Orders<W> {
    work: W,
    policy: Policy,
    fleet: Fleet<Instant, SeededRng>,
    upstream: Upstream,
    by_id: HashMap<Id, Order>,
}

impl<W: Work> Orders<W> {
    /// Begins without orders, at a server with these limits.
    pub fn new(work: W, policy: Policy, limits: Limits) -> Self {
        let mut fleet = Fleet::seeded(random_seed(), Instant::now());
        let upstream = fleet.add_upstream(limits);
        Self { work, policy, fleet, upstream, by_id: HashMap::new() }
    }

    /// Polls the orders that come, each with the time since its start, until
    /// all have ended and no more can come.
    pub async fn poll(&mut self, pace: impl Pace, mut incoming: mpsc::Receiver<(Order, Elapsed)>) {
        let mut answering = Answering::start(pace);
        let mut polls = JoinSet::new();
        let mut is_open = true;
        loop {
            let now = Instant::now();
            if let Some(ask) = self.fleet.ask(self.upstream, now) {
                answering.ask(ask);
            }
            match self.fleet.next_due(now) {
                Some(Due::Poll(poll)) => {
                    if let Some(order) = self.by_id.get(&poll.id) {
                        let found = tokio::spawn(self.work.poll(order.id));
                        // If that panics, this one does not.
                        polls.spawn(async move { (poll, found.await) });
                    }
                    continue;
                }
                Some(Due::Ended(id, gave_up)) => {
                    let gave_up = gave_up.with_last_error(None);
                    self.decided(id, Decision::GaveUp(gave_up));
                    continue;
                }
                None if !is_open && self.fleet.is_empty() => return,
                None => {}
            }
            let until_next = self.fleet.until_next(now);
            let until_ask = self.fleet.until_ask(self.upstream, now);
            let wait = until_next.into_iter().chain(until_ask).min();
            tokio::select! {
                () = sleep(wait.unwrap_or(Duration::MAX)) => {}
                order = incoming.recv(), if is_open => match order {
                    Some((order, elapsed)) => self.take_in(order, elapsed),
                    None => is_open = false,
                },
                Some(Ok((poll, found))) = polls.join_next() => {
                    self.polled(poll, found);
                }
                grant = answering.answer() => self.answered(grant),
            }
        }
    }

    fn take_in(&mut self, order: Order, elapsed: Elapsed) {
        let (poller, now) = (&order.poller, Instant::now());
        let id = self.fleet.restore(self.upstream, poller, self.policy, now, elapsed);
        self.by_id.insert(id, order);
    }

    /// Takes what a poll found, or that it panicked.
    fn polled(&mut self, poll: DuePoll, found: Result<Found, JoinError>) {
        let Some(order) = self.by_id.get_mut(&poll.id) else { return };
        let panicked = |error: JoinError| Outcome::transient(error.to_string());
        let found = found.unwrap_or_else(panicked);
        let (now, last) = (Instant::now(), &mut order.last_error);
        let decision = self.fleet.step_keeping(poll, found, now, last);
        self.decided(poll.id, decision);
    }

    /// Takes a grant, or that there is none.
    fn answered(&mut self, grant: Option<Grant>) {
        let now = Instant::now();
        match grant {
            Some(grant) => self.fleet.grant(self.upstream, &grant, now),
            None => self.fleet.ask_failed(self.upstream, AFTER_FAILURE, now),
        }
        self.work.watch(self.fleet.status(self.upstream, now));
    }

    /// Has an order kept, and forgets it if it has ended.
    fn decided(&mut self, id: Id, decision: Decision<String, String>) {
        let Some(order) = self.by_id.get_mut(&id) else { return };
        order.decided(decision, self.fleet.snapshot(id, Instant::now()));
        self.work.keep(order);
        if order.ended.is_some() {
            self.by_id.remove(&id);
        }
    }
}
