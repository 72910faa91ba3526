//! The first waits of a schedule, and the ladder that goes on best after them.

use core::{mem, time::Duration};

use asyncpoll::Policy;

use crate::{
    Distribution,
    base::{at_rest, base_of, ceiling},
    numbers::{rounded, rounded_up, seconds},
    players::most_polls,
};

/// The most waits that go before a ladder.
const MOST_WAITS: usize = 8;

/// What a wait before the ladder must save, as a part of all that the polls cost.
const WORTH: f64 = 0.001;

/// The ladders that are tried: where they start, as a part of the wait that the schedule has there, and how they grow.
const STARTS: [f64; 8] = [0.5, 0.6, 0.75, 0.9, 1.0, 1.15, 1.4, 1.8];
const MULTIPLIERS: [(u32, u32); 9] = [(1, 1), (21, 20), (11, 10), (6, 5), (3, 2), (2, 1), (3, 1), (5, 1), (10, 1)];

/// A ladder that costs so many times as much as the best so far is of no use.
const FAR_MORE: f64 = 10.0;

/// A head start, so many waits of a schedule, and a ladder. Times are in seconds, without jitter.
#[derive(Clone, Copy, Debug)]
struct Shape {
    waits: usize,
    initial: f64,
    multiplier: (u32, u32),
    /// The longest wait of the ladder.
    longest: f64,
}

/// What it takes to make a policy of a schedule.
pub(crate) struct Ladders<'a> {
    /// When operations complete.
    pub(crate) times: &'a Distribution,
    /// What else there is to a policy.
    pub(crate) base: Policy,
    /// No wait is shorter, in seconds.
    pub(crate) min_wait: f64,
    /// What a poll is worth, in seconds of delay.
    pub(crate) price: f64,
    /// The most polls of an operation that is never done.
    pub(crate) most: u64,
}

impl Ladders<'_> {
    /// Returns the policy that polls at `steps`, which ascend to the last edge, or as near them as few waits and a ladder come.
    pub(crate) fn policy(&self, steps: &[f64]) -> Policy {
        let mut shapes = self.shapes(steps);
        shapes.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut policies = shapes.iter().filter_map(|(_, shape)| self.build(steps, shape));
        let first = policies.next();
        let is_allowed = |policy: &Policy| most_polls(policy) <= self.most;
        first.filter(is_allowed).or_else(|| policies.find(is_allowed)).or(first).unwrap_or(self.base)
    }

    /// Returns the shapes that are tried with what each costs.
    fn shapes(&self, steps: &[f64]) -> Vec<(f64, Shape)> {
        let last = steps.last().copied().unwrap_or(0.0);
        let waits: Vec<f64> = steps.iter().scan(0.0, |start, &step| Some(step - mem::replace(start, step))).collect();
        // The deadline cuts the last, and the first is the head start.
        let ordinary = waits.get(1..waits.len().saturating_sub(1)).unwrap_or_default();
        let longest = ordinary.iter().copied().fold(self.min_wait, f64::max);
        let (mut spent, mut before, mut so_far) = (0.0, 0.0, self.min_wait);
        let mut shapes = Vec::new();
        let mut least = f64::INFINITY;
        for (count, &step) in steps.iter().enumerate().take(ordinary.len().min(MOST_WAITS) + 1) {
            spent += self.cost(before, step);
            before = step;
            if count > 0 {
                so_far = so_far.max(waits[count]);
            }
            let next = waits.get(count + 1).copied().unwrap_or(step).max(self.min_wait);
            for multiplier in MULTIPLIERS {
                for start in STARTS {
                    let initial = (next * start).max(self.min_wait);
                    let caps = [so_far.max(initial), longest.max(initial), last.max(initial)];
                    // One that does not grow has no cap.
                    for longest in caps.into_iter().take(if multiplier == (1, 1) { 1 } else { caps.len() }) {
                        let shape = Shape { waits: count, initial, multiplier, longest };
                        let worth = 1.0 + WORTH * count as f64;
                        let cost = (spent + self.tail(step, last, &shape, least / worth - spent)) * worth;
                        least = least.min(cost);
                        if cost.is_finite() {
                            shapes.push((cost, shape));
                        }
                    }
                }
            }
        }
        shapes
    }

    /// Returns what the polls of a ladder cost from one time to another; it is infinite if they are too many, or if it is far more
    /// than `most`.
    fn tail(&self, from: f64, last: f64, shape: &Shape, most: f64) -> f64 {
        let growth = f64::from(shape.multiplier.0) / f64::from(shape.multiplier.1);
        let (mut at, mut wait, mut cost, mut polls) = (from, shape.initial, 0.0, shape.waits as u64 + 2);
        while at < last {
            if cost > FAR_MORE * most || polls >= self.most {
                return f64::INFINITY;
            }
            let next = (at + wait).min(last);
            cost += self.cost(at, next);
            (at, wait, polls) = (next, (wait * growth).min(shape.longest), polls + 1);
        }
        cost
    }

    /// Returns what it costs to poll at `to` after a poll at `from`: the poll, and how late it finds what it finds.
    fn cost(&self, from: f64, to: f64) -> f64 {
        let [(below_from, moment_from), (below, moment)] = [from, to].map(|time| self.times.below_and_moment(time));
        self.price * (1.0 - self.times.at_once() - below_from) + to * (below - below_from) - (moment - moment_from)
    }

    fn build(&self, steps: &[f64], shape: &Shape) -> Option<Policy> {
        let shortest = rounded_up(self.min_wait);
        let base_of = |wait: f64| base_of(self.base, wait).max(shortest);
        let waits: Vec<Duration> = steps.windows(2).take(shape.waits).map(|pair| base_of(pair[1] - pair[0])).collect();
        let initial = base_of(shape.initial);
        let longest = waits.iter().copied().fold(initial, Duration::max);
        let max_backoff = if shape.multiplier == (1, 1) {
            at_rest(self.base, longest)
        } else {
            ceiling(self.base, base_of(shape.longest).max(longest))
        };
        let (numer, denom) = shape.multiplier;
        let builder = self.base.to_builder().waits(&waits).initial_wait(initial).multiplier(numer, denom);
        let builder = builder.max_backoff(max_backoff);
        let first = seconds(steps.first().copied()?).min(self.base.max_wait()?);
        // A head start is only ever lengthened, so it is spread half as far as another wait.
        let lengthened = |policy: Policy| Some(policy.schedule().nth(1)?.nominal.div_duration_f64(first));
        let part = builder.head_start(first).build().ok().and_then(lengthened).unwrap_or(1.0);
        builder.head_start(rounded(first.as_secs_f64() / part)).build().ok()
    }
}
