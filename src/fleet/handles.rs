//! What a fleet hands out: names for its upstreams and operations, and polls that are due.

use core::time::Duration;

use crate::operation::GaveUp;

/// An upstream of a [`Fleet`](crate::Fleet): the operations that share a server, and with it its limits and refusals.
///
/// [`Fleet::add_upstream`](crate::Fleet::add_upstream) makes one. It means something to that fleet and its clones alone: another
/// fleet tells it from its own, on targets with 32-bit atomics, and takes it for an upstream that is not there.
///
/// # Example
///
/// ```
/// use asyncpoll::{Fleet, fleet::Limits};
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let one = fleet.add_upstream(Limits::default());
/// let other = fleet.add_upstream(Limits::default());
/// assert_ne!(one, other);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upstream {
    fleet: u32,
    /// How many the fleet had before it.
    number: u32,
}

impl Upstream {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "four thousand million upstreams do not fit into memory")]
    pub(super) const fn new(fleet: u32, index: usize) -> Self {
        Self { fleet, number: index as u32 }
    }

    /// Returns where the fleet of this number keeps it, or where no fleet keeps anything.
    #[inline]
    pub(super) const fn index(self, fleet: u32) -> usize {
        if self.fleet == fleet { self.number as usize } else { usize::MAX }
    }
}

/// Returns the number of the next fleet. Without atomics it is the same for all.
pub(super) fn next_fleet() -> u32 {
    #[cfg(target_has_atomic = "32")]
    {
        use core::sync::atomic::{AtomicU32, Ordering};
        static FLEETS: AtomicU32 = AtomicU32::new(0);
        FLEETS.fetch_add(1, Ordering::Relaxed)
    }
    #[cfg(not(target_has_atomic = "32"))]
    0
}

/// An operation of a [`Fleet`](crate::Fleet).
///
/// [`Fleet::start`](crate::Fleet::start) makes one. After the end of its operation it names no other: it is answered as a
/// finished poller would answer.
///
/// # Example
///
/// ```
/// use asyncpoll::{Fleet, Policy, fleet::Limits};
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let upstream = fleet.add_upstream(Limits::default());
/// let ended = fleet.start(upstream, Policy::default(), Duration::ZERO);
/// fleet.cancel(ended, Duration::ZERO);
/// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
/// assert!(id != ended && !fleet.contains(ended));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub(super) upstream: Upstream,
    pub(super) cell: usize,
    pub(super) serial: u32,
    /// Tells operations of one cell and one serial apart: serials start anew after four thousand million.
    pub(super) anchor: u64,
}

impl Id {
    /// Returns the upstream of the operation.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert_eq!(id.upstream(), upstream);
    /// ```
    pub const fn upstream(self) -> Upstream {
        self.upstream
    }
}

/// What is due in a [`Fleet`](crate::Fleet): a poll, or the end of an operation. [`Fleet::next_due`](crate::Fleet::next_due) says.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Outcome, Policy, Reason,
///     fleet::{Due, Limits},
/// };
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let upstream = fleet.add_upstream(Limits::default());
/// let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
/// let policy =
///     Policy::builder().max_wait(minutes(10)).build().expect("a good policy");
/// let id = fleet.start(upstream, policy, Duration::ZERO);
///
/// // The server asks all to come back in an hour: too late for the operation.
/// fleet.slow_down(upstream, Some(minutes(60)), Duration::ZERO);
/// assert_eq!(fleet.until_next(Duration::ZERO), Some(minutes(10)));
/// match fleet.next_due(minutes(10)) {
///     Some(Due::Ended(ended, gave_up)) => {
///         assert_eq!(ended, id);
///         assert_eq!(gave_up.reason, Reason::RetryAfterPastDeadline);
///         assert!(gave_up.retry_after >= Some(minutes(50)));
///     }
///     Some(Due::Poll(_)) | None => unreachable!("a hold keeps its poll waiting"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a poll is in flight until its outcome is fed, and the end of an operation is told once"]
#[expect(clippy::exhaustive_enums, reason = "what may be due is complete, and a match is to see to ends as well as to polls")]
pub enum Due {
    /// This poll is to be made.
    Poll(DuePoll),
    /// This operation has ended, because its deadline came while its upstream kept its poll waiting. The fleet has forgotten it.
    ///
    /// If it was kept waiting by a refusal, the reason is
    /// [`RetryAfterPastDeadline`](crate::Reason::RetryAfterPastDeadline), and `retry_after` is what is left of the hold. If it was
    /// kept waiting by other polls that went before, the reason is [`MaxWait`](crate::Reason::MaxWait). A fleet keeps no errors:
    /// [`GaveUp::with_last_error`] adds one that the caller has kept.
    Ended(Id, GaveUp),
}

/// A poll of an operation of a [`Fleet`](crate::Fleet): the one that was handed out as a [`DuePoll`], or whichever is next if it is
/// made of an [`Id`].
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Policy,
///     fleet::{Due, Limits, PollId},
/// };
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let upstream = fleet.add_upstream(Limits::default());
/// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
/// let Some(Due::Poll(poll)) = fleet.next_due(Duration::ZERO) else {
///     unreachable!("it is due at once")
/// };
/// assert_ne!(PollId::from(poll), PollId::from(id));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PollId {
    pub(super) id: Id,
    /// Which poll of it; the first is 1.
    pub(super) number: Option<u32>,
}

impl From<Id> for PollId {
    fn from(id: Id) -> Self {
        Self { id, number: None }
    }
}

impl From<DuePoll> for PollId {
    fn from(DuePoll { id, number, .. }: DuePoll) -> Self {
        Self { id, number: Some(number) }
    }
}

/// A poll to be made now, as [`Fleet::next_due`](crate::Fleet::next_due) hands it out.
///
/// It is a plain value, and the fleet does not learn that it was dropped: until the fleet is told what became of the poll, as
/// [its docs](crate::Fleet#the-loop) have it, the poll is in flight.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Policy,
///     fleet::{Due, Limits},
/// };
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let upstream = fleet.add_upstream(Limits::default());
/// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
/// let Some(Due::Poll(poll)) = fleet.next_due(Duration::ZERO) else {
///     unreachable!("its first poll is due at once")
/// };
/// assert_eq!((poll.id, poll.number), (id, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it is in flight until its outcome is fed, or it is lost or released"]
#[non_exhaustive]
pub struct DuePoll {
    /// The operation to poll.
    pub id: Id,
    /// Which poll of it this is; the first is 1.
    pub number: u32,
    /// The time since the operation was started.
    pub elapsed: Duration,
    /// The time left to its deadline, if it has one: zero if the poll is made at the deadline, or late.
    pub remaining: Option<Duration>,
}
