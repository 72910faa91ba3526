//! The loop of a process that polls its orders at a pace that it shares with others.

use std::{collections::HashMap, time::Duration};

use asyncpoll::{
    Decision, Fleet, Outcome, Policy, SeededRng, Snapshot,
    fleet::{Ask, Due, DuePoll, Grant, Id, Limits, Upstream},
    random_seed,
};
use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep},
};

/// How many polls are sent at a time.
const SENDERS: usize = 64;

/// How long after an ask that failed the next is made.
const RETRY: Duration = Duration::from_secs(1);

/// What a poll found: a result, or an error.
pub type Found = Outcome<String, String>;

/// What your process brings along.
pub trait Work {
    /// Polls an order.
    fn poll(&self, order: i64) -> impl Future<Output = Found> + Send + 'static;

    /// Notes what was decided of an order, and its poller while it goes on: keep that where a restart finds it.
    fn note(&mut self, order: i64, decision: Decision<String, String>, poller: Option<Snapshot>);
}

/// The orders of a process, which are polled at a pace that it shares.
#[derive(Debug)]
pub struct Orders {
    /// When each is polled.
    pub fleet: Fleet<Instant, SeededRng>,
    /// The server that has them.
    pub upstream: Upstream,
    /// By what the fleet calls them.
    pub ids: HashMap<Id, i64>,
}

impl Orders {
    /// Begins without orders.
    pub fn new(limits: Limits) -> Self {
        let mut fleet = Fleet::seeded(random_seed(), Instant::now());
        let upstream = fleet.add_upstream(limits);
        Self { fleet, upstream, ids: HashMap::new() }
    }

    /// Takes a new order in.
    pub fn start(&mut self, order: i64, policy: Policy) {
        let id = self.fleet.start(self.upstream, policy, Instant::now());
        self.ids.insert(id, order);
    }

    /// Polls all orders to their end. What they ask for goes to `asks`, and what is granted comes from `grants`, or nothing if nobody
    /// has answered.
    #[expect(clippy::indexing_slicing, reason = "each operation has an order")]
    pub async fn poll(&mut self, work: &mut impl Work, asks: &mpsc::Sender<Ask>, grants: &mut mpsc::Receiver<Option<Grant>>) {
        let (mut tasks, mut polls) = (JoinSet::new(), HashMap::new());
        while !self.fleet.is_empty() {
            if let Some(ask) = self.fleet.ask(self.upstream, Instant::now()) {
                // If there is no room, whoever answers is stuck: it has failed.
                let _ = asks.try_send(ask);
            }
            if tasks.len() < SENDERS {
                match self.fleet.next_due(Instant::now()) {
                    Some(Due::Poll(poll)) => {
                        let found = work.poll(self.ids[&poll.id]);
                        polls.insert(tasks.spawn(found).id(), poll);
                        continue;
                    }
                    Some(Due::Ended(id, gave_up)) => {
                        self.note(work, id, Decision::GaveUp(gave_up.with_last_error(None)));
                        continue;
                    }
                    None => {}
                }
            }
            let now = Instant::now();
            let is_free = tasks.len() < SENDERS;
            let next = self.fleet.until_next(now).filter(|_| is_free);
            let ask = self.fleet.until_ask(self.upstream, now);
            let wait = next.into_iter().chain(ask).min();
            tokio::select! {
                Some(joined) = tasks.join_next_with_id() => {
                    let (task, found) = match joined {
                        Ok((task, found)) => (task, Some(found)),
                        Err(died) => (died.id(), None),
                    };
                    if let Some(poll) = polls.remove(&task) {
                        self.found(work, poll, found);
                    }
                }
                Some(granted) = grants.recv() => match granted {
                    Some(grant) => self.fleet.grant(self.upstream, &grant, Instant::now()),
                    None => self.fleet.ask_failed(self.upstream, RETRY, Instant::now()),
                },
                () = sleep(wait.unwrap_or(Duration::MAX)) => {}
            }
        }
    }

    /// Takes what a poll found, or that its task died.
    fn found(&mut self, work: &mut impl Work, poll: DuePoll, found: Option<Found>) {
        let decision = match found {
            Some(outcome) => self.fleet.step(poll, outcome, Instant::now()),
            None => match self.fleet.lost(poll, Instant::now()) {
                Decision::Sleep(wait) => Decision::Sleep(wait),
                Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
                Decision::Done(never) | Decision::Failed(never) => match never {},
            },
        };
        self.note(work, poll.id, decision);
    }

    fn note(&mut self, work: &mut impl Work, id: Id, decision: Decision<String, String>) {
        let poller = self.fleet.snapshot(id, Instant::now());
        let order = if poller.is_some() { self.ids.get(&id).copied() } else { self.ids.remove(&id) };
        if let Some(order) = order {
            work.note(order, decision, poller);
        }
    }
}
