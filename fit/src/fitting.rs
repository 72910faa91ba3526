//! Fitting: from completion times to policies.

use core::time::Duration;

use asyncpoll::{Jitter, Policy};

use crate::{
    Cost, Distribution, Goal, GoalError,
    base::base,
    constant::constant,
    cost::Brief,
    numbers::seconds,
    players::{MOST_PLAYED, is_endless},
    search::{Search, most},
};

/// The polls at which the frontier is shown.
const FRONTIER: [f64; 6] = [3.0, 4.0, 6.0, 8.0, 12.0, 16.0];

/// By how much the polls of another policy may be above those wanted.
const SLACK: f64 = 1.01;

/// A policy and what it costs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fitted {
    /// The policy.
    pub policy: Policy,
    /// What it costs, by the estimate.
    pub cost: Cost,
}

/// The policy fitted to a distribution of completion times, beside the present one.
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
/// assert!(fit.best.cost.delay < fit.present.cost.delay / 3.0);
/// # Ok::<(), asyncpoll_fit::GoalError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fit {
    /// The present policy.
    pub present: Fitted,
    /// The best constant interval.
    pub constant: Fitted,
    /// The policy of the least delay: a head start, some waits and a ladder, unless the constant interval or the present policy
    /// is sooner.
    pub best: Fitted,
    /// Polls and delay of fitted policies for some other numbers of polls, in ascending order of polls.
    pub frontier: Vec<(f64, f64)>,
    /// What was fitted to.
    pub goal: Goal,
    /// The shortest base that a wait may have.
    pub min_wait: Duration,
}

impl Fit {
    /// Fits policies to `times`, whose last edge takes the place of the `max_wait` of `present`. Without a goal, they make as many
    /// polls as `present` makes. No base and no head start is shorter than `min_wait`. The jitter is that of `present`, or ±20 % in
    /// place of one that leaves little to fit.
    ///
    /// # Errors
    ///
    /// A [`GoalError`] if there is no policy to meet the goal.
    pub fn new(times: &Distribution, present: Policy, goal: Option<Goal>, min_wait: Duration) -> Result<Self, GoalError> {
        Self::jittered(times, present, goal, min_wait, present.jitter())
    }

    /// Fits policies of another jitter than that of `present`, as [`new`](Self::new) does.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy};
    /// use asyncpoll_fit::{Distribution, Fit};
    /// use core::time::Duration;
    ///
    /// let times = Distribution::new(0.0, vec![90.0, 100.0, 600.0], &[1.0, 0.0], 0.0);
    /// let (present, least) = (Policy::default(), Duration::from_secs(1));
    /// let fit = Fit::jittered(&times, present, None, least, Jitter::PlusMinus(5))?;
    /// assert_eq!(fit.best.policy.jitter(), Jitter::PlusMinus(5));
    /// assert_eq!(fit.present.policy.jitter(), Jitter::PlusMinus(20));
    /// # Ok::<(), asyncpoll_fit::GoalError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A [`GoalError`] if there is no policy to meet the goal.
    pub fn jittered(
        times: &Distribution,
        present: Policy,
        goal: Option<Goal>,
        min_wait: Duration,
        jitter: Jitter,
    ) -> Result<Self, GoalError> {
        let end = times.edges().last().copied().unwrap_or(0.0);
        let present = present.to_builder().max_wait(seconds(end)).build().unwrap_or(present);
        if is_endless(&present) {
            return Err(GoalError::Endless { most: MOST_PLAYED });
        }
        let base = base(present, jitter);
        let search = Search::new(times, base, min_wait.as_secs_f64());
        let present = fitted(present, times);
        let least = search.fewest();
        let goal = goal.unwrap_or_else(|| Goal::Polls(present.cost.polls.clamp(least, Goal::MOST_POLLS)));
        goal.check(least)?;
        let waits = fitted(search.of_goal(goal)?, times);
        let polls = if let Goal::Polls(polls) = goal { polls } else { waits.cost.polls };
        let constant = fitted(constant(times, base, polls, min_wait.as_secs_f64()), times);
        let mut best = &waits;
        if constant.cost.most_polls <= most(polls) && constant.cost.delay < best.cost.delay {
            best = &constant;
        }
        if present.cost.polls <= polls * SLACK && present.cost.delay < best.cost.delay {
            best = &present;
        }
        let best = best.clone();
        let frontier = FRONTIER.into_iter().filter(|&polls| polls >= least + 0.3).map(|polls| {
            let Brief { polls, delay, .. } = search.brief(&search.of_polls(polls));
            (polls, delay)
        });
        // Of a log that says next to nothing, policies for more polls may make fewer.
        let mut frontier: Vec<_> = frontier.collect();
        frontier.sort_by(|one, other| one.0.total_cmp(&other.0));
        Ok(Self { present, constant, best, frontier, goal, min_wait })
    }
}

fn fitted(policy: Policy, times: &Distribution) -> Fitted {
    let cost = Cost::of(&policy, times);
    Fitted { policy, cost }
}
