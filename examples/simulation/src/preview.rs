//! When an operation that stays pending is polled: by the schedule of a policy, or by a poller with a seed.

use core::{iter, time::Duration};

use asyncpoll::{Decision, Outcome, Policy, Poller, ScheduledPoll};

/// How many polls are shown of a policy that never gives up.
pub const GLIMPSE: usize = 20;

/// Returns whether a policy never gives up an operation that stays pending: it has neither `max_wait` nor `max_polls`.
pub fn is_endless(policy: &Policy) -> bool {
    policy.max_wait().is_none() && policy.max_polls().is_none()
}

/// Returns the polls of a policy, each with the earliest and the latest time that jitter may draw: all of them, or
/// [so many](GLIMPSE) if the policy never gives up.
///
/// ```
/// use asyncpoll::Policy;
/// use simulation::preview::windows;
///
/// let policy: Policy = "5s x2 +-20% 30s".parse()?;
/// let latest: Vec<_> = windows(policy).map(|poll| poll.latest.as_secs()).collect();
/// assert_eq!(latest, [0, 6, 18, 30]);
///
/// let endless = policy.to_builder().no_max_wait().build()?;
/// assert_eq!(windows(endless).count(), 20);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn windows(policy: Policy) -> impl Iterator<Item = ScheduledPoll> {
    policy.schedule().take(shown(&policy))
}

/// Returns when a poller with this seed polls: every time, or [so many](GLIMPSE) times if the policy never gives up.
///
/// ```
/// use asyncpoll::Policy;
/// use simulation::preview::{times, windows};
///
/// let policy = Policy::default();
/// for (time, window) in times(policy, 17).zip(windows(policy)) {
///     assert!((window.earliest..=window.latest).contains(&time));
/// }
/// assert!(times(policy, 17).eq(times(policy, 17)));
/// assert!(times(policy, 17).ne(times(policy, 18)));
/// ```
pub fn times(policy: Policy, seed: u64) -> impl Iterator<Item = Duration> {
    let mut poller = Poller::seeded(policy, seed, Duration::ZERO);
    let times = iter::successors(Some(Duration::ZERO), move |now| match poller.step(Outcome::<()>::pending(), *now) {
        Decision::Sleep(wait) => now.checked_add(wait),
        Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => None,
    });
    times.take(shown(&policy))
}

/// Returns how many polls are shown at most.
fn shown(policy: &Policy) -> usize {
    if is_endless(policy) { GLIMPSE } else { usize::MAX }
}
