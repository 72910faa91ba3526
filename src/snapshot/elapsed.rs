//! The time since the start of an operation, as a restored poller is told it.

use core::time::Duration;

use crate::wait::nanos;

/// The time since the start of an operation, when it is taken out of its snapshot.
///
/// It has a type of its own so that it cannot be swapped with the reading of a clock that counts in [`Duration`]s.
/// `Poller::restore` says how to count it, and [`restore_with`](crate::Poller::restore_with) takes it too.
///
/// # Example
///
/// ```
/// use asyncpoll::{Elapsed, Policy, Poller, random_seed};
/// use core::time::Duration;
///
/// let policy = Policy::default();
/// let poller = Poller::seeded(policy, random_seed(), Duration::ZERO);
/// let snapshot = poller.snapshot(Duration::from_secs(3));
///
/// // A minute later, by a clock that starts from zero.
/// let (now, away) = (Duration::ZERO, Duration::from_secs(60));
/// let elapsed = Elapsed(snapshot.elapsed() + away);
/// let restored = Poller::restore(&snapshot, policy, now, elapsed)?;
/// assert_eq!(restored.elapsed(now).as_secs(), 63);
/// # Ok::<(), asyncpoll::RestoreError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "it is a duration by another name")]
pub struct Elapsed(pub Duration);

impl Elapsed {
    pub(crate) fn nanos(self) -> u64 {
        nanos::from_duration(self.0)
    }
}
