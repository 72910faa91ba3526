//! What can happen to a fleet, in any order, and the record of what it does. Nothing is judged here.

use asyncpoll::{
    Decision, Elapsed, Fleet, GaveUp, Jitter, Outcome, Policy, Snapshot,
    fleet::{Ask, Due, DuePoll, Grant, Id, Upstream},
};
use core::{cell::Cell, time::Duration};
use proptest::prelude::*;
use std::rc::Rc;

use super::{
    Tape,
    limit_rules::{HOUR, Rules},
    poller_model::Settings,
    seconds, strategies,
};

/// What happens to a fleet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Start {
        upstream: usize,
        policy: usize,
    },
    /// A poll or an end that is due is asked for.
    Next,
    /// All that are due are asked for.
    All,
    /// One is asked for, and at most so many with it in one request.
    Batch(usize),
    /// One of the polls in flight has found this.
    Answer(usize, Outcome<(), ()>),
    /// Any operation is fed this.
    Step(usize, Outcome<(), ()>),
    Look(usize, Outcome<(), ()>),
    /// The answer of one of the polls in flight never comes; if there is none, that of any operation.
    Lose(usize),
    /// Twenty polls fail, one after another.
    Fail,
    Release(usize),
    /// Any poll that was ever handed out has found this.
    StepPoll(usize, Outcome<(), ()>),
    LosePoll(usize),
    ReleasePoll(usize),
    SlowDown(usize, Option<Duration>),
    Pause(usize),
    Resume(usize),
    Quota(usize, u64, Option<Duration>),
    SetLimits(usize, Rules),
    /// Slots are asked for, if it is time to.
    Ask(usize),
    /// The ask that came so many before the last is answered.
    Grant(usize, Granted),
    FailAsk(usize, Duration),
    Cancel(usize),
    Reset(usize),
    SetBackoff(usize, Duration),
    /// Any operation is put away and cancelled, and goes on elsewhere after this long.
    PutAway {
        which: usize,
        upstream: usize,
        policy: usize,
        away: Duration,
    },
    /// The clock goes on to what is due next, and this much further.
    WakeUp(Duration),
    Advance(Duration),
    SetBack(Duration),
}

/// What a fleet is made with.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) rules: Vec<Rules>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) tape: Vec<u64>,
}

/// What is granted, of which the ask may have been any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Granted {
    /// How many epochs have begun.
    pub(crate) epochs: u32,
    pub(crate) slots: u32,
    pub(crate) first: Duration,
    pub(crate) spacing: Duration,
    pub(crate) held: Duration,
    /// Whether the hold was ended by hand.
    pub(crate) resumed: bool,
    pub(crate) proven: bool,
    pub(crate) again: Duration,
    pub(crate) turn: u64,
}

impl Granted {
    pub(crate) fn answer(self, ask: &Ask) -> Grant {
        let Self { epochs, slots, first, spacing, held, resumed, proven, again, turn } = self;
        let mut grant = Grant::known(ask, slots, first, spacing, held);
        (grant.epoch, grant.resumed, grant.proven) = (grant.epoch + epochs, resumed, proven);
        (grant.again, grant.turn) = (again, turn);
        grant
    }
}

/// No limits at all.
pub(crate) const NONE: Rules = Rules {
    rate: None,
    in_flight: None,
    is_growing: false,
    find_pace: false,
    shared: false,
    forgive: Some(50),
    longest_hold: Some(HOUR),
    answer_within: None,
};

pub(crate) fn rules() -> impl Strategy<Value = Rules> {
    let rate = (1..50_u32, prop_oneof![Just(1_000_000_000_u64), 1..100_000_000_000_u64]);
    let rate = rate.prop_map(|(polls, per)| (polls, Duration::from_nanos(per)));
    // So few that some are forgiven.
    let forgive = prop::option::weighted(0.8, 1..5_u32);
    let longest = prop::option::of(prop_oneof![Just(HOUR), (1..100_000_000_000_u64).prop_map(Duration::from_nanos)]);
    let counts = (prop::option::weighted(0.4, rate), prop::option::weighted(0.4, 1..8_usize));
    prop_oneof![
        2 => Just(Rules::DEFAULT),
        1 => Just(NONE),
        4 => (counts, any::<bool>(), forgive, longest).prop_map(|((rate, in_flight), find_pace, forgive, longest_hold)| {
            Rules { rate, in_flight, is_growing: false, find_pace, shared: false, forgive, longest_hold, answer_within: None }
        }),
    ]
}

/// These and those under which answers are not waited for as long as they take, or slots come from outside.
pub(crate) fn all_rules() -> impl Strategy<Value = Rules> {
    let within = (1..100_000_000_000_u64).prop_map(Duration::from_nanos);
    let rules = (rules(), prop::option::weighted(0.4, within), prop::bool::weighted(0.4));
    rules.prop_map(|(rules, answer_within, shared)| Rules { shared, answer_within, ..rules })
}

/// Policies whose waits end within the centuries that a fleet can tell apart.
fn policies() -> impl Strategy<Value = Vec<Policy>> {
    let a_year = |wait: u64| wait.min(1 << 55);
    let any = strategies::settings().prop_map(move |settings| {
        let (initial_wait, max_backoff) = (a_year(settings.initial_wait), a_year(settings.max_backoff));
        let (head_start, max_wait) = (settings.head_start.map(a_year), settings.max_wait.map(a_year));
        let jitter = match settings.jitter {
            Jitter::Decorrelated if initial_wait / 5 * 6 > max_backoff => Jitter::Full,
            Jitter::Above(_) if initial_wait * 2 > max_backoff => Jitter::Full,
            jitter => jitter,
        };
        let waits = settings.waits.map(|wait| wait.map(|wait| strategies::three_digits(wait.min(max_backoff))));
        Settings { head_start, waits, initial_wait, max_backoff, jitter, max_wait, ..settings }.policy()
    });
    let policy = prop_oneof![2 => Just(Policy::builder().build().unwrap()), 1 => any];
    prop::collection::vec(policy, 1..4)
}

pub(crate) fn setups(rules: impl Strategy<Value = Rules>) -> impl Strategy<Value = Setup> {
    let tape = prop::collection::vec(any::<u64>(), 1..20);
    (prop::collection::vec(rules, 1..4), policies(), tape).prop_map(|(rules, policies, tape)| Setup { rules, policies, tape })
}

/// Hints of a fleet: times that a test can live through.
pub(crate) fn hint() -> impl Strategy<Value = Duration> {
    prop_oneof![3 => 0..100_000_000_000_u64, 1 => 0..1_000_000_u64, 1 => 0..(1_u64 << 55)].prop_map(Duration::from_nanos)
}

/// Outcomes, of which some refuse and some do not end it.
fn outcomes() -> impl Strategy<Value = Outcome<(), ()>> {
    prop_oneof![
        6 => Just(Outcome::pending()),
        2 => hint().prop_map(|hint| Outcome::pending().retry_after(hint)),
        2 => Just(Outcome::transient(())),
        1 => hint().prop_map(|hint| Outcome::transient(()).retry_after(hint)),
        1 => Just(Outcome::throttled(())),
        3 => hint().prop_map(|hint| Outcome::throttled(()).retry_after(hint)),
        1 => Just(Outcome::Done(())),
        1 => Just(Outcome::Failed(())),
    ]
}

pub(crate) fn events(refusals: bool) -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec(event(refusals), 0..120)
}

/// These and those that change what holds for an upstream.
pub(crate) fn all_events() -> impl Strategy<Value = Vec<Event>> {
    let quota = (any::<usize>(), 0..200_u64, prop::option::weighted(0.9, hint()));
    let event = prop_oneof![
        30 => event(true),
        1 => quota.prop_map(|(upstream, remaining, reset)| Event::Quota(upstream, remaining, reset)),
        1 => (any::<usize>(), all_rules()).prop_map(|(upstream, rules)| Event::SetLimits(upstream, rules)),
        4 => (0..9_usize).prop_map(Event::Batch),
        4 => (any::<usize>(), outcomes()).prop_map(|(which, outcome)| Event::StepPoll(which, outcome)),
        8 => any::<usize>().prop_map(Event::Ask),
        8 => (prop_oneof![4 => Just(0), 1 => 0..20_usize], granted()).prop_map(|(before, granted)| Event::Grant(before, granted)),
        1 => (any::<usize>(), hint()).prop_map(|(upstream, retry)| Event::FailAsk(upstream, retry)),
        1 => any::<usize>().prop_map(Event::LosePoll),
        1 => any::<usize>().prop_map(Event::ReleasePoll),
    ];
    prop::collection::vec(event, 0..150)
}

fn granted() -> impl Strategy<Value = Granted> {
    let time = || prop_oneof![0..1_000_000_000_u64, 0..1_000_000_u64, 0..10_000_000_000_u64].prop_map(Duration::from_nanos);
    let held = prop_oneof![6 => Just(Duration::ZERO), 1 => time()];
    let epochs = prop_oneof![6 => Just(0), 1 => 1..3_u32];
    let says = (prop::bool::weighted(0.1), prop::bool::weighted(0.8));
    (epochs, 0..9_u32, time(), time(), held, says, time(), 0..4_u64).prop_map(
        |(epochs, slots, first, spacing, held, (resumed, proven), again, turn)| Granted {
            epochs,
            slots,
            first,
            spacing,
            held,
            resumed,
            proven,
            again,
            turn,
        },
    )
}

fn event(refusals: bool) -> impl Strategy<Value = Event> {
    let outcome = move || {
        outcomes().prop_map(move |outcome| match outcome {
            Outcome::Throttled { retry_after, .. } if !refusals => Outcome::transient(()).retry_after(retry_after),
            outcome => outcome,
        })
    };
    let late = prop_oneof![3 => Just(Duration::ZERO), 1 => (0..90_000_000_000_u64).prop_map(Duration::from_nanos)];
    let small = prop_oneof![0..2_000_000_000_u64, 0..90_000_000_000_u64].prop_map(Duration::from_nanos);
    let put_away = (any::<usize>(), 0..3_usize, 0..3_usize, small.clone());
    let slow_down = (any::<usize>(), prop::option::of(hint()));
    prop_oneof![
        6 => (0..3_usize, 0..3_usize).prop_map(|(upstream, policy)| Event::Start { upstream, policy }),
        5 => Just(Event::Next),
        4 => Just(Event::All),
        14 => (any::<usize>(), outcome()).prop_map(|(which, outcome)| Event::Answer(which, outcome)),
        1 => (any::<usize>(), outcome()).prop_map(|(which, outcome)| Event::Step(which, outcome)),
        1 => (any::<usize>(), outcome()).prop_map(|(which, outcome)| Event::Look(which, outcome)),
        2 => any::<usize>().prop_map(Event::Lose),
        1 => Just(Event::Fail),
        1 => any::<usize>().prop_map(Event::Release),
        1 => slow_down.prop_map(move |(upstream, hint)| if refusals { Event::SlowDown(upstream, hint) } else { Event::All }),
        1 => any::<usize>().prop_map(move |upstream| if refusals { Event::Pause(upstream) } else { Event::Next }),
        2 => any::<usize>().prop_map(Event::Resume),
        1 => any::<usize>().prop_map(Event::Cancel),
        1 => any::<usize>().prop_map(Event::Reset),
        1 => (any::<usize>(), strategies::durations()).prop_map(|(which, base)| Event::SetBackoff(which, Duration::from_nanos(base))),
        1 => put_away.prop_map(|(which, upstream, policy, away)| Event::PutAway { which, upstream, policy, away }),
        8 => late.prop_map(Event::WakeUp),
        4 => small.clone().prop_map(Event::Advance),
        1 => small.prop_map(Event::SetBack),
    ]
}

/// What a fleet did, at a time since its start that it has been shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) time: u128,
    pub(crate) what: What,
}

/// Of operations, the number is told: they are counted as they start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum What {
    Started {
        number: usize,
        upstream: usize,
        policy: Policy,
    },
    /// It goes on from the snapshot of another, under a policy.
    Restored {
        number: usize,
        of: usize,
        policy: Policy,
        snapshot: Snapshot,
        elapsed: Duration,
    },
    /// The spacing is that before.
    Sent {
        number: usize,
        poll: DuePoll,
        spacing: Duration,
    },
    /// It has ended by its deadline.
    Ended {
        number: usize,
        gave_up: GaveUp,
    },
    /// It was asked for what is due and had nothing.
    Nothing {
        until: Option<Duration>,
    },
    Fed {
        number: usize,
        answer: Answer,
    },
    Looked {
        number: usize,
        answer: Answer,
    },
    /// A poll in flight was lost, which is answered as an error of which nothing is known.
    Lost {
        number: usize,
        answer: Answer,
    },
    Released {
        number: usize,
    },
    Slowed {
        upstream: usize,
        hint: Option<Duration>,
    },
    Paused {
        upstream: usize,
    },
    Resumed {
        upstream: usize,
    },
    /// Polls that go out with one that was sent.
    Along {
        numbers: [Option<usize>; 8],
    },
    Told {
        upstream: usize,
        remaining: u64,
        reset: Option<Duration>,
    },
    Limited {
        upstream: usize,
        rules: Rules,
    },
    /// It has asked for so many slots, if it was time to.
    Asked {
        upstream: usize,
        wanted: Option<u32>,
    },
    Granted {
        slots: u32,
    },
    Cancelled {
        number: usize,
        gave_up: GaveUp,
        was_living: bool,
    },
    Reset {
        number: usize,
    },
    SetBackoff {
        number: usize,
        base: Duration,
    },
}

/// What an operation was told and what came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) outcome: Outcome<(), ()>,
    pub(crate) decision: Decision<(), ()>,
    pub(crate) draws: usize,
    /// It had not ended before.
    pub(crate) was_living: bool,
}

impl Answer {
    /// How long the decision is to sleep.
    pub(crate) fn wait(&self) -> Option<u128> {
        match self.decision {
            Decision::Sleep(wait) => Some(wait.as_nanos()),
            _ => None,
        }
    }

    /// The hint of what was found.
    pub(crate) fn hint(&self) -> Option<u128> {
        match self.outcome {
            Outcome::Pending { retry_after, .. }
            | Outcome::Transient { retry_after, .. }
            | Outcome::Throttled { retry_after, .. } => Some(retry_after?.as_nanos()),
            Outcome::Done(()) | Outcome::Failed(()) => None,
        }
    }

    /// Says whether the server served the poll, whatever it found.
    pub(crate) fn is_served(&self) -> bool {
        !matches!(self.outcome, Outcome::Transient { .. } | Outcome::Throttled { .. })
    }

    pub(crate) fn ends(&self) -> bool {
        self.was_living && self.wait().is_none()
    }
}

impl What {
    /// The operation that has ended by it.
    pub(crate) fn end(&self) -> Option<usize> {
        match *self {
            Self::Fed { number, answer } | Self::Looked { number, answer } | Self::Lost { number, answer } if answer.ends() => {
                Some(number)
            }
            Self::Cancelled { number, was_living: true, .. } | Self::Ended { number, .. } => Some(number),
            _ => None,
        }
    }
}

/// A fleet that is played to, and the record of it.
pub(crate) struct Player {
    setup: Setup,
    pub(crate) fleet: Fleet<Duration, Tape>,
    draws: Rc<Cell<usize>>,
    upstreams: Vec<Upstream>,
    ids: Vec<Id>,
    /// The operations with a poll in flight, as far as the caller knows.
    pub(crate) out: Vec<usize>,
    asks: Vec<(Upstream, Ask)>,
    now: Duration,
    latest: Duration,
    time: u128,
    pub(crate) entries: Vec<Entry>,
}

/// Plays events to a fleet and records what it does.
pub(crate) fn play(setup: &Setup, events: &[Event]) -> Player {
    let mut player = Player::new(setup);
    for event in events {
        player.play(*event);
    }
    player
}

impl Player {
    pub(crate) fn new(setup: &Setup) -> Self {
        let tape = Tape::new(&setup.tape[..]);
        let draws = tape.draws();
        let now = seconds(1_000_000.0);
        let mut fleet = Fleet::new(tape, now);
        let upstreams = setup.rules.iter().map(|rules| fleet.add_upstream(rules.limits())).collect();
        let (ids, out, asks, entries) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { setup: setup.clone(), fleet, draws, upstreams, ids, out, asks, now, latest: now, time: 0, entries }
    }

    pub(crate) fn play(&mut self, event: Event) {
        match event {
            Event::Start { upstream, policy } => {
                self.read();
                let upstream = upstream % self.upstreams.len();
                let policy = self.setup.policies[policy % self.setup.policies.len()];
                let number = self.ids.len();
                self.ids.push(self.fleet.start(self.upstreams[upstream], policy, self.now));
                self.note(What::Started { number, upstream, policy });
            }
            Event::Next => {
                self.next();
            }
            Event::All => while self.next() {},
            Event::Batch(most) => self.batch(most),
            Event::StepPoll(which, outcome) => {
                let Some((number, poll)) = self.any_poll(which) else { return };
                let answer = self.answer(poll.id, outcome, |fleet, now| fleet.step(poll, outcome, now));
                self.note(What::Fed { number, answer });
            }
            Event::LosePoll(which) => self.give_back(which, |fleet, poll, now| {
                let _decision = fleet.lost(poll, now);
            }),
            Event::ReleasePoll(which) => self.give_back(which, Fleet::release),
            Event::Answer(which, outcome) => {
                let number = self.out.get(which % self.out.len().max(1)).copied();
                self.step(number.unwrap_or(which), outcome);
            }
            Event::Step(which, outcome) => self.step(which, outcome),
            Event::Look(which, outcome) => self.look(which, outcome),
            Event::Lose(which) => {
                let number = self.out.get(which % self.out.len().max(1)).copied();
                self.lose(number.unwrap_or(which));
            }
            Event::Fail => {
                for _ in 0..20 {
                    self.play(Event::WakeUp(Duration::ZERO));
                    self.next();
                    self.play(Event::Answer(0, Outcome::transient(())));
                }
            }
            Event::Release(which) => {
                let which = self.out.get(which % self.out.len().max(1)).copied().unwrap_or(which);
                let Some((number, id)) = self.any(which) else { return };
                self.out.retain(|out| *out != number);
                self.fleet.release(id, self.now);
                self.note(What::Released { number });
            }
            Event::SlowDown(upstream, hint) => {
                self.read();
                let upstream = upstream % self.upstreams.len();
                self.fleet.slow_down(self.upstreams[upstream], hint, self.now);
                self.note(What::Slowed { upstream, hint });
            }
            Event::Pause(upstream) => {
                self.read();
                let upstream = upstream % self.upstreams.len();
                self.fleet.pause(self.upstreams[upstream], self.now);
                self.note(What::Paused { upstream });
            }
            Event::Resume(upstream) => {
                self.read();
                let upstream = upstream % self.upstreams.len();
                self.fleet.resume(self.upstreams[upstream], self.now);
                self.note(What::Resumed { upstream });
            }
            Event::Quota(upstream, remaining, reset) => {
                self.read();
                let upstream = upstream % self.upstreams.len();
                self.fleet.quota(self.upstreams[upstream], remaining, reset, self.now);
                self.note(What::Told { upstream, remaining, reset });
            }
            Event::SetLimits(upstream, rules) => {
                self.read();
                let upstream = upstream % self.upstreams.len();
                self.fleet.set_limits(self.upstreams[upstream], rules.limits(), self.now);
                self.note(What::Limited { upstream, rules });
            }
            Event::Ask(upstream) => self.ask(upstream),
            Event::Grant(before, granted) => self.grant(before, granted),
            Event::FailAsk(upstream, retry) => self.fail_ask(upstream, retry),
            Event::Cancel(which) => self.cancel(which),
            Event::PutAway { which, upstream, policy, away } => self.put_away(which, upstream, policy, away),
            // These two read no clock.
            Event::Reset(which) => {
                let Some((number, id)) = self.one(which) else { return };
                self.fleet.reset_backoff(id);
                self.note(What::Reset { number });
            }
            Event::SetBackoff(which, base) => {
                let Some((number, id)) = self.one(which) else { return };
                self.fleet.set_backoff(id, base);
                self.note(What::SetBackoff { number, base });
            }
            Event::WakeUp(late) => {
                let wait = self.fleet.until_next(self.now).unwrap_or_default();
                self.now = self.now.saturating_add(wait).saturating_add(late);
            }
            Event::Advance(by) => self.now = self.now.saturating_add(by),
            Event::SetBack(by) => self.now = self.now.saturating_sub(by),
        }
    }

    /// Asks for what is due and, if that is a poll, for others to go with it.
    fn batch(&mut self, most: usize) {
        if !self.next() {
            return;
        }
        let Some(Entry { what: What::Sent { poll, .. }, .. }) = self.entries.last().copied() else { return };
        let batch = self.fleet.batch(poll, most.min(9), self.now);
        let mut numbers = [None; 8];
        for (number, poll) in numbers.iter_mut().zip(&batch[1..]) {
            *number = self.ids.iter().position(|id| *id == poll.id);
        }
        self.out.extend(numbers.iter().flatten());
        self.note(What::Along { numbers });
    }

    /// Asks for what is due, and says whether there was anything.
    fn next(&mut self) -> bool {
        self.read();
        let before: Vec<_> = self.upstreams.iter().map(|upstream| self.fleet.status(*upstream, self.now).spacing).collect();
        let due = self.fleet.next_due(self.now);
        let number = |id| self.ids.iter().position(|one| *one == id).expect("it was started");
        match due {
            Some(Due::Poll(poll)) => {
                let number = number(poll.id);
                self.out.push(number);
                let spacing = before[self.upstream_of(number)].unwrap_or_default();
                self.note(What::Sent { number, poll, spacing });
            }
            Some(Due::Ended(id, gave_up)) => self.note(What::Ended { number: number(id), gave_up }),
            None => self.note(What::Nothing { until: self.fleet.until_next(self.now) }),
        }
        due.is_some()
    }

    pub(crate) fn step(&mut self, which: usize, outcome: Outcome<(), ()>) {
        let Some((number, id)) = self.any(which) else { return };
        self.out.retain(|out| *out != number);
        let answer = self.answer(id, outcome, |fleet, now| fleet.step(id, outcome, now));
        self.note(What::Fed { number, answer });
    }

    fn ask(&mut self, upstream: usize) {
        self.read();
        let upstream = upstream % self.upstreams.len();
        let ask = self.fleet.ask(self.upstreams[upstream], self.now);
        self.asks.extend(ask.map(|ask| (self.upstreams[upstream], ask)));
        self.note(What::Asked { upstream, wanted: ask.map(|ask| ask.wanted) });
    }

    fn grant(&mut self, before: usize, granted: Granted) {
        let asked = self.asks.iter().rev().nth(before % self.asks.len().max(1)).copied();
        let Some((upstream, ask)) = asked else { return };
        self.read();
        self.fleet.grant(upstream, &granted.answer(&ask), self.now);
        self.note(What::Granted { slots: granted.slots });
    }

    fn fail_ask(&mut self, upstream: usize, retry: Duration) {
        self.read();
        self.fleet.ask_failed(self.upstreams[upstream % self.upstreams.len()], retry, self.now);
        self.note(What::Granted { slots: 0 });
    }

    fn look(&mut self, which: usize, outcome: Outcome<(), ()>) {
        let Some((number, id)) = self.any(which) else { return };
        let answer = self.answer(id, outcome, |fleet, now| fleet.look(id, outcome, now));
        if answer.ends() {
            self.out.retain(|out| *out != number);
        }
        self.note(What::Looked { number, answer });
    }

    fn lose(&mut self, which: usize) {
        let Some((number, id)) = self.any(which) else { return };
        let is_out = self.out.contains(&number);
        self.out.retain(|out| *out != number);
        // What is not in flight cannot be lost: that is a look that found nothing new.
        let outcome = if is_out { Outcome::transient(()) } else { Outcome::pending() };
        let answer = self.answer(id, outcome, |fleet, now| match fleet.lost(id, now) {
            Decision::Sleep(wait) => Decision::Sleep(wait),
            Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
        });
        self.note(if is_out { What::Lost { number, answer } } else { What::Looked { number, answer } });
    }

    fn cancel(&mut self, which: usize) {
        let Some((number, id)) = self.any(which) else { return };
        self.out.retain(|out| *out != number);
        let was_living = self.fleet.contains(id);
        let gave_up = self.fleet.cancel(id, self.now);
        self.note(What::Cancelled { number, gave_up, was_living });
    }

    fn put_away(&mut self, which: usize, upstream: usize, policy: usize, away: Duration) {
        let Some((of, id)) = self.any(which) else { return };
        let snapshot = self.fleet.snapshot(id, self.now);
        self.cancel(which);
        let Some(snapshot) = snapshot else { return };
        let upstream = self.upstreams[upstream % self.upstreams.len()];
        let policy = self.setup.policies[policy % self.setup.policies.len()];
        let (number, elapsed) = (self.ids.len(), snapshot.elapsed() + away);
        self.ids.push(self.fleet.restore(upstream, &snapshot, policy, self.now, Elapsed(elapsed)));
        self.note(What::Restored { number, of, policy, snapshot, elapsed });
    }

    fn answer(
        &mut self,
        id: Id,
        outcome: Outcome<(), ()>,
        decide: impl FnOnce(&mut Fleet<Duration, Tape>, Duration) -> Decision<(), ()>,
    ) -> Answer {
        let (draws, was_living) = (self.draws.get(), self.fleet.contains(id));
        let decision = decide(&mut self.fleet, self.now);
        Answer { outcome, decision, draws: self.draws.get() - draws, was_living }
    }

    fn give_back(&mut self, which: usize, back: impl FnOnce(&mut Fleet<Duration, Tape>, DuePoll, Duration)) {
        let Some((number, poll)) = self.any_poll(which) else { return };
        back(&mut self.fleet, poll, self.now);
        self.note(What::Released { number });
    }

    /// Any poll that was handed out, with the clock read.
    fn any_poll(&mut self, which: usize) -> Option<(usize, DuePoll)> {
        let sent = self.entries.iter().filter_map(|entry| match entry.what {
            What::Sent { number, poll, .. } => Some((number, poll)),
            _ => None,
        });
        let sent: Vec<_> = sent.collect();
        let found = *sent.get(which % sent.len().max(1))?;
        self.read();
        Some(found)
    }

    /// Any operation that there has been.
    fn one(&self, which: usize) -> Option<(usize, Id)> {
        let number = which % self.ids.len().max(1);
        Some((number, *self.ids.get(number)?))
    }

    /// The same, with the clock read.
    fn any(&mut self, which: usize) -> Option<(usize, Id)> {
        let found = self.one(which)?;
        self.read();
        Some(found)
    }

    /// Adds up what passes between the readings that the fleet is shown.
    fn read(&mut self) {
        self.time += self.now.saturating_sub(self.latest).as_nanos();
        self.latest = self.now;
    }

    fn note(&mut self, what: What) {
        self.entries.push(Entry { time: self.time, what });
    }

    pub(crate) fn upstream_of(&self, number: usize) -> usize {
        let upstream = self.ids[number].upstream();
        self.upstreams.iter().position(|one| *one == upstream).unwrap()
    }

    /// The time between two polls of an upstream, zero where there is none.
    pub(crate) fn spacing(&self, upstream: usize) -> Duration {
        self.fleet.status(self.upstreams[upstream], self.now).spacing.unwrap_or_default()
    }

    /// The upstream that something tells a refusal of, and its hint.
    pub(crate) fn refusal(&self, what: What) -> Option<(usize, Option<u128>)> {
        match what {
            What::Slowed { upstream, hint } => Some((upstream, hint.map(|hint| hint.as_nanos()))),
            What::Fed { number, answer } | What::Looked { number, answer } => {
                let is_refusal = matches!(answer.outcome, Outcome::Throttled { .. });
                is_refusal.then(|| (self.upstream_of(number), answer.hint()))
            }
            _ => None,
        }
    }
}
