//! Orders at a server with a rate limit: what polling them costs the server, and when their ends are noticed.

use core::{cmp::Reverse, time::Duration};
use std::collections::{BTreeMap, BinaryHeap};

use asyncpoll::{
    Decision, Fleet, Outcome, Policy, Poller, SeededRng,
    fleet::{Due, Id, Limits},
};

use crate::{
    orders::log_normal,
    server::{Answer, Running, Server},
    tally::{Noticed, Tally},
};

/// A server, and the orders that are placed there, all at once. They are polled under the default policy.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// How many orders there are.
    pub orders: usize,
    /// The median times that orders take, in seconds, one or more; the orders go round.
    pub medians: Vec<f64>,
    /// The server.
    pub server: Server,
    /// How many servers there are, one or more, of which only the first has a limit; the orders go round.
    pub servers: usize,
}

/// How the orders are polled.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    /// By a poller each.
    Alone,
    /// By a fleet with these limits.
    Fleet(Limits),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// What has become of the polls.
    pub tally: Tally,
    /// Orders that polling gave up.
    pub given_up: u32,
}

/// What came of it, in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// How many polls were made.
    pub polls: u32,
    /// How many of them the server refused.
    pub refused: u32,
    /// The most polls in a second.
    pub busiest: u32,
    /// The mean time from the end of an order until it was noticed, in seconds.
    pub mean: f64,
    /// The time from the end of an order until it was noticed that one order in twenty exceeds, in seconds.
    pub p95: f64,
    /// Orders that polling gave up.
    pub given_up: u32,
}

impl Way {
    /// Returns the ways that are compared at a server, each by its name: by a poller each, by a fleet that only holds, at a pace that
    /// is known if the server has a rate, and at the pace that a fleet finds.
    pub fn all(server: &Server) -> Vec<(&'static str, Self)> {
        let known = server.rate.map(|rate| ("known", Self::known(rate)));
        let ways = [("alone", Self::Alone), ("held", Self::Fleet(Limits::none()))].into_iter().chain(known);
        ways.chain([("found", Self::Fleet(Limits::default()))]).collect()
    }

    /// Returns the way of a careful user who knows how many polls the server serves a second, one or more: at nine tenths of that.
    ///
    /// # Panics
    ///
    /// If the rate is 0.
    pub fn known(rate: u32) -> Self {
        let limits = Limits::none().to_builder().rate(rate.saturating_mul(9), Duration::from_secs(10)).build();
        Self::Fleet(limits.expect("a server that serves nothing has no pace"))
    }
}

impl Scenario {
    /// Places so many orders, which take three minutes in the median, at a server that serves so many polls a second.
    pub fn new(orders: usize, rate: u32) -> Self {
        Self { orders, medians: vec![180.0], server: Server::new(rate), servers: 1 }
    }

    /// Polls all orders to their end.
    ///
    /// ```
    /// use simulation::{
    ///     scenario::{Scenario, Way},
    ///     tally::per_second,
    /// };
    ///
    /// let scenario = Scenario::new(500, 5);
    /// let played = Way::all(&scenario.server).into_iter().map(|(name, way)| (name, scenario.run(way)));
    /// let [alone, held, known, found] = played.collect::<Vec<_>>().try_into().unwrap();
    /// assert_eq!([alone.0, held.0, known.0, found.0], ["alone", "held", "known", "found"]);
    ///
    /// let refused = per_second(&alone.1.tally.refused);
    /// assert_eq!(refused[0], 490, "two seconds' worth of the polls that are made at once is served");
    /// assert!(found.1.figures().refused < known.1.figures().refused + 30);
    /// assert!(found.1.figures().mean < held.1.figures().mean);
    /// ```
    pub fn run(&self, way: Way) -> Played {
        let mut rng = SeededRng::new(17);
        let ends = (0..self.orders).map(|order| log_normal(self.medians[order % self.medians.len()], &mut rng)).collect();
        let mut play = Play { scenario: self, server: self.server.start(), ends, tally: Tally::default(), given_up: 0 };
        match way {
            Way::Alone => play.alone(),
            Way::Fleet(limits) => play.fleet(limits),
        }
        Played { tally: play.tally, given_up: play.given_up }
    }
}

impl Played {
    /// Returns what came of it in a few numbers.
    pub fn figures(&self) -> Figures {
        let Self { tally, given_up } = self;
        Figures {
            polls: tally.sent.len() as u32,
            refused: tally.refused.len() as u32,
            busiest: tally.busiest(),
            mean: tally.mean_delay(),
            p95: tally.p95_delay(),
            given_up: *given_up,
        }
    }
}

struct Play<'a> {
    scenario: &'a Scenario,
    server: Running,
    /// When each order comes to its end.
    ends: Vec<Duration>,
    tally: Tally,
    given_up: u32,
}

/// What a poll finds: when its order came to its end.
type Found = Outcome<Duration, ()>;

impl Play<'_> {
    /// Makes a poll, and returns what it finds.
    fn poll(&mut self, order: usize, now: Duration) -> Found {
        self.tally.sent.push(now);
        let is_first = order.is_multiple_of(self.scenario.servers);
        match if is_first { self.server.poll(now) } else { Answer::Served } {
            Answer::Refused => {
                self.tally.refused.push(now);
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
        let orders: BTreeMap<Id, usize> = (0..self.ends.len())
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
                        in_flight.insert((now + self.server.latency(), self.tally.sent.len()), (poll.id, found));
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
            Decision::Done(end) => self.tally.noticed.push(Noticed { end, at: now }),
            Decision::Failed(()) | Decision::GaveUp(_) => self.given_up += 1,
        }
        None
    }
}
