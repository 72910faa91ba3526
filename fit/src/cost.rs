//! What a plan costs: its polls, and how late it notices that an operation is done.

use crate::{
    Distribution, Plan,
    players::{Players, most_polls},
};

/// How often the time that most operations are noticed by is halved.
const HALVINGS: u32 = 40;

/// How many polls are played in all, and by how many pollers: a plan of many polls needs few of them.
const POLLS_PLAYED: u64 = 200_000;
const FEWEST_PLAYERS: u64 = 32;
const MOST_PLAYERS: u64 = 1_024;

/// The share of operations that are noticed by `late`.
const MOST: f64 = 0.95;

/// What a plan costs, by the crate's own poller in virtual time.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
/// use asyncpoll_fit::{Cost, Distribution, Plan};
///
/// let edges = (0..=600).map(f64::from).collect();
/// let even = Distribution::of(edges, |seconds| seconds / 600.0);
/// let cost = Cost::of(&Plan::from(Policy::default()), &even);
/// assert!((cost.polls - 6.0).abs() < 0.5, "{cost:?}");
/// assert_eq!(cost.most_polls, 7);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// The mean number of polls of an operation, the first included.
    pub polls: f64,
    /// By how many seconds an operation is noticed late in the mean, of those that are noticed.
    pub delay: f64,
    /// By how many seconds 95 % of them are late at most.
    pub late: f64,
    /// The share of operations that are noticed.
    pub noticed: f64,
    /// The most polls of an operation that is never done.
    pub most_polls: u64,
}

impl Cost {
    /// Plays `plan` and returns what it costs, if operations complete as `times` says.
    pub fn of(plan: &Plan, times: &Distribution) -> Self {
        let most_polls = most_polls(plan);
        let players = (POLLS_PLAYED / most_polls.max(1)).clamp(FEWEST_PLAYERS, MOST_PLAYERS);
        let brief = Brief::of(plan, times, &Players::new(players as u32));
        let mut ways = Vec::new();
        // For the tail, fewer do.
        Players::new(players.div_ceil(8) as u32).play(plan, |polls| ways.push(polls.to_vec()));
        let (mut low, mut high) = (0.0, ways.iter().flatten().copied().fold(0.0, f64::max));
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            let (mut within, mut all) = (0.0, 0.0);
            for polls in &ways {
                for pair in polls.windows(2) {
                    let from = pair[0].max(pair[1] - middle);
                    within += times.done_by(pair[1]) - times.done_by(from);
                    all += times.done_by(pair[1]) - times.done_by(pair[0]);
                }
            }
            let at_once = times.at_once() * ways.len() as f64;
            if within + at_once < MOST * (all + at_once) { low = middle } else { high = middle }
        }
        Self { polls: brief.polls, delay: brief.delay, late: high, noticed: brief.noticed, most_polls }
    }
}

/// What is asked of a plan while better ones are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    pub(crate) polls: f64,
    pub(crate) delay: f64,
    pub(crate) noticed: f64,
}

impl Brief {
    pub(crate) fn of(plan: &Plan, times: &Distribution, players: &Players) -> Self {
        let (mut polls, mut delay, mut noticed) = (0.0, 0.0, 0.0);
        players.play(plan, |ways| {
            let sum = Self::of_polls(ways, times);
            polls += sum.polls;
            delay += sum.delay * sum.noticed;
            noticed += sum.noticed;
        });
        let count = players.count() as f64;
        Self { polls: polls / count, delay: delay / noticed.max(1e-300), noticed: noticed / count }
    }

    /// Returns what it costs to poll at these times, the first of which is zero.
    pub(crate) fn of_polls(polls: &[f64], times: &Distribution) -> Self {
        let mut sum = Self { polls: 1.0, delay: 0.0, noticed: times.at_once() };
        let mut seen = (0.0, 0.0);
        for &poll in polls.get(1..).unwrap_or_default() {
            sum.polls += 1.0 - times.at_once() - seen.0;
            let now = times.below_and_moment(poll);
            sum.delay += poll * (now.0 - seen.0) - (now.1 - seen.1);
            sum.noticed += now.0 - seen.0;
            seen = now;
        }
        Self { delay: sum.delay / sum.noticed.max(1e-300), ..sum }
    }
}
