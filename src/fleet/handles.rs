//! What a fleet hands out: names for its upstreams and operations, and polls that are due.

use core::time::Duration;

/// An upstream of a [`Fleet`](crate::Fleet): the operations that share a server, and with it its limits and refusals.
///
/// [`Fleet::add_upstream`](crate::Fleet::add_upstream) makes one. It means something to that fleet alone.
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
pub struct Upstream(pub(super) usize);

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
    pub(super) slot: usize,
    pub(super) serial: u32,
    /// Tells operations of one slot and one serial apart: serials start anew after four thousand million.
    pub(super) started: u64,
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

/// A poll to be made now, as [`Fleet::next_poll`](crate::Fleet::next_poll) hands it out.
///
/// It is a plain value, and the fleet does not learn that it was dropped: until the fleet is told what became of the poll, as
/// [its docs](crate::Fleet#the-loop) have it, the poll is in flight.
///
/// # Example
///
/// ```
/// use asyncpoll::{Fleet, Policy, fleet::Limits};
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let upstream = fleet.add_upstream(Limits::default());
/// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
/// let poll = fleet.next_poll(Duration::ZERO).expect("it is due at once");
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
    /// The time left to its deadline, if it has one: zero if the fleet has held it back until then.
    pub remaining: Option<Duration>,
}
