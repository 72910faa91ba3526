//! A plan: a policy, and perhaps a table of waits that goes before its ladder.

use core::time::Duration;

use asyncpoll::{Decision, Instant, Outcome, Policy, Poller, rand_core::Rng};

/// A policy and a table of waits, which may be empty.
///
/// # Example
///
/// ```
/// use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller};
/// use asyncpoll_fit::Plan;
/// use core::time::Duration;
///
/// // At 40 s, at 49 s, and then by the ladder.
/// let [first, second] = [40, 9].map(Duration::from_secs);
/// let policy =
///     Policy::builder().jitter(Jitter::None).head_start(first).build()?;
/// let plan = Plan { policy, waits: vec![second] };
/// let mut poller = Poller::seeded(plan.policy, 1, Duration::ZERO);
/// let mut sleeps = [Duration::ZERO, first, first + second]
///     .map(|now| plan.step(&mut poller, Outcome::<()>::pending(), now));
/// assert_eq!(sleeps, [40, 9, 27].map(Duration::from_secs).map(Decision::Sleep));
/// # Ok::<(), asyncpoll::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "any policy and any waits make a plan")]
pub struct Plan {
    /// The policy.
    pub policy: Policy,
    /// The base of each wait after the first, which is the policy's head start. The ladder of the policy goes on after the last.
    pub waits: Vec<Duration>,
}

impl Plan {
    /// Takes what a poll found, and decides, as [`Poller::step`] does, with the waits of the table.
    pub fn step<T, E, I: Instant, R: Rng>(&self, poller: &mut Poller<I, R>, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        let wait = poller.polls().checked_sub(1).and_then(|polls| self.waits.get(polls as usize));
        if let Some(&wait) = wait {
            poller.set_backoff(wait);
        }
        poller.step(outcome, now)
    }
}

impl From<Policy> for Plan {
    fn from(policy: Policy) -> Self {
        Self { policy, waits: Vec::new() }
    }
}
