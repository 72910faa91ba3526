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
    /// The least time between two polls, found or set, if there is one.
    pub spacing: Option<Duration>,
    /// What is left of the time that the server asked all to wait.
    pub held: Duration,
    /// The refusals so far.
    pub refusals: u64,
}
