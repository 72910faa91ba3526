//! A poll of an order: its poller is taken out, asked whether to poll, told what was found, and put away.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use asyncpoll::{Decision, Elapsed, Outcome, Policy, Poller, RestoreError, SeededRng, Snapshot, const_policy, random_seed};

/// The policy of every order.
pub const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_millis(300))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(2))
        .max_wait(Duration::from_secs(15))
);

/// How the error begins that stands for a claim of which nothing was kept.
pub const LOST: &str = "nothing was kept of a claim; before that: ";

/// An order as it was claimed.
#[derive(Debug)]
pub struct Order {
    /// Which it is.
    pub id: i64,
    /// The number that it must still have when something is kept.
    pub claim: i64,
    /// Whether nothing was kept of the claim before.
    pub lost: bool,
    /// The time since its start, by the database, which is the one clock that
    /// all workers have in common.
    pub elapsed: Duration,
    /// When that was asked for, by the clock of this worker: before the
    /// answer, so that no poll is early.
    pub at: Instant,
    /// Its poller.
    pub snapshot: Vec<u8>,
    /// The last error.
    pub last_error: Option<String>,
}

/// What is to be kept of an order.
#[derive(Debug)]
pub struct Found {
    /// Its poller.
    pub snapshot: Snapshot,
    /// The last error.
    pub last_error: Option<String>,
    /// How it has ended, if it has.
    pub ended: Option<String>,
}

impl Order {
    /// Polls the order if its poller says so.
    pub fn poll(&self, ask: impl FnOnce(i64, u32) -> Outcome<String, String>) -> Result<Found, RestoreError> {
        // Before the question: what cannot be restored is not asked about.
        let snapshot = Snapshot::from_bytes(&self.snapshot)?;
        let start = self.elapsed;
        let mut poller = match Poller::restore(&snapshot, POLICY, start, Elapsed(start)) {
            Err(RestoreError::NoGenerator) => {
                let rng = SeededRng::new(random_seed());
                Poller::restore_with(&snapshot, POLICY, rng, start, Elapsed(start))
            }
            restored => restored?,
        };
        let mut last_error = self.last_error.clone();
        let outcome = match poller.until_next_poll(start) {
            Some(_) if self.lost => {
                let before = last_error.as_deref().unwrap_or("no error");
                let before = before.trim_start_matches(LOST);
                Some(Outcome::transient(format!("{LOST}{before}")))
            }
            Some(Duration::ZERO) => {
                let ask = AssertUnwindSafe(|| ask(self.id, snapshot.polls()));
                let panicked = "the poll panicked";
                let error = |_| Outcome::transient(panicked.into());
                Some(catch_unwind(ask).unwrap_or_else(error))
            }
            // Somebody else has set `due`. It is set anew.
            Some(_) => None,
            None => Some(Outcome::pending()),
        };
        // The poll's own time counts, so that no hint is cut short.
        let now = start + self.at.elapsed();
        let step = |found| poller.step_keeping(found, now, &mut last_error);
        let ended = match outcome.map(storable).map(step) {
            None | Some(Decision::Sleep(_)) => None,
            Some(Decision::Done(result)) => Some(format!("done: {result}")),
            Some(Decision::Failed(error)) => Some(format!("failed: {error}")),
            Some(Decision::GaveUp(gave_up)) => {
                let (gave_up, error) = gave_up.split();
                last_error = error.or(last_error);
                Some(gave_up.to_string())
            }
        };
        Ok(Found { snapshot: poller.snapshot(now), last_error, ended })
    }
}

impl Found {
    /// Returns when the next poll is due, in microseconds since the start,
    /// rounded up so that it is never early.
    pub fn due(&self) -> Option<i64> {
        let micros = self.snapshot.due()?.as_nanos().div_ceil(1_000);
        Some(micros.try_into().unwrap_or(i64::MAX))
    }
}

/// Returns an outcome that a column of type `text` takes: without NUL, and
/// with errors of a thousand characters at most.
fn storable(outcome: Outcome<String, String>) -> Outcome<String, String> {
    let without_nul = |text: String| text.replace('\0', "\\0");
    let cut = |error: String| error.chars().take(1_000).collect();
    outcome.map(without_nul).map_err(cut).map_err(without_nul)
}
