//! A journal of what was done to a poller and what it decided, and its replay.

use std::time::Duration;

use asyncpoll::{Decision, Outcome, Policy, Poller, rand_core::Rng as _};

use crate::operations::{Operations, Subject, wait_first};

/// A seeded poller, and the journal of it so far.
#[derive(Debug)]
pub struct Recorder {
    poller: Poller<Duration>,
    now: Duration,
    journal: Journal,
}

/// All that it takes to have the same decisions again, and these. Its methods panic if they do not come again.
#[derive(Debug)]
pub struct Journal {
    policy: Policy,
    seed: u64,
    start: Duration,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    input: Input,
    now: Duration,
    decision: Option<Decision<(), ()>>,
}

#[derive(Clone, Copy, Debug)]
enum Input {
    Step(Outcome<(), ()>),
    Look(Outcome<(), ()>),
    Cancel,
    ResetBackoff,
    SetBackoff(Duration),
    WaitFirst(Option<Duration>),
}

impl Recorder {
    /// Starts a poller.
    pub fn start(operations: &Operations) -> Self {
        let policy = operations.settings().build().expect("the settings build");
        let seed = operations.tape.rewound().next_u64();
        let journal = Journal { policy, seed, start: operations.start, entries: Vec::new() };
        Self { poller: journal.poller(Duration::ZERO), now: journal.start, journal }
    }

    /// Returns the journal.
    pub fn into_journal(self) -> Journal {
        self.journal
    }

    /// Returns the wait, if the decision is one.
    fn record(&mut self, input: Input) -> Option<Duration> {
        let decision = input.give(&mut self.poller, self.now);
        self.journal.entries.push(Entry { input, now: self.now, decision });
        match decision {
            Some(Decision::Sleep(wait)) => Some(wait),
            _ => None,
        }
    }
}

impl Subject for Recorder {
    fn now(&self) -> Duration {
        self.now
    }

    fn set_clock(&mut self, now: Duration) {
        self.now = now;
    }

    fn step(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        self.record(Input::Step(outcome))
    }

    fn look(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        self.record(Input::Look(outcome))
    }

    fn cancel(&mut self) {
        self.record(Input::Cancel);
    }

    fn reset_backoff(&mut self) {
        self.record(Input::ResetBackoff);
    }

    fn set_backoff(&mut self, base: Duration) {
        self.record(Input::SetBackoff(base));
    }

    fn wait_first(&mut self, hint: Option<Duration>) -> Option<Duration> {
        self.record(Input::WaitFirst(hint))
    }
}

impl Journal {
    /// Replays all of it with a new poller.
    pub fn replay(&self) {
        self.go_on(&mut self.poller(Duration::ZERO), 0, Duration::ZERO);
    }

    /// Replays half of it with a new poller, and the rest with that and with its clone.
    pub fn replay_with_clone(&self) {
        let half = self.entries.len() / 2;
        let mut poller = self.poller(Duration::ZERO);
        for entry in &self.entries[..half] {
            entry.input.give(&mut poller, entry.now);
        }
        let mut clone = poller.clone();
        self.go_on(&mut poller, half, Duration::ZERO);
        self.go_on(&mut clone, half, Duration::ZERO);
    }

    /// Replays all of it by a clock that is ahead by as much, if it has such readings.
    pub fn replay_ahead(&self, by: Duration) {
        let nows = self.entries.iter().map(|entry| entry.now).chain([self.start]);
        if nows.max().is_some_and(|latest| latest.checked_add(by).is_some()) {
            self.go_on(&mut self.poller(by), 0, by);
        }
    }

    fn poller(&self, ahead: Duration) -> Poller<Duration> {
        Poller::seeded(self.policy, self.seed, self.start + ahead)
    }

    fn go_on(&self, poller: &mut Poller<Duration>, from: usize, ahead: Duration) {
        for (number, entry) in self.entries.iter().enumerate().skip(from) {
            let decision = entry.input.give(poller, entry.now + ahead);
            assert_eq!(
                decision, entry.decision,
                "Replayable: entry {number}, {ahead:?} ahead, is decided differently: {self:#?}"
            );
        }
    }
}

impl Input {
    fn give(self, poller: &mut Poller<Duration>, now: Duration) -> Option<Decision<(), ()>> {
        match self {
            Self::Step(outcome) => Some(poller.step(outcome, now)),
            Self::Look(outcome) => Some(poller.look(outcome, now)),
            Self::Cancel => Some(Decision::GaveUp(poller.cancel(now).with_last_error(None))),
            Self::ResetBackoff => {
                poller.reset_backoff();
                None
            }
            Self::SetBackoff(base) => {
                poller.set_backoff(base);
                None
            }
            Self::WaitFirst(hint) => Some(wait_first(poller, hint, now)),
        }
    }
}
