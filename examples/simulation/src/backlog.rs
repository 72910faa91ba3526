//! More polls than a server serves, without end, by one fleet or several at once: how much of it they use, and how they share it.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use asyncpoll::{
    Fleet, Outcome, Policy, SeededRng, const_policy,
    fleet::{Due, Id, Limits},
    rand_core::Rng as _,
};

use crate::server::{Answer, Running, Server};

/// How many operations all fleets have together: they would poll a thousand times a second.
const OPERATIONS: usize = 5_000;

const POLICY: Policy = const_policy!(
    Policy::builder().initial_wait(Duration::from_secs(5)).multiplier(1, 1).no_max_wait().no_max_consecutive_errors()
);

/// For how long a server has to serve four fifths of its limit to be back at work.
const AT_WORK: Duration = Duration::from_secs(10);

/// Fleets at one server.
#[derive(Clone, Copy, Debug)]
pub struct Backlog {
    /// The server that all poll.
    pub server: Server,
    /// What each fleet knows of it.
    pub limits: Limits,
    /// How many fleets there are, one or more, which start within ten seconds.
    pub fleets: usize,
    /// From when on the server is watched.
    pub from: Duration,
    /// Until when it is watched.
    pub until: Duration,
}

/// How a server was used while it was watched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Use {
    /// What part of its limit it served, in percent.
    pub served: f64,
    /// What part of the polls was refused, in percent.
    pub refused: f64,
    /// Jain's index of what the fleets were served: 1 if all were served the same, 1 / n if one of n had everything. None if nobody
    /// was served.
    pub fairness: Option<f64>,
    /// After how many seconds four fifths of the limit had been served for ten seconds, if they ever were.
    pub at_work: Option<f64>,
    /// The most polls in a second.
    pub busiest: usize,
}

struct Member {
    fleet: Fleet<Duration>,
    /// When it starts, and then when its next poll goes out.
    next: Option<Duration>,
    served: u32,
}

/// A poll on its way.
struct Flight {
    member: usize,
    id: Id,
    answer: Answer,
}

struct Play {
    backlog: Backlog,
    server: Running,
    members: Vec<Member>,
    /// By when they come back, and in which order they went out.
    in_flight: BTreeMap<(Duration, u32), Flight>,
    sent: VecDeque<Duration>,
    busiest: usize,
    served: VecDeque<Duration>,
    at_work: Option<Duration>,
    all_polls: u32,
    /// Of those that were watched.
    polls: u32,
    refused: u32,
}

impl Backlog {
    /// Makes one fleet that finds its pace, watched from the end of the first minute to the end of the thirtieth.
    pub fn new(server: Server) -> Self {
        let (from, until) = (Duration::from_secs(60), Duration::from_secs(1_800));
        Self { server, limits: Limits::default(), fleets: 1, from, until }
    }

    /// Polls until the end of the time that is watched.
    pub fn run(&self) -> Use {
        let mut rng = SeededRng::new(29);
        let members = (0..self.fleets).map(|number| Member::new(self, number, &mut rng)).collect();
        let mut play = Play {
            backlog: *self,
            server: self.server.start(),
            members,
            in_flight: BTreeMap::new(),
            sent: VecDeque::new(),
            busiest: 0,
            served: VecDeque::new(),
            at_work: None,
            all_polls: 0,
            polls: 0,
            refused: 0,
        };
        play.run();
        play.figures()
    }

    /// How many polls the server serves a second while it is watched.
    fn rate(&self) -> f64 {
        self.server.change.map(|change| change.rate).or(self.server.rate).map_or(0.0, f64::from)
    }
}

impl Member {
    fn new(backlog: &Backlog, number: usize, rng: &mut SeededRng) -> Self {
        // The first starts at once.
        let start = if number == 0 { Duration::ZERO } else { Duration::from_millis(rng.next_u64() % 10_000) };
        let mut fleet = Fleet::seeded(number as u64, start);
        let upstream = fleet.add_upstream(backlog.limits);
        for _ in 0..OPERATIONS / backlog.fleets {
            fleet.start(upstream, POLICY, start);
        }
        Self { fleet, next: Some(start), served: 0 }
    }
}

impl Play {
    fn run(&mut self) {
        loop {
            let next = self.members.iter().enumerate().filter_map(|(number, member)| Some((member.next?, number))).min();
            let back = self.in_flight.first_key_value().map(|((back, _), _)| *back);
            let now = back.into_iter().chain(next.map(|(next, _)| next)).min();
            let Some(now) = now.filter(|now| *now < self.backlog.until) else { return };
            // An answer that comes with a poll is heard first.
            let number = match next {
                Some((_, number)) if back != Some(now) => {
                    self.send(number, now);
                    Some(number)
                }
                _ => self.hear(now),
            };
            if let Some(member) = number.map(|number| &mut self.members[number]) {
                member.next = member.fleet.until_next(now).map(|wait| now + wait);
            }
        }
    }

    /// Sends the next poll of a fleet.
    fn send(&mut self, number: usize, now: Duration) {
        // Without a deadline, none ends by itself.
        if let Some(Due::Poll(poll)) = self.members[number].fleet.next_due(now) {
            let answer = self.server.poll(now);
            self.all_polls += 1;
            let back = now + self.server.latency();
            self.in_flight.insert((back, self.all_polls), Flight { member: number, id: poll.id, answer });
            self.note(number, answer, now);
        }
    }

    /// Takes the next answer, and returns whose it is.
    fn hear(&mut self, now: Duration) -> Option<usize> {
        let (_, Flight { member, id, answer }) = self.in_flight.pop_first()?;
        let found = match answer {
            Answer::Served => Outcome::<(), _>::pending(),
            Answer::Refused => Outcome::throttled(()).retry_after(self.backlog.server.hint),
            Answer::Failed => Outcome::transient(()),
        };
        let _wait = self.members[member].fleet.step(id, found, now);
        Some(member)
    }

    /// Notes what a poll will be answered, if it is watched.
    fn note(&mut self, number: usize, answer: Answer, now: Duration) {
        if now < self.backlog.from {
            return;
        }
        self.polls += 1;
        self.refused += u32::from(answer == Answer::Refused);
        self.sent.push_back(now);
        forget(&mut self.sent, now.saturating_sub(Duration::from_secs(1)));
        self.busiest = self.busiest.max(self.sent.len());
        if answer == Answer::Served {
            self.members[number].served += 1;
            self.served.push_back(now);
            forget(&mut self.served, now.saturating_sub(AT_WORK));
            if self.served.len() as f64 >= 0.8 * self.backlog.rate() * AT_WORK.as_secs_f64() {
                self.at_work.get_or_insert(now - self.backlog.from);
            }
        }
    }

    fn figures(&self) -> Use {
        let Backlog { from, until, .. } = self.backlog;
        let served: Vec<f64> = self.members.iter().map(|member| member.served.into()).collect();
        let sum: f64 = served.iter().sum();
        let squares: f64 = served.iter().map(|served| served * served).sum();
        let most = self.backlog.rate() * (until - from).as_secs_f64();
        Use {
            served: 100.0 * sum / most,
            refused: 100.0 * f64::from(self.refused) / f64::from(self.polls.max(1)),
            fairness: (sum > 0.0).then_some(sum * sum / (squares * served.len() as f64)),
            at_work: self.at_work.map(|at_work| at_work.as_secs_f64()),
            busiest: self.busiest,
        }
    }
}

/// Forgets what happened so long ago.
fn forget(times: &mut VecDeque<Duration>, until: Duration) {
    let old = times.partition_point(|time| *time <= until);
    times.drain(..old);
}
