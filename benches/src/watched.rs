//! What everything does in virtual time: how long it waits, when it stops, and what its loop returns.

use std::time::Duration;

use crate::{
    conduct::{
        Conduct, Made, Waits, backoff::Backoff, backon::Backon, exponential_backoff::ExponentialBackoff, google_cloud_gax::Gax,
        ours::Ours, reliakit_backoff::ReliakitBackoff, retry_policies::RetryPolicies, sisyphus::Sisyphus,
        tokio_retry::TokioRetry,
    },
    numbers::Numbers,
};

/// How many pollers are watched for each question, each with another seed.
pub const POLLERS: usize = 1_000;

/// How long the server asks to wait, if it does.
pub const HINT: Duration = Duration::from_secs(60);

/// What was seen of a subject.
#[derive(Clone, Debug)]
pub struct Watched {
    /// The name in the tables.
    pub name: &'static str,
    /// How it is told a hint; none if it cannot be told.
    pub hint: Option<&'static str>,
    /// The longest of its waits.
    pub longest: Duration,
    /// The shortest of its waits after a hint of [`HINT`], if it can be told.
    pub shortest_hinted: Duration,
    /// The wait after a hint that is longer than the limit; none if it stops.
    pub hint_past_deadline: Option<Duration>,
    /// How many go on when they are asked again, a hundred times, at the time at which they stopped.
    pub after_stop: usize,
    /// When each made its last poll, from the earliest on.
    pub last_polls: Vec<Duration>,
    /// How many of these came after the limit; none if the time cannot be limited, so that the count of polls was.
    pub late: Option<usize>,
    /// What its loop returns; none if it has no loop.
    pub ended: Option<String>,
}

impl Watched {
    /// Watches a subject.
    pub fn of<C: Conduct>() -> Self {
        let mut last_polls: Vec<_> = seeds().map(|seed| last(&mut *made::<C>(&Numbers::TEN_MINUTES, seed))).collect();
        last_polls.sort_unstable();
        let late = last_polls.iter().filter(|poll| **poll > Numbers::TEN_MINUTES.max_wait).count();
        Self {
            name: C::NAME,
            hint: C::HINT,
            longest: waits::<C>(None).max().unwrap_or_default(),
            shortest_hinted: waits::<C>(Some(HINT)).min().unwrap_or_default(),
            hint_past_deadline: made::<C>(&Numbers::TEN_MINUTES, 1).next_wait(Duration::ZERO, Some(HINT * 15)),
            after_stop: after_stop::<C>(),
            last_polls,
            late: C::TAKES_MAX_WAIT.then_some(late),
            ended: C::ended(&Numbers::TEN_MINUTES),
        }
    }
}

/// Watches everything, in the order of the tables.
pub fn all() -> [Watched; 9] {
    [
        Watched::of::<Ours>(),
        Watched::of::<Backon>(),
        Watched::of::<Backoff>(),
        Watched::of::<ExponentialBackoff>(),
        Watched::of::<TokioRetry>(),
        Watched::of::<RetryPolicies>(),
        Watched::of::<Sisyphus>(),
        Watched::of::<ReliakitBackoff>(),
        Watched::of::<Gax>(),
    ]
}

fn seeds() -> impl Iterator<Item = u64> {
    0..POLLERS as u64
}

fn made<C: Conduct>(numbers: &Numbers, seed: u64) -> Box<dyn Waits> {
    match C::waits(numbers, seed) {
        Made::Waits(waits) => waits,
        Made::Refused(_) | Made::Unsayable => panic!("{} takes ordinary numbers", C::NAME),
    }
}

/// Returns the waits until it stops, or the first twenty.
pub fn twenty(waits: &mut dyn Waits, hint: Option<Duration>) -> Vec<Duration> {
    let mut elapsed = Duration::ZERO;
    let mut given = Vec::new();
    while given.len() < 20 {
        let Some(wait) = waits.next_wait(elapsed, hint) else { break };
        elapsed = elapsed.saturating_add(wait);
        given.push(wait);
    }
    given
}

fn waits<C: Conduct>(hint: Option<Duration>) -> impl Iterator<Item = Duration> {
    seeds().flat_map(move |seed| twenty(&mut *made::<C>(&Numbers::COMMON, seed), hint))
}

fn after_stop<C: Conduct>() -> usize {
    let go_on = seeds().filter(|seed| {
        let mut waits = made::<C>(&Numbers::TEN_MINUTES, *seed);
        let stopped = last(&mut *waits);
        (0..100).any(|_| waits.next_wait(stopped, None).is_some())
    });
    go_on.count()
}

/// Returns the time of the last poll.
fn last(waits: &mut dyn Waits) -> Duration {
    let mut elapsed = Duration::ZERO;
    while let Some(wait) = waits.next_wait(elapsed, None) {
        elapsed += wait;
    }
    elapsed
}
