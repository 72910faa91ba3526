//! The optimum for a price of a poll: the best times to poll at, by a dynamic programme.
//!
//! To poll at t₁ < t₂ < … costs, for each operation, the delay tₖ − X until it is noticed and a price for each poll (R. E. Barlow,
//! L. C. Hunter and F. Proschan, "Optimum Checking Procedures", Journal of the Society for Industrial and Applied Mathematics 11,
//! 1963). What it costs from one poll on does not depend on how one came there.

use crate::{Distribution, cost::Brief};

/// The polls that an optimum may be made of, but for many polls.
const POINTS: usize = 300;

/// The points for each poll wanted, if that makes more.
const POINTS_A_POLL: f64 = 25.0;

/// The most points.
const MOST_POINTS: usize = 1_000;

/// How often a range of prices is halved.
const HALVINGS: u32 = 36;

/// How many charges are tried until the polls are no more than they may be, and the smallest as a part of the price of a poll.
const CHARGES: u32 = 60;
const SMALLEST_CHARGE: f64 = 1e-6;

/// Of many polls, this part may be missing to the most.
const NEARLY_MOST: usize = 50;

/// Returns the times to poll at after zero, `most` at most, that cost least if a poll is worth `price` seconds of delay. They are
/// chosen from `points`, which must ascend, and end with the last of them.
///
/// ```
/// use asyncpoll_fit::{Distribution, optimum};
///
/// // All are done at 30 to 40 s.
/// let times = Distribution::new(0.0, vec![30.0, 40.0], &[1.0], 0.0);
/// let points = [10.0, 20.0, 30.0, 40.0, 50.0];
/// assert_eq!(optimum(&times, &points, 1.0, 5), [40.0, 50.0]);
/// ```
pub fn optimum(times: &Distribution, points: &[f64], price: f64, most: usize) -> Vec<f64> {
    let points = core::iter::once(0.0).chain(points.iter().copied().filter(|&point| point > 0.0)).collect();
    Points::at(points, times, 0.0).optimum(price, most.max(1))
}

/// Returns the least delay, in seconds, of any schedule of `polls` polls in the mean, the first at zero and none jittered.
///
/// It is what a fitted policy is measured by. Between two schedules for the same price it is taken to be on a straight line.
///
/// ```
/// use asyncpoll_fit::{Distribution, least_delay};
///
/// // Done at any time of a minute: to poll at 35, 55 and 60 s takes 2.5 polls.
/// let even = Distribution::new(0.0, vec![0.0, 60.0], &[1.0], 0.0);
/// assert!((least_delay(&even, 2.5) - 13.75).abs() < 0.05);
/// ```
pub fn least_delay(times: &Distribution, polls: f64) -> f64 {
    let points = Points::new(times, 0.0, polls);
    let at = |price: f64| points.unlimited(price, times);
    let last = times.edges().last().copied().unwrap_or(0.0);
    let (mut low, mut high) = ((last * 1e-9).ln(), (last * 1e3).ln());
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if at(middle.exp()).polls > polls { low = middle } else { high = middle }
    }
    let (more, fewer) = (at(low.exp()), at(high.exp()));
    let part = (polls - fewer.polls) / (more.polls - fewer.polls).max(1e-12);
    fewer.delay + (more.delay - fewer.delay) * part.clamp(0.0, 1.0)
}

/// The times that an optimum is chosen from, with what is done by each.
pub(crate) struct Points {
    times: Vec<f64>,
    /// The share that is done by each time, and the sum of its times.
    below: Vec<(f64, f64)>,
    /// For each time, the first of those that may follow it: no wait is shorter than the shortest, but for the last.
    firsts: Vec<usize>,
    at_once: f64,
}

impl Points {
    /// Spreads points from zero to the last edge of `times`, half of them by what is done there and half by the time.
    pub(crate) fn new(times: &Distribution, min_wait: f64, polls: f64) -> Self {
        let count = ((polls * POINTS_A_POLL) as usize).clamp(POINTS, MOST_POINTS);
        let last = times.edges().last().copied().unwrap_or(0.0);
        let start = times.quantile(0.0).max(last * 1e-9).max(min_wait.min(last / 2.0));
        let spread = (last / start).ln();
        let mut points: Vec<f64> = (0..=count / 2)
            .map(|point| times.quantile(point as f64 / (count / 2) as f64))
            .chain((0..count / 2).map(|point| start * (spread * point as f64 / (count / 2) as f64).exp()))
            .filter(|&point| point >= min_wait && point < last)
            .collect();
        points.extend([0.0, last]);
        points.sort_by(f64::total_cmp);
        points.dedup_by(|one, other| *one - *other <= *one * 1e-9);
        Self::at(points, times, min_wait)
    }

    /// Takes the points as they are; the first must be zero.
    pub(crate) fn at(points: Vec<f64>, times: &Distribution, min_wait: f64) -> Self {
        let below = points.iter().map(|&point| times.below_and_moment(point)).collect();
        let first = |&point: &f64| points.partition_point(|&later| later <= point || later < point + min_wait);
        let firsts = points.iter().map(first).collect();
        Self { times: points, below, firsts, at_once: times.at_once() }
    }

    /// Returns the times to poll at after zero, `most` at most, that cost least if a poll costs as much as `price` seconds of
    /// delay. The last of them is the last point.
    pub(crate) fn optimum(&self, price: f64, most: usize) -> Vec<f64> {
        let free = self.steps(price, 0.0);
        if free.len() <= most {
            return free;
        }
        // If each poll costs a charge besides, whether an operation is pending or not, there are fewer. A charge that leads to
        // `most` leads to the best of so many: what is saved by one more is the less the more there are.
        let last = self.times.last().copied().unwrap_or(0.0);
        let (mut low, mut high) = ((price * SMALLEST_CHARGE).min(last / 2.0).ln(), last.ln());
        let (mut more, mut few) = (free.len(), self.steps(price, last));
        for _ in 0..CHARGES {
            if few.len() >= most - most / NEARLY_MOST {
                break;
            }
            // The logarithms of charges and polls are nearly in line.
            let [more_polls, most_polls, few_polls] = [more, most, few.len()].map(|polls| (polls as f64).ln());
            let part = ((most_polls - few_polls) / (more_polls - few_polls)).clamp(0.1, 0.9);
            let middle = high + (low - high) * part;
            let steps = self.steps(price, middle.exp());
            if steps.len() > most {
                (low, more) = (middle, steps.len());
            } else {
                (high, few) = (middle, steps);
            }
        }
        few
    }

    /// Returns what the optimum for a price costs if it may make any number of polls, none of which is jittered.
    pub(crate) fn unlimited(&self, price: f64, times: &Distribution) -> Brief {
        let mut polls = self.optimum(price, usize::MAX);
        polls.insert(0, 0.0);
        Brief::of_polls(&polls, times)
    }

    /// Returns the times to poll at after zero that cost least, if each costs `charge` besides.
    fn steps(&self, price: f64, charge: f64) -> Vec<f64> {
        let end = self.times.len() - 1;
        // What it costs from each point on, and which is polled next.
        let (mut costs, mut nexts) = (vec![0.0; end + 1], vec![end; end + 1]);
        for from in (0..end).rev() {
            let (below, moment) = self.below[from];
            let delay = |to: usize| self.times[to] * (self.below[to].0 - below) - (self.below[to].1 - moment);
            let (mut cheapest, mut next) = (delay(end), end);
            // To start later never makes it better to poll earlier: for from < later < to < next, it saves
            // (times[next] − times[to]) × (below[later] − below[from]) to pair them in order.
            let (first, last) = (self.firsts[from], end.min(nexts[from + 1] + 1));
            for (to, rest) in costs.iter().enumerate().take(last).skip(first) {
                let cost = delay(to) + rest;
                if cost < cheapest {
                    (cheapest, next) = (cost, to);
                }
            }
            costs[from] = cheapest + price * (1.0 - self.at_once - below) + charge;
            nexts[from] = next;
        }
        let (mut steps, mut at) = (Vec::new(), 0);
        while at < end {
            at = nexts[at];
            steps.push(self.times[at]);
        }
        steps
    }
}
