//! The search: hill climbs, each from a start of its own.

use asyncpoll::Policy;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use crate::{
    draws::EvenDraws,
    fleet::{Fleet, Found, INITIAL_WAIT},
    play::{self, Share, Shares},
};

/// The fleets that one climb plays.
const FLEETS: u32 = 400;

/// The fleets that it plays first, to start from the worst of them.
const STARTS: u32 = 50;

/// What is to be made as large as can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) name: &'static str,
    /// The most percent that the promise allows.
    pub(crate) limit: f64,
    pub(crate) share: fn(&Shares) -> Share,
}

/// A fleet and its share.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) fleet: Fleet,
    pub(crate) policy: Policy,
    pub(crate) share: Share,
}

impl Finding {
    /// Plays a fleet. There is no finding if it has no policy.
    pub(crate) fn of(fleet: Fleet, goal: Goal, draws: &EvenDraws) -> Option<Self> {
        let policy = fleet.policy().ok()?;
        let share = (goal.share)(&play::evenly(&fleet, policy, draws));
        Some(Self { fleet, policy, share })
    }

    /// Returns the plainest fleet that is as bad as this one, or nearly.
    pub(crate) fn simplified(self, goal: Goal, draws: &EvenDraws) -> Self {
        let least = self.share.percent * 0.99;
        let mut simplest = self;
        while let Some(simpler) = simpler(&simplest.fleet)
            .into_iter()
            .filter_map(|fleet| Self::of(fleet, goal, draws))
            .find(|finding| finding.share.percent >= least)
        {
            simplest = simpler;
        }
        simplest
    }
}

/// Climbs as often as it takes to play about so many fleets, and returns the worst fleet of each climb, the worst of all first.
pub(crate) fn worst(goal: Goal, fleets: u32, seed: u64) -> Vec<Finding> {
    // What a climb owes to having so few pollers, more of them set right.
    let (few, many) = (EvenDraws::new(512), EvenDraws::new(8_192));
    let mut findings: Vec<Finding> = (0..fleets.div_ceil(FLEETS))
        .into_par_iter()
        .filter_map(|number| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(number.into());
            Finding::of(climb(goal, &few, &mut rng)?.fleet, goal, &many)
        })
        .collect();
    findings.sort_by(|one, other| other.share.percent.total_cmp(&one.share.percent));
    findings
}

fn climb(goal: Goal, draws: &EvenDraws, rng: &mut ChaCha8Rng) -> Option<Finding> {
    let starts = (0..STARTS).filter_map(|_| Finding::of(Fleet::random(rng), goal, draws));
    let mut worst = starts.max_by(|one, other| one.share.percent.total_cmp(&other.share.percent))?;
    for _ in STARTS..FLEETS {
        if let Some(next) = Finding::of(worst.fleet.neighbour(rng), goal, draws)
            && next.share.percent >= worst.share.percent
        {
            worst = next;
        }
    }
    Some(worst)
}

/// Returns fleets that are plainer than this one, each in one respect.
fn simpler(fleet: &Fleet) -> Vec<Fleet> {
    let mut simpler = Vec::new();
    let mut with = |change: &dyn Fn(&mut Fleet)| {
        let mut changed = fleet.clone();
        change(&mut changed);
        if changed != *fleet {
            simpler.push(changed);
        }
    };
    for stage in 0..fleet.stages.len() {
        with(&|fleet| {
            fleet.stages.remove(stage);
        });
        with(&|fleet| fleet.stages[stage].polls = 1);
        with(&|fleet| fleet.stages[stage].found = Found::PENDING);
        with(&|fleet| fleet.stages[stage].found.transient = false);
        with(&|fleet| fleet.stages[stage].found.hint = fleet.stages[stage].found.hint.map(rounder));
    }
    with(&|fleet| fleet.rest = Found::PENDING);
    with(&|fleet| fleet.rest.transient = false);
    with(&|fleet| fleet.rest.hint = fleet.rest.hint.map(rounder));
    with(&|fleet| fleet.head_start = None);
    with(&|fleet| fleet.head_start = fleet.head_start.map(rounder));
    for wait in 0..fleet.waits.len() {
        with(&|fleet| {
            fleet.waits.remove(wait);
        });
        with(&|fleet| fleet.waits[wait] = rounder(fleet.waits[wait]));
    }
    with(&|fleet| fleet.hint_jitter = None);
    with(&|fleet| fleet.grain = 50_000);
    with(&|fleet| fleet.multiplier = (3, 1));
    with(&|fleet| fleet.max_backoff = 60 * INITIAL_WAIT);
    with(&|fleet| fleet.max_backoff = rounder(fleet.max_backoff));
    with(&|fleet| fleet.max_wait = rounder(fleet.max_wait));
    simpler
}

/// Returns the length with one digit less, if it has that many.
fn rounder(length: u64) -> u64 {
    let mut unit = 10;
    while unit < length && length.is_multiple_of(unit) {
        unit *= 10;
    }
    if unit < length { (length + unit / 2) / unit * unit } else { length }
}
