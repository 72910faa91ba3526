//! A poller put away as a snapshot, and taken out again.

use super::Poller;
#[cfg(feature = "chacha")]
use crate::snapshot::RestoreError;
use crate::{
    instant::Instant,
    policy::Policy,
    snapshot::{Elapsed, Snapshot},
};

#[cfg(feature = "chacha")]
impl<I: Instant> Poller<I> {
    /// Puts the poller away at `now`, its generator with it.
    ///
    /// It can be done at any time, during a wait too, and changes nothing.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let snapshot = poller.snapshot(Duration::from_secs(3));
    /// assert_eq!((snapshot.polls(), snapshot.elapsed()), (0, Duration::from_secs(3)));
    /// ```
    pub fn snapshot(&self, now: I) -> Snapshot {
        Snapshot::new(&self.state, &self.policy, self.elapsed_nanos(now), Some((&self.rng).into()))
    }

    /// Takes a poller out of its snapshot: it decides as the original would have, at `now`, when `elapsed` has passed since its
    /// start.
    ///
    /// `elapsed` is best counted from a start that is stored beside the snapshot and never changes, so that a clock's jump heals
    /// with the clock. `snapshot.elapsed()` plus the time away comes to the same, and `snapshot.elapsed()` alone makes the time
    /// away not count. Less than that is taken for that: elapsed time never runs backwards. The clock may be another than
    /// before.
    ///
    /// A poll that came due in the meantime is due at once, and only that one is made up for. If the deadline has passed, the poll
    /// that was owed is still made, and is the last.
    ///
    /// The policy may be another than before. It is adopted and never refused: counts, elapsed time, and when the next poll is
    /// due, stay; the base is brought into its ladder, and its limits apply from the next outcome on. If its `max_wait` is longer
    /// and leaves time for another wait, a last wait is no longer the last, and [`wait_kind`](Self::wait_kind) calls it the
    /// ladder's. If its `max_wait` is shorter and leaves no time for another, the wait at hand is the last, though it may end
    /// after the deadline. What had finished stays finished.
    ///
    /// Two pollers restored from one snapshot draw the same: to let only one go on is for a lock, or a version in a table.
    ///
    /// # Errors
    ///
    /// Refuses a snapshot that was made [without its generator](Self::snapshot_without_generator).
    ///
    /// ```
    /// use asyncpoll::{Decision, Elapsed, Jitter, Outcome, Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let _five_seconds = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    /// let snapshot = poller.snapshot(Duration::ZERO);
    ///
    /// // Two seconds later, by a clock that starts from zero.
    /// let now = Duration::ZERO;
    /// let mut restored =
    ///     Poller::restore(&snapshot, policy, now, Elapsed(Duration::from_secs(2)))?;
    /// assert_eq!(restored.until_next_poll(now), Some(Duration::from_secs(3)));
    /// let next = restored.step(Outcome::<()>::pending(), Duration::from_secs(3));
    /// assert_eq!(next, Decision::Sleep(Duration::from_secs(15)));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn restore(snapshot: &Snapshot, policy: Policy, now: I, elapsed: Elapsed) -> Result<Self, RestoreError> {
        let generator = snapshot.generator().ok_or(RestoreError::NoGenerator)?;
        Ok(Self::restore_with(snapshot, policy, generator.into(), now, elapsed))
    }
}

impl<I: Instant, R> Poller<I, R> {
    /// Puts the poller away at `now`, but for its generator, whose state is the caller's to keep.
    ///
    /// ```
    /// use asyncpoll::{Elapsed, Policy, Poller, SeededRng, random_seed};
    /// use core::time::Duration;
    ///
    /// let mut rng = SeededRng::new(random_seed());
    /// let poller = Poller::new(Policy::default(), &mut rng, Duration::ZERO);
    /// let snapshot = poller.snapshot_without_generator(Duration::ZERO);
    ///
    /// let restored = Poller::restore_with(
    ///     &snapshot,
    ///     Policy::default(),
    ///     &mut rng,
    ///     Duration::ZERO,
    ///     Elapsed(Duration::ZERO),
    /// );
    /// assert_eq!(restored.polls(), 0);
    /// ```
    pub fn snapshot_without_generator(&self, now: I) -> Snapshot {
        Snapshot::new(&self.state, &self.policy, self.elapsed_nanos(now), None)
    }

    /// Takes a poller out of its snapshot as `restore` does, drawing jitter from `rng` from then on.
    ///
    /// A generator that the snapshot holds is left there. A generator with a new seed may take its place: the rules stay the same.
    ///
    /// ```
    /// use asyncpoll::{Elapsed, Policy, Poller, SmallRng, random_seed};
    /// use core::time::Duration;
    ///
    /// let poller =
    ///     Poller::small(Policy::default(), random_seed(), Duration::ZERO);
    /// let snapshot = poller.snapshot_without_generator(Duration::from_secs(1));
    /// let rng = SmallRng::new(random_seed());
    /// let (now, elapsed) = (Duration::ZERO, Elapsed(Duration::from_secs(2)));
    /// let restored =
    ///     Poller::restore_with(&snapshot, Policy::default(), rng, now, elapsed);
    /// assert_eq!(restored.elapsed(now), elapsed.0);
    /// ```
    pub fn restore_with(snapshot: &Snapshot, policy: Policy, rng: R, now: I, elapsed: Elapsed) -> Self {
        let state = snapshot.state(&policy, elapsed.nanos());
        Self { policy, rng, latest: now, state }
    }
}
