//! What a policy costs: its polls, and how late it notices that an operation is done.

use asyncpoll::Policy;

use crate::{
    Distribution,
    players::{Players, last_waits, most_polls},
};

/// How often the time that most operations are noticed by is halved.
const HALVINGS: u32 = 40;

/// How many polls are played in all, and by how many pollers: a policy of many polls needs few of them, but of more than these,
/// few are played.
const POLLS_PLAYED: u64 = 200_000;
const MANY_POLLS: u64 = 1_000;
const FEWEST_PLAYERS: u64 = 32;
const MOST_PLAYERS: u64 = 1_024;

/// The share of operations that are noticed by `late`.
const MOST: f64 = 0.95;

/// What a policy costs, by the crate's own poller in virtual time.
///
/// # Example
///
/// ```
/// use asyncpoll::Policy;
/// use asyncpoll_fit::{Cost, Distribution};
///
/// let edges = (0..=600).map(f64::from).collect();
/// let even = Distribution::of(edges, |seconds| seconds / 600.0);
/// let cost = Cost::of(&Policy::default(), &even);
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
    /// Plays `policy` and returns what it costs, if operations complete as `times` says.
    pub fn of(policy: &Policy, times: &Distribution) -> Self {
        let most_polls = most_polls(policy);
        let players = (POLLS_PLAYED / most_polls.clamp(1, MANY_POLLS)).clamp(FEWEST_PLAYERS, MOST_PLAYERS) as u32;
        let brief = Brief::of(policy, times, &Players::new(players));
        // For the tail, fewer do.
        let late = late(policy, times, &Players::new(players.div_ceil(8)));
        Self { polls: brief.polls, delay: brief.delay, late, noticed: brief.noticed, most_polls }
    }
}

/// Returns the time that most of the operations that are noticed are late by at most, in seconds.
fn late(policy: &Policy, times: &Distribution, players: &Players) -> f64 {
    let (mut cells, mut rests) = (Vec::new(), Vec::new());
    let (mut all, mut high) = (0.0, 0.0_f64);
    let count = players.play(policy, |polls, rest| {
        let mut done_in = |from: f64, to: f64, wait: f64| {
            let done = times.done_by(to) - times.done_by(from);
            all += done;
            if done > 0.0 {
                high = high.max(wait);
            }
            done
        };
        for pair in polls.windows(2) {
            if done_in(pair[0], pair[1], pair[1] - pair[0]) > 0.0 {
                cells.push((pair[0], pair[1]));
            }
        }
        if let Some(rest) = rest {
            let waits: Vec<f64> = last_waits(polls).collect();
            let longest = waits.iter().copied().fold(0.0, f64::max);
            rests.push((done_in(rest.from, rest.to, longest) / waits.iter().sum::<f64>(), waits));
        }
    });
    let at_once = times.at_once() * count as f64;
    let mut low = 0.0;
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let cells = cells.iter().map(|&(from, to)| times.done_by(to) - times.done_by(from.max(to - middle)));
        // In a wait of the rest, all times are alike.
        let rests = rests.iter().map(|(done, waits)| done * waits.iter().map(|wait| wait.min(middle)).sum::<f64>());
        let within = at_once + cells.chain(rests).sum::<f64>();
        if within < MOST * (all + at_once) { low = middle } else { high = middle }
    }
    high
}

/// What is asked of a policy while better ones are looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    pub(crate) polls: f64,
    pub(crate) delay: f64,
    pub(crate) noticed: f64,
}

impl Brief {
    pub(crate) fn of(policy: &Policy, times: &Distribution, players: &Players) -> Self {
        let (mut polls, mut delay, mut noticed) = (0.0, 0.0, 0.0);
        let count = players.play(policy, |played, rest| {
            let sum = Self::of_polls(played, times);
            let (more_polls, more, late) = rest.map_or((0.0, 0.0, 0.0), |rest| {
                let more = times.done_by(rest.to) - times.done_by(rest.from);
                // A poll is made at once and one after each wait; the last wait is half as long in the mean.
                let more_polls = times.pending_for(rest.from, rest.to) / rest.wait + times.pending_at(rest.from) / 2.0;
                (more_polls, more, rest.delay)
            });
            polls += sum.polls + more_polls;
            delay += sum.delay * sum.noticed + late * more;
            noticed += sum.noticed + more;
        });
        let count = count as f64;
        Self { polls: polls / count, delay: delay / noticed.max(1e-300), noticed: noticed / count }
    }

    /// Returns what it costs to poll at these times, which ascend from zero.
    pub(crate) fn of_polls(polls: &[f64], times: &Distribution) -> Self {
        let mut sum = Self { polls: 1.0, delay: 0.0, noticed: times.at_once() };
        let mut seen = (0.0, 0.0);
        let mut reader = times.reader();
        for &poll in polls.get(1..).unwrap_or_default() {
            sum.polls += 1.0 - times.at_once() - seen.0;
            let now = reader.below_and_moment(poll);
            sum.delay += poll * (now.0 - seen.0) - (now.1 - seen.1);
            sum.noticed += now.0 - seen.0;
            seen = now;
        }
        Self { delay: sum.delay / sum.noticed.max(1e-300), ..sum }
    }
}
