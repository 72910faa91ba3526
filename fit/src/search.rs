//! The policy that meets a goal, found by halving what a poll is worth.

use asyncpoll::Policy;

use crate::{
    Distribution, Goal, GoalError,
    base::jitter,
    cost::Brief,
    ladder::{Ladders, scaled},
    numbers::NANOSECOND,
    optimum::Points,
    players::{Players, most_polls},
};

/// An operation that is never done makes so many polls at most, or so many times the mean, whichever is more.
const MOST: f64 = 20.0;
const MOST_A_POLL: f64 = 8.0;

/// The lowest price of a poll that is tried, as a part of the time that half of the operations take, and the highest, as a
/// part of `max_wait`.
const CHEAPEST: f64 = 1e-6;
const DEAREST: f64 = 10.0;

/// How often a range of prices is halved.
const HALVINGS: u32 = 12;

/// By how much the polls that are found with few points may be too few.
const ROUGHLY: f64 = 1.5;

/// How many of the last policies are brought nearer to the goal, by what their waits are multiplied for that at least, and how often
/// the range of that is halved.
const NEXT: usize = 4;
const SHORTENED: f64 = 0.7;
const HALVINGS_OF_WAITS: u32 = 9;

/// How many polls of the most are left to the first poll and to jitter.
const SPARE: u64 = 3;

/// Returns the most polls of an operation that is never done, if it makes `polls` in the mean.
pub(crate) fn most(polls: f64) -> u64 {
    MOST.max((MOST_A_POLL * polls).ceil()) as u64 + 1
}

/// The search for policies that suit a log.
pub(crate) struct Search<'a> {
    /// What polls and delay are counted by.
    times: &'a Distribution,
    /// What policies are made for.
    hedged: Distribution,
    base: Policy,
    min_wait: f64,
    players: Players,
}

impl<'a> Search<'a> {
    pub(crate) fn new(times: &'a Distribution, base: Policy, min_wait: f64) -> Self {
        // Jitter moves a poll by up to this part of its time, so no finer detail is worth one.
        let hedged = times.blurred(jitter(base)).hedged();
        Self { times, hedged, base, min_wait, players: Players::new(64) }
    }

    /// Returns what a policy costs, nearly.
    pub(crate) fn brief(&self, policy: &Policy) -> Brief {
        Brief::of(policy, self.times, &self.players)
    }

    /// Returns the mean number of polls of the policy with one wait.
    pub(crate) fn fewest(&self) -> f64 {
        2.0 - self.times.at_once()
    }

    fn last(&self) -> f64 {
        self.times.edges().last().copied().unwrap_or(0.0)
    }

    /// Returns the policy that meets a goal.
    pub(crate) fn of_goal(&self, goal: Goal) -> Result<Policy, GoalError> {
        match goal {
            Goal::Polls(polls) => Ok(self.of_polls(polls)),
            Goal::Delay(delay) => {
                // How many polls it takes says how fine the points must be.
                let polls = self.brief(&self.of_delay(delay, 1.0)).polls * ROUGHLY;
                let most = Goal::MOST_POLLS;
                if polls > most {
                    let least = self.brief(&self.of_polls(most)).delay;
                    if delay < least {
                        return Err(GoalError::Delay { delay, least, most });
                    }
                }
                Ok(self.of_delay(delay, polls.min(most)))
            }
            Goal::Price(price) => {
                let polls = self.points(1.0).unlimited(price, self.times).polls;
                let polls = self.points((polls * ROUGHLY).min(Goal::MOST_POLLS)).unlimited(price, self.times).polls;
                Ok(self.at(&self.points(polls), price, most(polls)))
            }
        }
    }

    fn points(&self, polls: f64) -> Points {
        Points::new(&self.hedged, self.min_wait, polls)
    }

    /// Returns the policy whose polls are nearly `polls` in the mean, and no more.
    pub(crate) fn of_polls(&self, polls: f64) -> Policy {
        let points = self.points(polls);
        let at = |price| self.at(&points, price, most(polls));
        let is_low = |brief: Brief| brief.polls > polls;
        let ends = self.ends(at, is_low).map(|(_, above)| above).filter(|policy| most_polls(policy) <= most(polls));
        ends.min_by(|one, other| self.brief(one).delay.total_cmp(&self.brief(other).delay))
            .unwrap_or_else(|| at(self.dearest()))
    }

    /// Returns the policy of nearly this delay, and no more, from points that are fine enough for so many polls.
    fn of_delay(&self, delay: f64, polls: f64) -> Policy {
        let points = self.points(polls);
        let at = |price| {
            let polls = points.unlimited(price, self.times).polls;
            self.at(&points, price, most(polls))
        };
        let ends = self.ends(at, |brief| brief.delay <= delay).map(|(below, _)| below);
        let met = ends.filter(|policy| self.brief(policy).delay <= delay);
        met.min_by(|one, other| self.brief(one).polls.total_cmp(&self.brief(other).polls))
            .unwrap_or_else(|| at(self.cheapest()))
    }

    fn cheapest(&self) -> f64 {
        self.times.quantile(0.5).max(NANOSECOND) * CHEAPEST
    }

    fn dearest(&self) -> f64 {
        self.last() * DEAREST
    }

    /// Halves the range of prices up to the one at which `is_low` ends, and then, for the policies next to it, the range of what
    /// their waits are multiplied by. Returns the policies on both sides of each end.
    fn ends(&self, at: impl Fn(f64) -> Policy, is_low: impl Fn(Brief) -> bool) -> impl Iterator<Item = (Policy, Policy)> {
        let (mut low, mut high) = (self.cheapest().ln(), self.dearest().ln());
        let mut tried = Vec::new();
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let policy = at(middle.exp());
            if is_low(self.brief(&policy)) {
                low = middle;
            } else {
                high = middle;
            }
            tried.push(policy);
        }
        // From one price to the next, a policy may be another altogether, so the last is not always the best.
        tried.into_iter().rev().take(NEXT).map(move |policy| {
            let (mut low, mut high) = (SHORTENED.ln(), -SHORTENED.ln());
            let scaled = |by: f64| scaled(policy, by.exp(), self.min_wait).unwrap_or(policy);
            for _ in 0..HALVINGS_OF_WAITS {
                let middle = f64::midpoint(low, high);
                if is_low(self.brief(&scaled(middle))) { low = middle } else { high = middle }
            }
            (scaled(low), scaled(high))
        })
    }

    /// Returns the policy for a price of a poll, which makes `most` polls at most.
    fn at(&self, points: &Points, price: f64, most: u64) -> Policy {
        let steps = points.optimum(price, most.saturating_sub(SPARE).max(1) as usize);
        let Self { hedged, base, min_wait, .. } = self;
        Ladders { times: hedged, base: *base, min_wait: *min_wait, price, most }.policy(&steps)
    }
}
