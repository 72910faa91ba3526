//! What can happen to a pace that fleets share, in any order, and the record of what it does. Nothing is judged here.

use asyncpoll::fleet::{Ask, Grant, SharedPace};
use core::time::Duration;
use proptest::prelude::*;

use super::{fleet_play, limit_rules::Rules};

/// What happens to the pace, or to one of those who share it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// A replica asks at the time that it was told, or earlier or later, and reports what it has found.
    Ask(usize, Report),
    /// A replica asks once more as before, for it has heard nothing. Its clock has gone on.
    Repeat(usize),
    /// A replica dies, and another takes its place that knows nothing.
    Die(usize),
    /// Somebody ends the hold.
    Resume,
    Advance(Duration),
    SetBack(Duration),
    /// All go on with other limits.
    Limit(usize),
}

/// What a replica reports and wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    pub(crate) served: u32,
    pub(crate) failed: u32,
    pub(crate) refused: u32,
    pub(crate) hint: Option<Duration>,
    pub(crate) hold: Option<Duration>,
    pub(crate) quota: Option<(u64, Duration)>,
    pub(crate) resume: bool,
    pub(crate) latency: Duration,
    pub(crate) due: u32,
    pub(crate) soon: u32,
    /// Whether it reports of an epoch that has passed.
    pub(crate) is_old: bool,
}

/// A step of the pace, at a time since its start by the store's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) time: u128,
    pub(crate) now: Duration,
    pub(crate) rules: Rules,
    pub(crate) before: SharedPace,
    pub(crate) after: SharedPace,
    /// What was asked and granted; if nothing was, a hold was ended.
    pub(crate) asked: Option<(Ask, Grant)>,
}

/// What a replica knows.
#[derive(Clone, Copy, Debug, Default)]
struct Replica {
    epoch: u32,
    /// Whether the last grant was not proven.
    is_unproven: bool,
    turn: u64,
    last: Option<Ask>,
}

pub(crate) const START: Duration = Duration::from_secs(1_700_000_000);

pub(crate) fn rules() -> impl Strategy<Value = Vec<Rules>> {
    prop::collection::vec(fleet_play::rules(), 1..4)
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let which = || 0..8_usize;
    let small = || prop_oneof![0..250_000_000_u64, 0..2_000_000_000_u64, 0..90_000_000_000_u64].prop_map(Duration::from_nanos);
    prop::collection::vec(
        prop_oneof![
            20 => (which(), reports()).prop_map(|(which, report)| Event::Ask(which, report)),
            2 => which().prop_map(Event::Repeat),
            1 => which().prop_map(Event::Die),
            1 => Just(Event::Resume),
            12 => small().prop_map(Event::Advance),
            1 => small().prop_map(Event::SetBack),
            1 => which().prop_map(Event::Limit),
        ],
        0..200,
    )
}

fn reports() -> impl Strategy<Value = Report> {
    let hint = || prop_oneof![0..1_000_000_000_u64, 0..60_000_000_000_u64].prop_map(Duration::from_nanos);
    let refused = prop_oneof![6 => Just(0), 1 => 1..5_u32];
    let told = (prop_oneof![1 => Just(0), 4 => 0..40_u32], prop_oneof![6 => Just(0), 1 => 0..20_u32], refused);
    let hold = prop::option::weighted(0.05, hint());
    let quota = prop::option::weighted(0.05, (0..200_u64, hint()));
    let waits = (prop::option::of(hint()), hold, quota, prop::bool::weighted(0.02), hint());
    (told, waits, 0..60_u32, 0..20_u32, prop::bool::weighted(0.05)).prop_map(
        |((served, failed, refused), (hint, hold, quota, resume, latency), due, soon, is_old)| {
            let (hint, soon) = (hint.filter(|_| refused > 0), due + soon);
            // A refusal with a hint holds.
            let hold = hold.max(hint);
            Report { served, failed, refused, hint, hold, quota, resume, latency, due, soon, is_old }
        },
    )
}

/// Plays events to a pace, and records each step of it.
pub(crate) fn play(rules: &[Rules], events: &[Event]) -> Vec<Step> {
    let (mut pace, mut now, mut latest, mut time) = (SharedPace::new(START), START, START, 0);
    let mut replicas = [Replica::default(); 8];
    let mut rules_now = rules[0];
    let mut steps = Vec::new();
    for event in events {
        let asked = match *event {
            Event::Ask(which, report) => {
                let Replica { epoch, is_unproven, turn, .. } = replicas[which];
                let mut ask = report.ask(if report.is_old { epoch.saturating_sub(1) } else { epoch }, turn);
                ask.proven = !is_unproven;
                Some((which, ask))
            }
            Event::Repeat(which) => replicas[which].last.map(|ask| (which, ask)),
            Event::Resume => None,
            Event::Die(which) => {
                replicas[which] = Replica::default();
                continue;
            }
            Event::Advance(by) => {
                now += by;
                continue;
            }
            Event::SetBack(by) => {
                now = now.saturating_sub(by);
                continue;
            }
            Event::Limit(which) => {
                rules_now = rules[which % rules.len()];
                continue;
            }
        };
        if asked.is_none() && !matches!(event, Event::Resume) {
            continue;
        }
        time += now.saturating_sub(latest).as_nanos();
        latest = now;
        let before = pace;
        let asked = match asked {
            None => {
                pace.resume(now);
                None
            }
            Some((which, ask)) => {
                let grant = pace.admit(&rules_now.limits(), &ask, now);
                replicas[which] = Replica { epoch: grant.epoch, is_unproven: !grant.proven, turn: grant.turn, last: Some(ask) };
                Some((ask, grant))
            }
        };
        steps.push(Step { time, now, rules: rules_now, before, after: pace, asked });
    }
    steps
}

impl Report {
    fn ask(self, epoch: u32, turn: u64) -> Ask {
        // All of them by name: one that is not passed on is a variable that nobody uses.
        let Self { served, failed, refused, hint, hold, quota, resume, latency, due, soon, is_old: _ } = self;
        let mut ask = Ask::default();
        (ask.epoch, ask.served, ask.failed, ask.refused, ask.hint) = (epoch, served, failed, refused, hint);
        (ask.hold, ask.quota, ask.resume, ask.latency) = (hold.unwrap_or_default(), quota, resume, latency);
        (ask.due, ask.wanted, ask.turn) = (due, soon, turn);
        ask
    }
}

impl Step {
    /// The slots that are granted, as times since the start.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u128> {
        let (slots, first, spacing) = match self.asked {
            Some((_, grant)) => (grant.slots, grant.first.as_nanos(), grant.spacing.as_nanos()),
            None => (0, 0, 0),
        };
        (0..u128::from(slots)).map(move |number| self.time + first + number * spacing)
    }

    pub(crate) fn has_new_epoch(&self) -> bool {
        self.before.epoch() != self.after.epoch()
    }
}
