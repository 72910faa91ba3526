//! Fitting: from completion times to policies.

use core::time::Duration;

use asyncpoll::{Jitter, Policy};

use crate::{
    Cost, Distribution, Goal, GoalError, Plan,
    cost::Brief,
    four::{self, Search},
    numbers::{rounded, seconds},
    players::{MOST_POLLS, Players, most_polls},
    table::Points,
};

/// An operation that is never done makes so many polls at most, or so many times the mean, whichever is more.
const MOST: f64 = 20.0;
const MOST_A_POLL: f64 = 8.0;

/// The jitter of a poll is about this part of that of a wait: a poll comes after several.
const BLUR: f64 = 0.7;

/// The polls at which the frontier is shown.
const FRONTIER: [f64; 6] = [3.0, 4.0, 6.0, 8.0, 12.0, 16.0];

/// The shortest constant interval is this part of `max_wait`.
const SHORTEST: f64 = 10_000.0;

/// How often a range of prices is halved.
const HALVINGS: u32 = 18;

/// How many polls of the most are not the table's, at first.
const SPARE: u64 = 3;

/// How often a limit on the polls is made stricter because jitter adds some.
const STRICTER: u32 = 4;

/// A plan and what it costs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fitted {
    /// The plan.
    pub plan: Plan,
    /// What it costs, by the estimate.
    pub cost: Cost,
}

/// The policies fitted to a distribution of completion times, beside the present one.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
/// use asyncpoll_fit::{Distribution, Fit};
/// use core::time::Duration;
///
/// // Done at 100 to 140 s, all of them alike.
/// let edges = vec![100.0, 140.0, 600.0];
/// let times = Distribution::new(0.0, edges, &[1.0, 0.0], 0.0);
/// let fit = Fit::new(&times, Policy::default(), None, Duration::from_secs(1))?;
/// assert!(fit.table.cost.delay < fit.present.cost.delay / 3.0);
/// # Ok::<(), asyncpoll_fit::GoalError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fit {
    /// The present policy.
    pub present: Fitted,
    /// The best constant interval.
    pub constant: Fitted,
    /// The best of the policies that need no table.
    pub four: Fitted,
    /// The table of waits.
    pub table: Fitted,
    /// Polls and delay of some other tables, in ascending order of polls.
    pub frontier: Vec<(f64, f64)>,
}

impl Fit {
    /// Fits policies to `times`, whose last edge takes the place of the `max_wait` of `present`: to the polls that `present` makes if there is no
    /// goal. No base is shorter than `min_wait`.
    ///
    /// # Errors
    ///
    /// A [`GoalError`] if there is no policy to meet the goal.
    pub fn new(times: &Distribution, present: Policy, goal: Option<Goal>, min_wait: Duration) -> Result<Self, GoalError> {
        let end = times.edges().last().copied().unwrap_or(0.0);
        let present = present.to_builder().max_wait(seconds(end)).build().unwrap_or(present);
        if most_polls(&present.into()) >= MOST_POLLS {
            return Err(GoalError::Endless { most: MOST_POLLS });
        }
        let base = four::base(present);
        let tables = Tables {
            times,
            hedged: times.blurred(blur(base)).hedged(),
            base,
            min_wait: min_wait.as_secs_f64(),
            players: Players::new(64),
        };
        let present = fitted(present.into(), times);
        let least = tables.fewest();
        let goal = goal.unwrap_or_else(|| Goal::Polls(present.cost.polls.clamp(least, Goal::MOST_POLLS)));
        goal.check(least)?;
        let table = fitted(tables.of_goal(goal)?, times);
        let polls = if let Goal::Polls(polls) = goal { polls } else { table.cost.polls };
        let search = Search {
            times,
            base: tables.base,
            polls,
            most: most(polls).max(if polls < present.cost.polls { 0 } else { present.cost.most_polls }),
            min_wait: tables.min_wait,
        };
        let constant = fitted(tables.constant(polls), times);
        let mut candidates = Vec::new();
        if constant.cost.most_polls <= search.most {
            candidates.push(constant.clone());
        }
        candidates.extend(search.friendliest().map(|policy| fitted(policy.into(), times)));
        if present.cost.polls <= polls * 1.01 {
            candidates.push(present.clone());
        }
        let four = candidates.into_iter().min_by(|one, other| one.cost.delay.total_cmp(&other.cost.delay));
        let four = four.unwrap_or_else(|| constant.clone());
        let frontier = FRONTIER.into_iter().filter(|&polls| polls >= least + 0.3).map(|polls| {
            let brief = Brief::of(&tables.of_polls(polls), times, &tables.players);
            (brief.polls, brief.delay)
        });
        let frontier = frontier.collect();
        Ok(Self { present, constant, four, table, frontier })
    }
}

/// Returns the least delay, in seconds, of any schedule of `polls` polls in the mean, the first at zero and none jittered.
///
/// It is what a fitted plan is measured by. Between two schedules for the same price it is taken to be on a straight line.
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
    let at = |price: f64| Brief::of_polls(&with_zero(points.optimum(price, usize::MAX)), times);
    let last = times.edges().last().copied().unwrap_or(0.0);
    let (mut low, mut high) = ((last * 1e-9).ln(), (last * 1e3).ln());
    for _ in 0..2 * HALVINGS {
        let middle = f64::midpoint(low, high);
        if at(middle.exp()).polls > polls { low = middle } else { high = middle }
    }
    let (more, fewer) = (at(low.exp()), at(high.exp()));
    let part = (polls - fewer.polls) / (more.polls - fewer.polls).max(1e-12);
    fewer.delay + (more.delay - fewer.delay) * part.clamp(0.0, 1.0)
}

/// Returns how far jitter moves the times of polls, as a share of them.
fn blur(policy: Policy) -> f64 {
    jitter(policy) * BLUR
}

/// Returns by what part of a base its wait may be shorter or longer.
fn jitter(policy: Policy) -> f64 {
    if let Jitter::PlusMinus(percent) = policy.jitter() { f64::from(percent) / 100.0 } else { 0.0 }
}

/// Returns the most polls of an operation that is never done, if it makes `polls` in the mean.
fn most(polls: f64) -> u64 {
    MOST.max((MOST_A_POLL * polls).ceil()) as u64 + 1
}

fn fitted(plan: Plan, times: &Distribution) -> Fitted {
    let cost = Cost::of(&plan, times);
    Fitted { plan, cost }
}

/// The tables that can be made for a log.
struct Tables<'a> {
    /// What polls and delay are counted by.
    times: &'a Distribution,
    /// What a table is made for.
    hedged: Distribution,
    base: Policy,
    min_wait: f64,
    players: Players,
}

impl Tables<'_> {
    /// Returns the mean number of polls of the table with one wait.
    fn fewest(&self) -> f64 {
        2.0 - self.times.at_once()
    }

    fn last(&self) -> f64 {
        self.times.edges().last().copied().unwrap_or(0.0)
    }

    fn of_goal(&self, goal: Goal) -> Result<Plan, GoalError> {
        match goal {
            Goal::Polls(polls) => Ok(self.of_polls(polls)),
            Goal::Delay(delay) => {
                let most = Goal::MOST_POLLS;
                let least = Brief::of(&self.of_polls(most), self.times, &self.players).delay;
                if delay < least {
                    return Err(GoalError::Delay { delay, least, most });
                }
                Ok(self.dearest(|brief| brief.delay <= delay))
            }
            Goal::Price(price) => {
                let points = self.points(Goal::MOST_POLLS);
                let polls = Brief::of_polls(&with_zero(points.optimum(price, usize::MAX)), self.times).polls;
                Ok(self.at(&self.points(polls), price, most(polls)))
            }
        }
    }

    fn points(&self, polls: f64) -> Points {
        Points::new(&self.hedged, self.min_wait, polls)
    }

    /// Returns the table whose polls are nearly `polls` in the mean, and no more.
    fn of_polls(&self, polls: f64) -> Plan {
        let points = self.points(polls);
        self.search(|price| self.at(&points, price, most(polls)), |brief| brief.polls > polls).1
    }

    /// Returns the table of the highest price that is still `good`.
    fn dearest(&self, good: impl Fn(Brief) -> bool) -> Plan {
        let points = self.points(Goal::MOST_POLLS);
        let at = |price| {
            let polls = Brief::of_polls(&with_zero(points.optimum(price, usize::MAX)), self.times).polls;
            self.at(&points, price, most(polls))
        };
        self.search(at, good).0
    }

    /// Halves the range of prices, and returns the tables on both sides: the last at whose price `is_low` holds, and the next.
    fn search(&self, at: impl Fn(f64) -> Plan, is_low: impl Fn(Brief) -> bool) -> (Plan, Plan) {
        let (mut low, mut high) = ((self.last() * 1e-7).ln(), (self.last() * 10.0).ln());
        let (mut below, mut above) = (None, None);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let plan = at(middle.exp());
            if is_low(Brief::of(&plan, self.times, &self.players)) {
                (low, below) = (middle, Some(plan));
            } else {
                (high, above) = (middle, Some(plan));
            }
        }
        (below.unwrap_or_else(|| at(low.exp())), above.unwrap_or_else(|| at(high.exp())))
    }

    /// Returns the table for a price of a poll, which makes `most` polls at most.
    fn at(&self, points: &Points, price: f64, most: u64) -> Plan {
        // The first poll is none of the table's, and two may follow it.
        let mut limit = most.saturating_sub(SPARE).max(1);
        let mut plan = self.plan(&points.optimum(price, limit as usize));
        for _ in 0..STRICTER {
            let polls = most_polls(&plan);
            if polls <= most {
                break;
            }
            // Waits that are all shortened by jitter leave time for more.
            limit = limit.saturating_sub(polls - most).max(1);
            plan = self.plan(&points.optimum(price, limit as usize));
        }
        plan
    }

    fn plan(&self, steps: &[f64]) -> Plan {
        let mut start = 0.0;
        let mut waits = Vec::with_capacity(steps.len());
        for &step in steps {
            waits.push(rounded(step - start));
            start = step;
        }
        let shortest = waits.iter().min().copied().unwrap_or(Duration::from_secs(1));
        let longest = waits.iter().max().copied().unwrap_or(shortest);
        let policy = self.base.to_builder().no_head_start().initial_wait(shortest).max_backoff(self.with_room(longest));
        Plan { policy: policy.build().unwrap_or(self.base), waits }
    }

    /// Returns the policy of the constant interval whose polls are nearly `polls` in the mean, and no more.
    fn constant(&self, polls: f64) -> Plan {
        let few = Players::new(8);
        let (mut low, mut high) = ((self.last() / SHORTEST).ln(), self.last().ln());
        let at = |interval: f64| -> Plan {
            let interval = rounded(interval);
            let builder = self.base.to_builder().no_head_start().multiplier(1, 1).initial_wait(interval);
            builder.max_backoff(self.with_room(interval)).build().unwrap_or(self.base).into()
        };
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let is_more = Brief::of(&at(middle.exp()), self.times, &few).polls > polls;
            if is_more { low = middle } else { high = middle }
        }
        at(high.exp())
    }

    /// Returns the ceiling under which jitter has its whole window around a base.
    fn with_room(&self, base: Duration) -> Duration {
        seconds(base.as_secs_f64() * (1.0 + jitter(self.base)))
    }
}

fn with_zero(mut steps: Vec<f64>) -> Vec<f64> {
    steps.insert(0, 0.0);
    steps
}
