//! Replicas of a service in virtual time: each polls its orders with a fleet, and they share their pace in a row of a store.

use core::time::Duration;
use std::collections::BTreeMap;

use asyncpoll::{
    Decision, Outcome, SeededRng,
    fleet::{Ask, DuePoll, Grant, Limits},
};

use super::{
    orders::log_normal,
    replica::{Act, Found, Replica},
    server::{Answer, Running, Server},
    store::{Admits, GIVES_UP_AFTER, Store},
};

/// A server, the orders that are placed there, all at once, and the replicas that poll them.
#[derive(Clone, Debug)]
pub(crate) struct Replicas {
    /// How many there are.
    pub(crate) count: usize,
    pub(crate) orders: usize,
    /// How many percent of the orders the first replica has, if the orders do not go round.
    pub(crate) on_first: Option<usize>,
    /// The limits of every other replica, the first of them the first, and of those between.
    pub(crate) limits: [Limits; 2],
    pub(crate) server: Server,
    pub(crate) store: Store,
    /// How often a replica is killed, if any is: each in its turn. It begins anew ten seconds later.
    pub(crate) killed_every: Option<Duration>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    /// When each poll was made.
    pub(crate) sent: Vec<Duration>,
    pub(crate) refused: u32,
    pub(crate) asks: u32,
    /// The time from the end of an order until it was noticed, in seconds: the mean, and that of the replica with the longest.
    pub(crate) mean: f64,
    pub(crate) worst: f64,
    /// Orders whose end nobody noticed, since polling gave them up.
    pub(crate) given_up: u32,
}

/// What happens to a replica.
enum Event {
    Answered {
        poll: DuePoll,
        found: Found,
        quota: Option<(u64, Duration)>,
    },
    /// An ask comes to the store.
    Asked(Ask),
    Granted(Option<Grant>),
    Killed,
    BeginsAnew,
}

struct Happening {
    replica: usize,
    /// Which of the processes that it has been. Nobody else hears of it.
    process: u32,
    event: Event,
}

/// Replicas that are polling.
pub(crate) struct Play {
    scenario: Replicas,
    server: Running,
    row: Box<dyn Admits>,
    replicas: Vec<Replica>,
    /// When each order comes to its end.
    ends: Vec<Duration>,
    /// By when they happen, and in which order they were foreseen.
    happenings: BTreeMap<(Duration, u64), Happening>,
    foreseen: u64,
    asks: u32,
    tallies: Vec<Tally>,
}

/// What has become of the polls of a replica.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// When each was made.
    pub(crate) sent: Vec<Duration>,
    pub(crate) refused: u32,
    /// From the end of an order until it was noticed, in seconds.
    pub(crate) delays: Vec<f64>,
}

impl Replicas {
    /// Polls all orders to their end. How long they take, and when they are polled, is drawn.
    pub(crate) fn run(&self, draw: u64) -> Shared {
        let mut play = self.start(draw, Box::new(self.store.start()));
        play.advance(Duration::MAX);
        play.figures()
    }

    /// Begins, with the pace in this row.
    pub(crate) fn start(&self, draw: u64, row: Box<dyn Admits>) -> Play {
        let mut rng = SeededRng::new(17 + draw);
        let ends = (0..self.orders).map(|_| log_normal(180.0, &mut rng)).collect();
        let replicas = (0..self.count)
            .map(|number| {
                let orders = (0..self.orders).filter(|order| self.replica_of(*order) == number);
                let clock = Duration::from_secs(1_000 * number as u64);
                Replica::new(self.limits[number % 2], clock, 1_000 * draw + number as u64, orders)
            })
            .collect();
        let mut play = Play {
            scenario: self.clone(),
            server: self.server.start(),
            row,
            replicas,
            ends,
            happenings: BTreeMap::new(),
            foreseen: 0,
            asks: 0,
            tallies: vec![Tally::default(); self.count],
        };
        if let Some(every) = self.killed_every {
            play.foresee(every, 0, Event::Killed);
        }
        play
    }

    fn replica_of(&self, order: usize) -> usize {
        match self.on_first {
            Some(percent) if order % 100 < percent => 0,
            Some(_) => 1 + order % (self.count - 1),
            None => order % self.count,
        }
    }
}

impl Play {
    /// Lets all happen that happens until then.
    pub(crate) fn advance(&mut self, until: Duration) {
        while !self.is_done() {
            let next = self.replicas.iter().enumerate().filter_map(|(number, replica)| Some((replica.next?, number))).min();
            let happens = self.happenings.first_key_value().map(|((at, _), _)| *at);
            if next.map(|(next, _)| next).into_iter().chain(happens).all(|at| at > until) {
                return;
            }
            // What happens as a replica wakes up happens first.
            if let Some((now, number)) = next.filter(|(next, _)| happens.is_none_or(|at| next < &at)) {
                self.wake(number, now);
                self.replicas[number].look(now);
            } else if let Some(((now, _), happening)) = self.happenings.pop_first() {
                self.happen(happening, now);
            }
        }
    }

    /// Returns whether no order is left.
    pub(crate) fn is_done(&self) -> bool {
        self.replicas.iter().all(Replica::is_done)
    }

    /// Kills a replica, unless it is dead. It begins anew ten seconds later.
    pub(crate) fn kill(&mut self, number: usize, now: Duration) {
        if self.replicas[number].is_up {
            let process = self.replicas[number].process;
            self.happen(Happening { replica: number, process, event: Event::Killed }, now);
        }
    }

    /// Returns what has become of the polls of each replica, and whether it is up.
    pub(crate) fn tallies(&self) -> impl Iterator<Item = (&Tally, bool)> {
        self.tallies.iter().zip(self.replicas.iter().map(|replica| replica.is_up))
    }

    fn foresee(&mut self, at: Duration, replica: usize, event: Event) {
        self.foreseen += 1;
        let process = self.replicas[replica].process;
        self.happenings.insert((at, self.foreseen), Happening { replica, process, event });
    }

    fn wake(&mut self, number: usize, now: Duration) {
        match self.replicas[number].act(now) {
            Act::Ask(ask) => {
                self.asks += 1;
                self.foresee(now + self.row.round_trip() / 2, number, Event::Asked(ask));
            }
            Act::Poll(poll, order) => {
                self.tallies[number].sent.push(now);
                let found = match self.server.poll(now) {
                    Answer::Refused => {
                        self.tallies[number].refused += 1;
                        Outcome::throttled(()).retry_after(self.scenario.server.hint)
                    }
                    Answer::Failed => Outcome::transient(()),
                    Answer::Served if self.ends[order] <= now => Outcome::Done(self.ends[order]),
                    Answer::Served => Outcome::pending(),
                };
                let quota = self.server.quota(now);
                let back = now + self.server.latency();
                self.foresee(back, number, Event::Answered { poll, found, quota });
            }
            Act::Nothing => {}
        }
    }

    fn happen(&mut self, Happening { replica: number, process, event }: Happening, now: Duration) {
        let replica = &mut self.replicas[number];
        let is_alive = replica.process == process;
        match event {
            // It comes to the store even if whoever asked is gone.
            Event::Asked(ask) => {
                let half = self.row.round_trip() / 2;
                let grant = self.row.admit(&replica.limits, &ask, now);
                let back = if grant.is_some() { now + half } else { now + GIVES_UP_AFTER - half };
                if is_alive {
                    self.foresee(back, number, Event::Granted(grant));
                }
            }
            _ if !is_alive => {}
            Event::Answered { poll, found, quota } => {
                if let Decision::Done(end) = replica.hear(poll, found, quota, now) {
                    self.tallies[number].delays.push((now - end).as_secs_f64());
                }
            }
            Event::Granted(grant) => replica.take(grant.as_ref(), now),
            Event::Killed => {
                replica.die();
                self.foresee(now + Duration::from_secs(10), number, Event::BeginsAnew);
                if let Some(every) = self.scenario.killed_every {
                    self.foresee(now + every, (number + 1) % self.scenario.count, Event::Killed);
                }
            }
            Event::BeginsAnew => replica.begin_anew(Duration::from_secs(self.foreseen), now),
        }
        self.replicas[number].look(now);
    }

    fn figures(self) -> Shared {
        let delays = || self.tallies.iter().map(|tally| &tally.delays);
        let noticed: usize = delays().map(Vec::len).sum();
        let means = delays().filter(|delays| !delays.is_empty());
        let worst = means.map(|delays| delays.iter().sum::<f64>() / delays.len() as f64).fold(0.0, f64::max);
        let mut sent: Vec<_> = self.tallies.iter().flat_map(|tally| &tally.sent).copied().collect();
        sent.sort_unstable();
        Shared {
            refused: self.tallies.iter().map(|tally| tally.refused).sum(),
            asks: self.asks,
            mean: delays().flatten().sum::<f64>() / noticed.max(1) as f64,
            worst,
            given_up: (self.ends.len() - noticed) as u32,
            sent,
        }
    }
}
