//! Operations of a fleet put away as snapshots, and taken out again.

use super::{Fleet, Id, Upstream};
use crate::{
    instant::Instant,
    policy::Policy,
    snapshot::{Elapsed, Snapshot},
};

impl<I: Instant, R> Fleet<I, R> {
    /// Puts an operation away at `now`, or returns `None` if it has ended.
    ///
    /// It can be done at any time and changes nothing: the operation goes on here unless it is [cancelled](Self::cancel). The
    /// generator is the fleet's and stays here, as in
    /// [`snapshot_without_generator`](crate::Poller::snapshot_without_generator), and so does what is known of the upstream.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, Snapshot, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let snapshot = fleet.snapshot(id, Duration::from_secs(3));
    /// assert_eq!(
    ///     snapshot.as_ref().map(Snapshot::elapsed),
    ///     Some(Duration::from_secs(3))
    /// );
    /// ```
    pub fn snapshot(&self, id: Id, now: I) -> Option<Snapshot> {
        let operation = self.lanes.get(id.upstream.index(self.number))?.operation_of(id)?;
        let policy = self.policies.get(operation.policy)?;
        let state = operation.state(self.time_at(now), policy);
        Some(Snapshot::new(&state, policy, state.elapsed, None))
    }

    /// Takes an operation out of its snapshot, at `now`, when `elapsed` has passed since its start, to go on at `upstream`.
    ///
    /// It may have been put away by another fleet, or by a [`Poller`](crate::Poller), whose generator is left in the snapshot.
    /// `elapsed`, the time away and another policy than before are taken as by
    /// [`Poller::restore_with`](crate::Poller::restore_with). An overdue poll, or one that was in flight, is due at once; the
    /// longest overdue goes first. If its deadline had passed before, it is polled once more, when its turn comes. What had
    /// finished has ended here too.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Elapsed, Fleet, Policy, Poller,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let snapshot = poller.snapshot(Duration::from_secs(3));
    ///
    /// // A minute later, by a clock that starts from zero.
    /// let (now, elapsed) = (Duration::ZERO, Elapsed(Duration::from_secs(63)));
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), now);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.restore(upstream, &snapshot, Policy::default(), now, elapsed);
    /// let Some(Due::Poll(poll)) = fleet.next_due(now) else {
    ///     unreachable!("it has been due for a minute")
    /// };
    /// assert_eq!((poll.id, poll.number, poll.elapsed), (id, 1, elapsed.0));
    /// ```
    pub fn restore(&mut self, upstream: Upstream, snapshot: &Snapshot, policy: Policy, now: I, elapsed: Elapsed) -> Id {
        self.pass(now);
        self.take_in(upstream, policy, &snapshot.state(&policy, elapsed.nanos()))
    }
}
