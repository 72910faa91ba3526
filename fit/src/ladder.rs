//! The first waits of a schedule, and the ladder that goes on best after them.

use core::{mem, time::Duration};

use asyncpoll::Policy;

use crate::{
    Distribution,
    base::{at_rest, base_of, ceiling, jitter},
    numbers::{rounded, rounded_up, seconds},
    players::most_polls,
};

/// The most waits that go before a ladder.
const MOST_WAITS: usize = 8;

/// What a number must save, as a part of all that the polls cost: a wait before the ladder, the multiplier or its end.
const WORTH: f64 = 0.001;

/// The ladders that are tried: where they start, as a part of a wait that the schedule has there, and how they grow.
const STARTS: [f64; 8] = [0.5, 0.6, 0.75, 0.9, 1.0, 1.15, 1.4, 1.8];
const MULTIPLIERS: [(u32, u32); 14] = [
    (1, 1),
    (301, 300),
    (101, 100),
    (51, 50),
    (21, 20),
    (11, 10),
    (6, 5),
    (5, 4),
    (4, 3),
    (3, 2),
    (2, 1),
    (3, 1),
    (5, 1),
    (10, 1),
];

/// The part of a base that jitter leaves of a wait at least.
const FLOOR: f64 = 0.1;

/// A head start, so many waits of a schedule, and a ladder. Times are in seconds, without jitter.
#[derive(Clone, Copy, Debug)]
struct Shape {
    waits: usize,
    initial: f64,
    multiplier: (u32, u32),
    /// The longest wait of the ladder.
    longest: f64,
}

impl Shape {
    /// Returns how many numbers it has that a constant interval after a head start has not.
    const fn numbers(&self) -> usize {
        if matches!(self.multiplier, (1, 1)) { self.waits } else { self.waits + 2 }
    }
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

/// Returns the policy with the bases of its waits, but for the head start, multiplied; none is then shorter than `min_wait`.
pub(crate) fn scaled(policy: Policy, by: f64, min_wait: f64) -> Option<Policy> {
    let shortest = rounded_up(min_wait);
    let scaled = |wait: Duration| rounded(wait.as_secs_f64() * by).max(shortest.min(wait));
    let waits: Vec<Duration> = policy.waits().map(scaled).collect();
    let initial = scaled(policy.initial_wait());
    let longest = waits.iter().copied().fold(initial, Duration::max);
    let (numer, denom) = policy.multiplier();
    let max_backoff = if numer == denom {
        at_rest(policy, longest)
    } else {
        rounded_up(policy.max_backoff().as_secs_f64() * by).min(policy.max_wait()?)
    };
    policy.to_builder().waits(&waits).initial_wait(initial).max_backoff(max_backoff.max(longest)).build().ok()
}

impl Ladders<'_> {
    /// Returns the policy that polls at `steps`, which ascend to the last edge, or as near them as few waits and a ladder come.
    pub(crate) fn policy(&self, steps: &[f64]) -> Policy {
        let policies: Vec<Policy> = self.better_and_better(steps).iter().filter_map(|shape| self.build(steps, shape)).collect();
        let allowed = policies.iter().rev().find(|policy| most_polls(policy) <= self.most);
        allowed.or_else(|| policies.last()).copied().unwrap_or(self.base)
    }

    /// Returns those of the shapes that are tried that cost less than all before them.
    fn better_and_better(&self, steps: &[f64]) -> Vec<Shape> {
        let last = steps.last().copied().unwrap_or(0.0);
        let waits: Vec<f64> = steps.iter().scan(0.0, |start, &step| Some(step - mem::replace(start, step))).collect();
        // The deadline cuts the last, and the first is the head start.
        let ordinary = waits.get(1..waits.len().saturating_sub(1)).unwrap_or_default();
        let longest = ordinary.iter().copied().fold(self.min_wait, f64::max);
        let (mut spent, mut before, mut so_far) = (0.0, (0.0, 0.0), self.min_wait);
        let (mut shapes, mut lowest) = (Vec::new(), f64::INFINITY);
        for (count, &step) in steps.iter().enumerate().take(ordinary.len().min(MOST_WAITS) + 1) {
            let now = self.times.below_and_moment(step);
            spent += self.of_poll(step, mem::replace(&mut before, now), now);
            if count > 0 {
                so_far = so_far.max(waits[count]);
            }
            for shape in self.shapes_after(count, steps, [so_far, longest, last]) {
                let worth = 1.0 + WORTH * shape.numbers() as f64;
                let cost = self.tail(step, last, &shape, lowest / worth - spent).map(|tail| (spent + tail) * worth);
                if let Some(cost) = cost.filter(|&cost| cost < lowest) {
                    lowest = cost;
                    shapes.push(shape);
                }
            }
        }
        shapes
    }

    /// Returns the ladders that are tried after so many waits, each with these ends.
    fn shapes_after(&self, waits: usize, steps: &[f64], ends: [f64; 3]) -> impl Iterator<Item = Shape> {
        let rest = steps.get(waits..).unwrap_or_default();
        let pairs = rest.windows(2).map(|pair| (self.times.pending_at(pair[0]), pair[1] - pair[0]));
        // A ladder that hardly grows stands for all the waits to come, and most of all for those that are met most often.
        let (weight, sum) = pairs.fold((0.0, 0.0), |(weight, sum), (met, wait)| (weight + met, sum + met * wait));
        let next = rest.get(..2).map_or(ends[2], |pair| pair[1] - pair[0]);
        let min_wait = self.min_wait;
        let waits_there = [next, if weight > 0.0 { sum / weight } else { next }];
        let starts = waits_there.into_iter().flat_map(move |wait| STARTS.map(|start| (wait * start).max(min_wait)));
        starts.flat_map(move |initial| {
            MULTIPLIERS.into_iter().flat_map(move |multiplier| {
                let ends = ends.into_iter().take(if multiplier == (1, 1) { 1 } else { 3 });
                ends.map(move |end| Shape { waits, initial, multiplier, longest: end.max(initial) })
            })
        })
    }

    /// Returns what the polls of a ladder cost from one time to another, if that is no more than `most` and they are not too many.
    fn tail(&self, from: f64, last: f64, shape: &Shape, most: f64) -> Option<f64> {
        let growth = f64::from(shape.multiplier.0) / f64::from(shape.multiplier.1);
        let (mut at, mut wait, mut cost, mut polls) = (from, shape.initial, 0.0, shape.waits as u64 + 2);
        let mut seen = self.times.below_and_moment(from);
        while at < last {
            at = (at + wait).min(last);
            let now = self.times.below_and_moment(at);
            cost += self.of_poll(at, seen, now);
            (seen, wait, polls) = (now, (wait * growth).min(shape.longest), polls + 1);
            if cost > most || polls > self.most {
                return None;
            }
        }
        // Waits that are all shortened by jitter leave time for more.
        let left = last / (1.0 - jitter(self.base)).max(FLOOR) - last;
        (polls.saturating_add((left / wait) as u64) <= self.most).then_some(cost)
    }

    /// Returns what it costs to poll at a time: the poll, and how late it finds what is done since the poll before, if the share that
    /// is done by each of the two and the sum of its times are these.
    fn of_poll(&self, at: f64, before: (f64, f64), now: (f64, f64)) -> f64 {
        self.price * (1.0 - self.times.at_once() - before.0) + at * (now.0 - before.0) - (now.1 - before.1)
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
            // Beyond `max_wait`, it does nothing.
            ceiling(self.base, base_of(shape.longest)).min(self.base.max_wait()?).max(ceiling(self.base, longest))
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
