//! Replicas of a service: each polls its orders with a fleet, and they share their pace in a row of a store.

use core::{fmt, time::Duration};
use std::collections::BTreeMap;

use asyncpoll::{
    Decision, Outcome, SeededRng, const_limits,
    fleet::{Ask, DuePoll, Grant, Limits},
};

use crate::{
    orders::log_normal,
    replica::{Act, Found, Replica},
    server::{Answer, Running, Server},
    store::{Admits, GIVES_UP_AFTER, Store},
    tally::{Noticed, Tally},
};

/// The limits of a replica that finds a pace of its own.
pub const OWN: Limits = const_limits!(Limits::builder());

/// The limits of a replica that finds a pace together with the others.
pub const SHARED: Limits = const_limits!(Limits::builder().shared(true));

/// A server, the orders that are placed there, all at once, and the replicas that poll them.
#[derive(Clone, Debug)]
pub struct Replicas {
    /// How many replicas there are.
    pub count: usize,
    /// How many orders there are, which take three minutes in the median.
    pub orders: usize,
    /// How many percent of the orders the first of two replicas or more has, if the orders do not go round.
    pub on_first: Option<usize>,
    /// The limits of every other replica, the first of them the first, and of those between.
    pub limits: [Limits; 2],
    /// The server.
    pub server: Server,
    /// The store, which nobody asks unless a replica has a shared pace.
    pub store: Store,
    /// How often a replica is killed, if any is: each in its turn. It begins anew ten seconds later.
    pub killed_every: Option<Duration>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Shared {
    /// What has become of the polls of each replica.
    pub tallies: Vec<Tally>,
    /// How often the store was asked.
    pub asks: u32,
    /// Orders whose end nobody noticed, since polling gave them up.
    pub given_up: u32,
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
pub struct Play {
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

impl Replicas {
    /// Makes so many replicas, each with these limits, that poll 5,000 orders at a server of 40 polls a second. The store answers after
    /// 5 ms.
    pub const fn new(count: usize, limits: Limits) -> Self {
        Self {
            count,
            orders: 5_000,
            on_first: None,
            limits: [limits; 2],
            server: Server::new(40),
            store: Store::new(Duration::from_millis(5)),
            killed_every: None,
        }
    }

    /// Polls all orders to their end. How long they take, and when they are polled, is drawn.
    ///
    /// ```
    /// use simulation::replicas::{OWN, Replicas, SHARED};
    ///
    /// let [own, shared] = [OWN, SHARED].map(|limits| Replicas { orders: 500, ..Replicas::new(4, limits) }.run(0));
    /// assert_eq!((own.tallies.len(), own.asks), (4, 0));
    /// assert!(shared.together().refused.len() < own.together().refused.len());
    /// ```
    pub fn run(&self, draw: u64) -> Shared {
        let mut play = self.start(draw, Box::new(self.store.start()));
        play.advance(Duration::MAX);
        let noticed: usize = play.tallies.iter().map(|tally| tally.noticed.len()).sum();
        Shared { given_up: (self.orders - noticed) as u32, asks: play.asks, tallies: play.tallies }
    }

    /// Begins, with the pace in this row.
    pub fn start(&self, draw: u64, row: Box<dyn Admits>) -> Play {
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

impl Shared {
    /// Returns what has become of all polls.
    pub fn together(&self) -> Tally {
        Tally::together(&self.tallies)
    }

    /// Returns the mean time from the end of an order until it was noticed, in seconds, of the replica with the longest.
    pub fn worst_delay(&self) -> f64 {
        self.tallies.iter().map(Tally::mean_delay).fold(0.0, f64::max)
    }
}

impl Play {
    /// Lets all happen that happens until then.
    pub fn advance(&mut self, until: Duration) {
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
    pub fn is_done(&self) -> bool {
        self.replicas.iter().all(Replica::is_done)
    }

    /// Kills a replica, unless it is dead. It begins anew ten seconds later.
    pub fn kill(&mut self, number: usize, now: Duration) {
        if self.replicas[number].is_up {
            let process = self.replicas[number].process;
            self.happen(Happening { replica: number, process, event: Event::Killed }, now);
        }
    }

    /// Returns what has become of the polls of each replica, and whether it is up.
    pub fn tallies(&self) -> impl Iterator<Item = (&Tally, bool)> {
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
                        self.tallies[number].refused.push(now);
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
                    self.tallies[number].noticed.push(Noticed { end, at: now });
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
}

impl fmt::Debug for Play {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Play").field("scenario", &self.scenario).field("tallies", &self.tallies).finish_non_exhaustive()
    }
}
