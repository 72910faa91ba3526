//! The loop of a process that polls its orders at a pace that it shares with
//! others.

use std::{collections::HashMap, time::Duration};

use asyncpoll::{
    Decision, Elapsed, Fleet, Outcome, Policy, SeededRng, Snapshot,
    fleet::{Due, DuePoll, Id, Limits, Upstream},
    random_seed,
};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::pace::{Answering, Pace};

/// How long after an ask that failed the next is made.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// An order, as it is kept.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which it is.
    pub id: i64,
    /// Its poller.
    pub poller: Snapshot,
    /// The last error.
    pub last_error: Option<String>,
    /// How it has ended, if it has.
    pub ended: Option<String>,
}

/// What your process brings along.
pub trait Work {
    /// Polls an order.
    fn poll(&self, order: i64) -> impl Future<Output = Outcome<String, String>> + Send + 'static;

    /// Keeps an order as it is now, where a restart of the process finds it.
    fn keep(&mut self, order: &Order);
}

/// Polls the orders that come, each with the time since its start, until no
/// more can come and all have ended.
pub async fn poll_orders(
    work: &mut impl Work,
    policy: Policy,
    limits: Limits,
    pace: impl Pace,
    mut incoming: mpsc::Receiver<(Order, Elapsed)>,
) {
    let mut answering = Answering::start(pace);
    let mut orders = Orders::new(limits);
    let mut polls = JoinSet::new();
    let mut is_open = true;
    loop {
        let now = Instant::now();
        if let Some(ask) = orders.fleet.ask(orders.upstream, now) {
            answering.ask(ask);
        }
        match orders.fleet.next_due(now) {
            Some(Due::Poll(poll)) => {
                let found = work.poll(orders.by_id[&poll.id].id);
                // If a poll panics, the inner task dies, and not the outer one.
                polls.spawn(async move { (poll, tokio::spawn(found).await.ok()) });
                continue;
            }
            Some(Due::Ended(id, gave_up)) => {
                orders.decided(work, id, Decision::GaveUp(gave_up.with_last_error(None)));
                continue;
            }
            None if !is_open && orders.fleet.is_empty() => return,
            None => {}
        }
        let until_next = orders.fleet.until_next(now);
        let until_ask = orders.fleet.until_ask(orders.upstream, now);
        let wait = until_next.into_iter().chain(until_ask).min();
        tokio::select! {
            order = incoming.recv(), if is_open => match order {
                Some((order, elapsed)) => orders.take_in(order, policy, elapsed),
                None => is_open = false,
            },
            Some(Ok((poll, found))) = polls.join_next() => orders.polled(work, poll, found),
            grant = answering.answer() => match grant {
                Some(grant) => orders.fleet.grant(orders.upstream, &grant, Instant::now()),
                None => orders.fleet.ask_failed(orders.upstream, AFTER_FAILURE, Instant::now()),
            },
            () = sleep(wait.unwrap_or(Duration::MAX)) => {}
        }
    }
}

/// The orders of a process.
struct Orders {
    fleet: Fleet<Instant, SeededRng>,
    upstream: Upstream,
    by_id: HashMap<Id, Order>,
}

impl Orders {
    fn new(limits: Limits) -> Self {
        let mut fleet = Fleet::seeded(random_seed(), Instant::now());
        let upstream = fleet.add_upstream(limits);
        Self { fleet, upstream, by_id: HashMap::new() }
    }

    fn take_in(&mut self, order: Order, policy: Policy, elapsed: Elapsed) {
        let id = self.fleet.restore(self.upstream, &order.poller, policy, Instant::now(), elapsed);
        self.by_id.insert(id, order);
    }

    /// Takes what a poll found, or nothing if it panicked.
    fn polled(&mut self, work: &mut impl Work, poll: DuePoll, found: Option<Outcome<String, String>>) {
        let Some(order) = self.by_id.get_mut(&poll.id) else { return };
        let now = Instant::now();
        let decision = match found {
            Some(outcome) => self.fleet.step_keeping(poll, outcome, now, &mut order.last_error),
            None => match self.fleet.lost(poll, now) {
                Decision::Sleep(wait) => Decision::Sleep(wait),
                Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
                Decision::Done(never) | Decision::Failed(never) => match never {},
            },
        };
        self.decided(work, poll.id, decision);
    }

    /// Has an order kept, and forgets it if it has ended.
    fn decided(&mut self, work: &mut impl Work, id: Id, decision: Decision<String, String>) {
        let Some(order) = self.by_id.get_mut(&id) else { return };
        if let Some(poller) = self.fleet.snapshot(id, Instant::now()) {
            order.poller = poller;
        }
        order.ended = match decision {
            Decision::Sleep(_) => None,
            Decision::Done(result) => Some(format!("done: {result}")),
            Decision::Failed(error) => Some(format!("failed: {error}")),
            Decision::GaveUp(gave_up) => {
                let (gave_up, error) = gave_up.split();
                order.last_error = error.or(order.last_error.take());
                Some(gave_up.to_string())
            }
        };
        work.keep(order);
        if order.ended.is_some() {
            self.by_id.remove(&id);
        }
    }
}
