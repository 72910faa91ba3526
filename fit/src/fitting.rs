//! Fitting: from completion times to policies.

use core::time::Duration;

use asyncpoll::Policy;

use crate::{
    Cost, Distribution, Goal, GoalError, Plan,
    base::base,
    constant::constant,
    cost::Brief,
    four::Search,
    numbers::seconds,
    players::{MOST_PLAYED, is_endless},
    tables::{Tables, most},
};

/// The polls at which the frontier is shown.
const FRONTIER: [f64; 6] = [3.0, 4.0, 6.0, 8.0, 12.0, 16.0];

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
    /// What was fitted to.
    pub goal: Goal,
    /// The shortest base that a wait may have.
    pub min_wait: Duration,
}

impl Fit {
    /// Fits policies to `times`, whose last edge takes the place of the `max_wait` of `present`. Without a goal, they make as many
    /// polls as `present` makes. No base and no head start is shorter than `min_wait`.
    ///
    /// # Errors
    ///
    /// A [`GoalError`] if there is no policy to meet the goal.
    pub fn new(times: &Distribution, present: Policy, goal: Option<Goal>, min_wait: Duration) -> Result<Self, GoalError> {
        let end = times.edges().last().copied().unwrap_or(0.0);
        let present = present.to_builder().max_wait(seconds(end)).build().unwrap_or(present);
        if is_endless(&present.into()) {
            return Err(GoalError::Endless { most: MOST_PLAYED });
        }
        let base = base(present);
        let shortest = min_wait.as_secs_f64();
        let tables = Tables::new(times, base, shortest);
        let present = fitted(present.into(), times);
        let least = tables.fewest();
        let goal = goal.unwrap_or_else(|| Goal::Polls(present.cost.polls.clamp(least, Goal::MOST_POLLS)));
        goal.check(least)?;
        let table = fitted(tables.of_goal(goal)?, times);
        let polls = if let Goal::Polls(polls) = goal { polls } else { table.cost.polls };
        let search = Search {
            times,
            base,
            polls,
            most: most(polls).max(if polls < present.cost.polls { 0 } else { present.cost.most_polls }),
            min_wait: shortest,
        };
        let constant = fitted(constant(times, base, polls, shortest), times);
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
            let Brief { polls, delay, .. } = tables.brief(&tables.of_polls(polls));
            (polls, delay)
        });
        let frontier = frontier.collect();
        Ok(Self { present, constant, four, table, frontier, goal, min_wait })
    }
}

fn fitted(plan: Plan, times: &Distribution) -> Fitted {
    let cost = Cost::of(&plan, times);
    Fitted { plan, cost }
}
