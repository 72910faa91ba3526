//! A plan: a policy, and perhaps a table of waits that goes before its ladder.

use core::time::Duration;

use asyncpoll::{Decision, Instant, Outcome, Policy, Poller, rand_core::Rng};

/// A policy and a table of waits, which may be empty.
///
/// # Example
///
/// ```
/// use asyncpoll::{Policy, Poller};
/// use asyncpoll_fit::Plan;
/// use core::time::Duration;
///
/// let waits = vec![Duration::from_secs(40), Duration::from_secs(9)];
/// let plan = Plan { policy: Policy::default(), waits };
/// let mut poller = Poller::seeded(plan.policy, 1, Duration::ZERO);
/// plan.set_wait(&mut poller);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "any policy and any waits make a plan")]
pub struct Plan {
    /// The policy.
    pub policy: Policy,
    /// The base of each wait before jitter, up to where the ladder of the policy goes on.
    pub waits: Vec<Duration>,
}

impl Plan {
    /// Sets the base of the wait after the poll that is about to be made, if the table has one. Do so before each step.
    pub fn set_wait<I, R>(&self, poller: &mut Poller<I, R>) {
        if let Some(&wait) = self.waits.get(poller.polls() as usize) {
            poller.set_backoff(wait);
        }
    }

    /// Takes what a poll found, and decides, as [`Poller::step`] does, with the waits of the table.
    pub fn step<T, E, I: Instant, R: Rng>(&self, poller: &mut Poller<I, R>, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        self.set_wait(poller);
        poller.step(outcome, now)
    }
}

impl From<Policy> for Plan {
    fn from(policy: Policy) -> Self {
        Self { policy, waits: Vec::new() }
    }
}
