//! Orders at a server with a rate limit, in virtual time: what polling them costs the server, and when their ends are noticed.

use core::{cmp::Reverse, time::Duration};
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use asyncpoll::{
    Decision, Fleet, Outcome, Policy, Poller, SeededRng,
    fleet::{Due, Id, Limits},
};

use super::{
    orders::log_normal,
    server::{Answer, Running, Server},
};

/// A server, and the orders that are placed there, all at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) orders: usize,
    /// The median times that orders take, in seconds; the orders go round.
    pub(crate) medians: &'static [f64],
    pub(crate) server: Server,
    /// How many servers there are, of which only the first has a limit; the orders go round.
    pub(crate) servers: usize,
}

/// How the orders are polled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// By a poller each.
    Alone,
    /// By a fleet with these limits.
    Fleet(Limits),
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) polls: u32,
    pub(crate) refused: u32,
    /// The most polls in a second.
    pub(crate) busiest: u32,
    /// The time from the end of an order until it was noticed, in seconds: the mean, and what one in twenty exceeds.
    pub(crate) mean: f64,
    pub(crate) p95: f64,
    /// Orders that polling gave up.
    pub(crate) given_up: u32,
}

impl Scenario {
    pub(crate) const fn new(orders: usize, rate: u32) -> Self {
        Self { orders, medians: &[180.0], server: Server::new(rate), servers: 1 }
    }

    /// Polls all orders to their end.
    pub(crate) fn run(&self, way: Way) -> Figures {
        let mut rng = SeededRng::new(17);
        let ends = (0..self.orders).map(|order| log_normal(self.medians[order % self.medians.len()], &mut rng)).collect();
        let mut play = Play {
            scenario: self,
            server: self.server.start(),
            ends,
            sent: Vec::new(),
            refused: 0,
            given_up: 0,
            delays: Vec::new(),
        };
        match way {
            Way::Alone => play.alone(),
            Way::Fleet(limits) => play.fleet(limits),
        }
        play.figures()
    }
}

struct Play<'a> {
    scenario: &'a Scenario,
    server: Running,
    /// When each order comes to its end.
    ends: Vec<Duration>,
    /// When each poll was made.
    sent: Vec<Duration>,
    refused: u32,
    given_up: u32,
    /// From the end of an order until it was noticed.
    delays: Vec<Duration>,
}

/// What a poll finds: when its order came to its end.
type Found = Outcome<Duration, ()>;

impl Play<'_> {
    /// Makes a poll, and returns what it finds.
    fn poll(&mut self, order: usize, now: Duration) -> Found {
        self.sent.push(now);
        let is_first = order % self.scenario.servers == 0;
        match if is_first { self.server.poll(now) } else { Answer::Served } {
            Answer::Refused => {
                self.refused += 1;
                Outcome::throttled(()).retry_after(self.scenario.server.hint)
            }
            Answer::Failed => Outcome::transient(()),
            Answer::Served if self.ends[order] <= now => Outcome::Done(self.ends[order]),
            Answer::Served => Outcome::pending(),
        }
    }

    fn alone(&mut self) {
        let mut pollers: Vec<_> =
            (0..self.ends.len()).map(|seed| Poller::seeded(Policy::default(), seed as u64, Duration::ZERO)).collect();
        let mut timers: BinaryHeap<_> = (0..self.ends.len()).map(|order| Reverse((Duration::ZERO, order))).collect();
        while let Some(Reverse((now, order))) = timers.pop() {
            let found = self.poll(order, now);
            let now = now + self.server.latency();
            let decision = pollers[order].step(found, now);
            if let Some(wait) = self.note(decision, now) {
                timers.push(Reverse((now + wait, order)));
            }
        }
    }

    fn fleet(&mut self, limits: Limits) {
        let mut now = Duration::ZERO;
        let mut fleet = Fleet::seeded(1, now);
        let upstreams: Vec<_> = (0..self.scenario.servers).map(|_| fleet.add_upstream(limits)).collect();
        let orders: HashMap<Id, usize> = (0..self.ends.len())
            .map(|order| (fleet.start(upstreams[order % upstreams.len()], Policy::default(), now), order))
            .collect();
        // By when they come back, and in which order they went out.
        let mut in_flight: BTreeMap<(Duration, usize), (Id, Found)> = BTreeMap::new();
        loop {
            let next = fleet.until_next(now).map(|wait| now + wait);
            let back = in_flight.first_key_value().map(|((back, _), _)| *back);
            // An answer that comes with a poll is heard first.
            if let Some(back) = back.filter(|back| next.is_none_or(|next| *back <= next)) {
                now = back;
                let Some((_, (id, found))) = in_flight.pop_first() else { return };
                let decision = fleet.step(id, found, now);
                self.note(decision, now);
            } else if let Some(next) = next {
                now = next;
                match fleet.next_due(now) {
                    Some(Due::Poll(poll)) => {
                        let found = self.poll(orders[&poll.id], now);
                        in_flight.insert((now + self.server.latency(), self.sent.len()), (poll.id, found));
                    }
                    Some(Due::Ended(..)) => self.given_up += 1,
                    None => {}
                }
            } else {
                return;
            }
        }
    }

    /// Notes what was decided, and returns the wait if there is one.
    fn note(&mut self, decision: Decision<Duration, ()>, now: Duration) -> Option<Duration> {
        match decision {
            Decision::Sleep(wait) => return Some(wait),
            Decision::Done(end) => self.delays.push(now - end),
            Decision::Failed(()) | Decision::GaveUp(_) => self.given_up += 1,
        }
        None
    }

    fn figures(mut self) -> Figures {
        self.sent.sort_unstable();
        self.delays.sort_unstable();
        let count = self.delays.len().max(1);
        let sum: Duration = self.delays.iter().sum();
        let p95 = self.delays.get(count * 95 / 100).copied().unwrap_or_default();
        Figures {
            polls: self.sent.len() as u32,
            refused: self.refused,
            busiest: busiest(&self.sent),
            mean: sum.as_secs_f64() / count as f64,
            p95: p95.as_secs_f64(),
            given_up: self.given_up,
        }
    }
}

/// Returns the most polls in a second, of those sent at these times, in order.
pub(crate) fn busiest(sent: &[Duration]) -> u32 {
    let mut start = 0;
    let mut busiest = 0;
    for (end, at) in sent.iter().enumerate() {
        while *at - sent[start] >= Duration::from_secs(1) {
            start += 1;
        }
        busiest = busiest.max(end + 1 - start);
    }
    busiest as u32
}
