//! The limits of an upstream: every number that holds its polls back, checked once.

mod builder;
#[cfg(feature = "serde")]
mod config;
mod constant;
mod error;
mod settings;

use core::{
    fmt,
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

pub use {builder::LimitsBuilder, error::LimitsError};

use self::settings::LimitsSetting;
use crate::{const_limits, setting};

/// What polls an upstream may be sent: how many at a time, how many in a time, whether a pace is to be found, and how long a
/// refusal may hold them back.
///
/// By default, for a server whose limits nobody knows: at first 16 polls are in flight at a time, more and more while it
/// answers well, the first refusal sets a pace, and none holds for more than an hour. [`Fleet`](crate::Fleet) has the rules.
///
/// Limits are valid by construction: [`LimitsBuilder::build`] is the only way to any but these and [`none`](Self::none), and they
/// are small, `Copy` and constant.
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
/// let unknown = fleet.add_upstream(Limits::default());
/// let limits = Limits::builder()
///     .rate(600, Duration::from_secs(60))
///     .in_flight(8)
///     .find_pace(false)
///     .build()?;
/// let documented = fleet.add_upstream(limits);
/// assert_ne!(unknown, documented);
///
/// let refused = Limits::builder().in_flight(0).build();
/// assert_eq!(
///     refused.unwrap_err().to_string(),
///     "in_flight is 0; it must be at least 1"
/// );
/// # Ok::<(), LimitsError>(())
/// ```
///
/// # Configuration
///
/// With the feature `serde`, limits are read from any format that describes itself, as TOML and JSON do, and written to it, as a
/// [`Policy`](crate::Policy) is. What is absent is as in [`Limits::default`].
///
/// | setting | in a file |
/// |---|---|
/// | `rate` | `"40/s"`, `"600/1m"`, or `"none"` |
/// | `in_flight` | `32` at most, `"from 16"` and more while the server answers well, or `"none"` |
/// | `find_pace` | `true`, `false` |
/// | `shared` | `true`, `false` |
/// | `forgive` | one refusal for `50` polls that are served, or `"none"` |
/// | `longest_hold` | `"1h"`, or `"none"` |
/// | `answer_within` | `"1m"`, or `"none"` |
///
/// ```
/// # #[cfg(feature = "serde")] {
/// use asyncpoll::fleet::Limits;
/// use core::time::Duration;
///
/// let limits: Limits = toml::from_str(
///     r#"
///         rate = "40/s"
///         in_flight = 32
///     "#,
/// )?;
/// assert_eq!(limits.rate(), Some((40, Duration::from_secs(1))));
/// assert_eq!((limits.in_flight(), limits.find_pace()), (Some(32), true));
/// # }
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// So many polls in so many nanoseconds.
    pub(in crate::fleet) rate: Option<(NonZeroU32, NonZeroU64)>,
    pub(in crate::fleet) in_flight: Option<InFlight<NonZeroU32>>,
    pub(in crate::fleet) find_pace: bool,
    /// Whether slots come from outside.
    pub(in crate::fleet) shared: bool,
    /// One refusal is forgiven for so many polls that are served, if any is.
    pub(in crate::fleet) forgive: Option<NonZeroU32>,
    /// In nanoseconds.
    pub(in crate::fleet) longest_hold: Option<NonZeroU64>,
    /// In nanoseconds.
    pub(in crate::fleet) answer_within: Option<NonZeroU64>,
}

/// How many polls may be in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::fleet) enum InFlight<T> {
    /// So many, and never more.
    AtMost(T),
    /// So many at first.
    From(T),
}

impl Limits {
    /// Returns a builder that starts from the constants: from 16 polls in flight on, and a pace found.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_eq!(Limits::builder().build(), Ok(Limits::default()));
    /// ```
    pub const fn builder() -> LimitsBuilder {
        LimitsBuilder::new()
    }

    /// Returns no limits: what is due is handed out, unless a refusal holds it back, an hour at most.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// let none = Limits::none();
    /// assert_eq!((none.rate(), none.in_flight()), (None, None));
    /// assert_eq!((none.in_flight_from(), none.find_pace()), (None, false));
    /// ```
    pub const fn none() -> Self {
        const_limits!(LimitsBuilder::new().no_in_flight().find_pace(false))
    }

    /// Returns a builder that starts from these limits, to make others from them.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// let limits = Limits::none().to_builder().in_flight(8).build()?;
    /// assert_eq!((limits.in_flight(), limits.find_pace()), (Some(8), false));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn to_builder(self) -> LimitsBuilder {
        LimitsBuilder::from_limits(self)
    }

    /// Returns the most polls that are sent in a time, and that time, if they are limited.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_eq!(Limits::default().rate(), None);
    /// ```
    pub const fn rate(&self) -> Option<(u32, Duration)> {
        match self.rate {
            None => None,
            Some((polls, per)) => Some((polls.get(), Duration::from_nanos(per.get()))),
        }
    }

    /// Returns the most polls that are ever in flight at a time, if they are limited.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// assert_eq!(Limits::default().in_flight(), None);
    /// let eight = Limits::builder().in_flight(8).build()?;
    /// assert_eq!((eight.in_flight(), eight.in_flight_from()), (Some(8), None));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn in_flight(&self) -> Option<u32> {
        match self.in_flight {
            Some(InFlight::AtMost(polls)) => Some(polls.get()),
            Some(InFlight::From(_)) | None => None,
        }
    }

    /// Returns the most polls that are in flight at a time at first, if they are limited and that limit grows.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_eq!(Limits::default().in_flight_from(), Some(16));
    /// ```
    pub const fn in_flight_from(&self) -> Option<u32> {
        match self.in_flight {
            Some(InFlight::From(polls)) => Some(polls.get()),
            Some(InFlight::AtMost(_)) | None => None,
        }
    }

    /// Returns whether a refusal makes the fleet look for a pace that is not refused.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert!(Limits::default().find_pace());
    /// ```
    pub const fn find_pace(&self) -> bool {
        self.find_pace
    }

    /// Returns whether the pace is shared with other fleets, so that slots come from outside.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert!(!Limits::default().shared());
    /// ```
    pub const fn shared(&self) -> bool {
        self.shared
    }

    /// Returns for how many polls that are served one refusal is forgiven, if any is.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_eq!(Limits::default().forgive(), Some(50));
    /// ```
    pub const fn forgive(&self) -> Option<u32> {
        match self.forgive {
            Some(served) => Some(served.get()),
            None => None,
        }
    }

    /// Returns the longest time that a refusal is believed to ask for, if there is one.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    /// use core::time::Duration;
    ///
    /// let hour = Duration::from_secs(3600);
    /// assert_eq!(Limits::default().longest_hold(), Some(hour));
    /// ```
    pub const fn longest_hold(&self) -> Option<Duration> {
        duration(self.longest_hold)
    }

    /// Returns the least time between two polls by the rate, zero if it is not limited.
    pub(in crate::fleet) fn spacing(&self) -> u64 {
        self.rate.map_or(0, |(polls, per)| per.get().div_ceil(polls.get().into()))
    }

    /// Returns how long an answer is waited for, if that is limited.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    ///
    /// assert_eq!(Limits::default().answer_within(), None);
    /// ```
    pub const fn answer_within(&self) -> Option<Duration> {
        duration(self.answer_within)
    }
}

const fn duration(nanos: Option<NonZeroU64>) -> Option<Duration> {
    match nanos {
        None => None,
        Some(nanos) => Some(Duration::from_nanos(nanos.get())),
    }
}

/// The constants of [`Limits::builder`].
impl Default for Limits {
    fn default() -> Self {
        const_limits!(LimitsBuilder::new())
    }
}

/// Shows every setting in units, as a file of configuration has it.
impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        setting::debug::<LimitsSetting>("Limits", self, f)
    }
}
