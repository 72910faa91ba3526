//! What a dashboard shows of an upstream.

use core::time::Duration;

/// What a dashboard shows of an upstream.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet,
///     fleet::{Limits, LimitsError},
/// };
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let limits = Limits::builder().rate(40, Duration::from_secs(1)).build()?;
/// let upstream = fleet.add_upstream(limits);
/// let status = fleet.status(upstream, Duration::ZERO);
/// assert_eq!(status.operations, 0);
/// assert_eq!(status.spacing, Some(Duration::from_millis(25)));
/// # Ok::<(), LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Status {
    /// The operations that have started and not ended.
    pub operations: usize,
    /// The polls in flight.
    pub in_flight: usize,
    /// How many may be in flight now, if that is limited.
    pub most_in_flight: Option<usize>,
    /// The least time between two polls, found, set, or by a quota, if there is one. While a cut is not proven or the server is
    /// down, it is a second at least, whatever this says. If the pace is shared, it is that of all who share it, as the last grant
    /// said.
    pub spacing: Option<Duration>,
    /// What is left of a hold: of a refusal, or of a quota that is used up.
    pub held: Duration,
    /// The refusals so far.
    pub refusals: u64,
    /// Those of them that were forgiven; zero if the pace is shared, whose [`SharedPace`](crate::fleet::SharedPace) counts them.
    pub forgiven: u64,
    /// How often a refusal set the pace or cut it, as far as this fleet has heard.
    pub cuts: u64,
    /// For how long the answer has been waited for that was waited for longest, if
    /// [`answer_within`](crate::fleet::LimitsBuilder::answer_within) is set.
    pub oldest_in_flight: Option<Duration>,
    /// For how long the poll has been due that has waited longest.
    pub oldest_due: Option<Duration>,
    /// What keeps polls waiting that are due. A pause and a hold are told even while none is due.
    pub slowed_by: Option<Slow>,
}

/// What keeps polls of an upstream waiting.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Policy,
///     fleet::{Limits, Slow},
/// };
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let upstream = fleet.add_upstream(Limits::default());
/// fleet.start(upstream, Policy::default(), Duration::ZERO);
/// assert_eq!(fleet.status(upstream, Duration::ZERO).slowed_by, None);
/// fleet.pause(upstream, Duration::ZERO);
/// let status = fleet.status(upstream, Duration::from_secs(3));
/// assert_eq!(status.slowed_by, Some(Slow::Paused));
/// assert_eq!(status.oldest_due, Some(Duration::from_secs(3)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Slow {
    /// The caller has paused it.
    Paused,
    /// A refusal holds all polls, or they are spread after that.
    Hold,
    /// As many are in flight as may be.
    InFlight,
    /// The server is down.
    Down,
    /// What remains of the quota is shared out until the reset.
    Quota,
    /// The time between two polls, found or set, is not over, or no slot of a shared pace has come.
    Pace,
}
