//! The limits of an upstream, and what they refuse.

use core::{fmt, time::Duration};

use crate::{
    sentence::Sentence,
    wait::nanos::{self, LONGEST},
};

/// How many polls are in flight at first, unless told otherwise.
const AT_FIRST: usize = 16;

/// What polls an upstream may be sent: how many at a time, how many in a time, and whether a pace is to be found.
///
/// By default, for a server whose limits nobody knows: at first 16 polls are in flight at a time, more and more while it
/// answers well, and the first refusal sets a pace. [`Fleet`](crate::Fleet) has the rules.
///
/// # Example
///
/// ```
/// use asyncpoll::{Fleet, fleet::Limits};
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let unknown = fleet.upstream(Limits::default())?;
/// let limits = Limits::none().at_most(600, Duration::from_secs(60));
/// let documented = fleet.upstream(limits.in_flight(8))?;
/// assert_ne!(unknown, documented);
///
/// let refused = fleet.upstream(Limits::default().in_flight(0));
/// assert_eq!(
///     refused.unwrap_err().to_string(),
///     "in_flight is 0; it must be at least 1"
/// );
/// # Ok::<(), asyncpoll::fleet::LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "limits do nothing until passed to `Fleet::upstream`"]
pub struct Limits {
    pub(in crate::fleet) at_most: Option<(u32, Duration)>,
    pub(in crate::fleet) in_flight: Option<usize>,
    /// What is in flight at first is not all that ever may be.
    pub(in crate::fleet) is_growing: bool,
    pub(in crate::fleet) find_pace: bool,
}

impl Limits {
    /// Returns no limits: what is due is handed out, unless a refusal holds it back.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_ne!(Limits::none(), Limits::default());
    /// ```
    pub const fn none() -> Self {
        Self { at_most: None, in_flight: None, is_growing: false, find_pace: false }
    }

    /// Sets the most polls in any `per`. They are handed out at least `per / polls` apart, never several at once.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let limits = Limits::none().at_most(40, Duration::from_secs(1));
    /// let upstream = fleet.upstream(limits)?;
    /// for _ in 0..2 {
    ///     fleet.start(upstream, &Policy::default(), Duration::ZERO);
    /// }
    /// assert!(fleet.next_poll(Duration::ZERO).is_some());
    /// let wait = fleet.until_next_poll(Duration::ZERO);
    /// assert_eq!(wait, Some(Duration::from_millis(25)));
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub const fn at_most(self, polls: u32, per: Duration) -> Self {
        Self { at_most: Some((polls, per)), ..self }
    }

    /// Sets the most polls that are in flight at a time: handed out, and neither fed, lost nor released.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.upstream(Limits::none().in_flight(1))?;
    /// for _ in 0..2 {
    ///     fleet.start(upstream, &Policy::default(), Duration::ZERO);
    /// }
    /// assert!(fleet.next_poll(Duration::ZERO).is_some());
    /// assert_eq!(fleet.next_poll(Duration::ZERO), None);
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub const fn in_flight(self, polls: usize) -> Self {
        Self { in_flight: Some(polls), is_growing: false, ..self }
    }

    /// Sets whether a refusal makes the fleet look for a pace that is not refused.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_ne!(Limits::default().find_pace(false), Limits::default());
    /// ```
    pub const fn find_pace(self, find_pace: bool) -> Self {
        Self { find_pace, ..self }
    }

    /// Returns the least time between two polls, zero where there is no such limit.
    pub(in crate::fleet) fn spacing(&self) -> Result<u64, LimitsError> {
        if self.in_flight == Some(0) {
            return Err(LimitsError::NoneInFlight);
        }
        let Some((polls, per)) = self.at_most else { return Ok(0) };
        if polls == 0 {
            return Err(LimitsError::NoPolls { per });
        }
        if per.is_zero() {
            return Err(LimitsError::NoTime { polls });
        }
        let nanos = nanos::from_duration(per);
        if nanos > LONGEST {
            return Err(LimitsError::TooLong { per });
        }
        Ok(nanos.div_ceil(polls.into()))
    }
}

/// 16 polls in flight at first, and a pace found.
impl Default for Limits {
    fn default() -> Self {
        Self { is_growing: true, ..Self::none().in_flight(AT_FIRST).find_pace(true) }
    }
}

/// A limit that no upstream can have: which, its value and its limit.
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
/// let no_time = Limits::none().at_most(40, Duration::ZERO);
/// let error = fleet.upstream(no_time).unwrap_err();
/// assert_eq!(error, LimitsError::NoTime { polls: 40 });
/// assert_eq!(
///     error.to_string(),
///     "at_most is 40 polls per 0 s; the time must not be zero"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum LimitsError {
    /// No poll could be in flight.
    NoneInFlight,
    /// No poll could be made at all.
    NoPolls {
        /// In this time.
        per: Duration,
    },
    /// The polls would have no time.
    NoTime {
        /// So many.
        polls: u32,
    },
    /// The time is above 2⁶³−1 ns, 292 years.
    TooLong {
        /// This one.
        per: Duration,
    },
}

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = Sentence::new();
        let sentence = match *self {
            Self::NoneInFlight => sentence.text("in_flight is 0; it must be at least 1"),
            Self::NoPolls { per } => {
                sentence.text("at_most is 0 polls per ").duration(per).text("; it must be at least 1 poll")
            }
            Self::NoTime { polls } => {
                sentence.text("at_most is ").number(polls.into()).text(" polls per 0 s; the time must not be zero")
            }
            Self::TooLong { per } => sentence
                .text("at_most is per ")
                .duration(per)
                .text("; the time must be at most 9223372036.854775807 s (292 years)"),
        };
        f.pad(sentence.as_str())
    }
}
