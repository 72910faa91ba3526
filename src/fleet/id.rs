//! What a fleet hands out: names for its upstreams and polls, a poll that is due, and numbers to show.

use core::time::Duration;

/// An upstream of a [`Fleet`](crate::Fleet): the polls that share a server, and with it its limits and its refusals.
///
/// [`Fleet::upstream`](crate::Fleet::upstream) makes one. It means something to that fleet alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upstream(pub(super) usize);

/// A poll of a [`Fleet`](crate::Fleet).
///
/// [`Fleet::start`](crate::Fleet::start) makes one. After the end of its poll it names no other: it is answered as a finished
/// poller would answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub(super) upstream: Upstream,
    pub(super) place: usize,
    pub(super) serial: u32,
    /// Tells polls of one place and one serial apart: these start anew after four thousand million.
    pub(super) started: u64,
}

impl Id {
    /// Returns the upstream that the poll goes to.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Limits, Policy};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.upstream(Limits::default())?;
    /// let id = fleet.start(upstream, &Policy::default(), Duration::ZERO);
    /// assert_eq!(id.upstream(), upstream);
    /// # Ok::<(), asyncpoll::LimitsError>(())
    /// ```
    pub const fn upstream(self) -> Upstream {
        self.upstream
    }
}

/// A poll to be made now, as [`Fleet::next_poll`](crate::Fleet::next_poll) hands it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it is in flight until its outcome is fed, or it is released"]
#[non_exhaustive]
pub struct DuePoll {
    /// Which poll it is.
    pub id: Id,
    /// Its number: 1 for the first of its operation.
    pub number: u32,
    /// The time since it was started.
    pub elapsed: Duration,
    /// The time left to its deadline, if it has one: zero if the fleet has held it back until then.
    pub remaining: Option<Duration>,
}

/// What a dashboard shows of an upstream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Status {
    /// The polls that have started and not ended.
    pub polls: usize,
    /// Those of them that are in flight.
    pub in_flight: usize,
    /// How many may be in flight now, if that is bounded.
    pub most_in_flight: Option<usize>,
    /// The least time between two polls, found or set, if there is one.
    pub spacing: Option<Duration>,
    /// What is left of the time that the server asked all to wait.
    pub held: Duration,
    /// The refusals so far.
    pub refusals: u64,
}
