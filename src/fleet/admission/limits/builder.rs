//! The builder of limits: raw settings, and `build`, the one gate they pass.

use core::{
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

use super::{InFlight, Limits, LimitsError};
use crate::{setting::checked, wait::nanos};

/// How many polls are in flight at first, unless told otherwise.
const AT_FIRST: u32 = 16;

/// For how many polls that are served one refusal is forgiven, unless told otherwise. At 25, 4.4 % of the polls of 20 fleets at
/// one limit are refused, and they share it by 0.83 (Jain's index) instead of 0.93. At 100, orders at a server that refuses one
/// poll in a hundred at random are noticed after 242 s instead of 71 s.
const FORGIVE: u32 = 50;

/// The longest hold, unless told otherwise. Limits that are counted by the hour are common, longer ones by the day are rare, and a
/// date or an epoch that was misread is years away.
const LONGEST_HOLD: Duration = Duration::from_secs(3_600);

/// Collects the settings of [`Limits`]; nothing is checked before [`build`](Self::build).
///
/// Everything here is `const`. In a constant, [`const_limits!`](crate::const_limits) turns a bad setting into a compile error.
///
/// # Example
///
/// ```
/// use asyncpoll::fleet::{Limits, LimitsBuilder, LimitsError};
/// use core::time::Duration;
///
/// const BUILDER: LimitsBuilder = Limits::builder().in_flight(4);
///
/// let limits = BUILDER.rate(40, Duration::from_secs(1)).build()?;
/// assert_eq!(limits.in_flight(), Some(4));
/// # Ok::<(), LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct LimitsBuilder {
    pub(super) rate: Option<(u32, Duration)>,
    pub(super) in_flight: Option<InFlight<u32>>,
    pub(super) find_pace: bool,
    pub(super) shared: bool,
    pub(super) forgive: Option<u32>,
    pub(super) longest_hold: Option<Duration>,
    pub(super) answer_within: Option<Duration>,
}

impl LimitsBuilder {
    pub(super) const fn new() -> Self {
        Self {
            rate: None,
            in_flight: Some(InFlight::From(AT_FIRST)),
            find_pace: true,
            shared: false,
            forgive: Some(FORGIVE),
            longest_hold: Some(LONGEST_HOLD),
            answer_within: None,
        }
    }

    pub(super) const fn from_limits(limits: Limits) -> Self {
        let in_flight = match limits.in_flight {
            None => None,
            Some(InFlight::AtMost(polls)) => Some(InFlight::AtMost(polls.get())),
            Some(InFlight::From(polls)) => Some(InFlight::From(polls.get())),
        };
        Self {
            rate: limits.rate(),
            in_flight,
            find_pace: limits.find_pace(),
            shared: limits.shared(),
            forgive: limits.forgive(),
            longest_hold: limits.longest_hold(),
            answer_within: limits.answer_within(),
        }
    }

    /// Sets the most polls in any `per`: they are handed out at least `per / polls` apart, never several at once. At least 1 poll
    /// in at least 1 ns; no limit unless this is called.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Limits, LimitsError},
    /// };
    /// use core::time::Duration;
    ///
    /// let limits = Limits::builder().rate(40, Duration::from_secs(1)).build()?;
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(limits);
    /// for _ in 0..2 {
    ///     fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// }
    /// assert!(fleet.next_due(Duration::ZERO).is_some());
    /// let wait = fleet.until_next(Duration::ZERO);
    /// assert_eq!(wait, Some(Duration::from_millis(25)));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn rate(mut self, polls: u32, per: Duration) -> Self {
        self.rate = Some((polls, per));
        self
    }

    /// Clears [`rate`](Self::rate): there is no such limit.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    /// use core::time::Duration;
    ///
    /// assert_eq!(
    ///     Limits::builder().rate(40, Duration::from_secs(1)).no_rate(),
    ///     Limits::builder()
    /// );
    /// ```
    pub const fn no_rate(mut self) -> Self {
        self.rate = None;
        self
    }

    /// Sets the most polls that are ever in flight at a time: handed out, and not fed yet. At least 1.
    ///
    /// It takes the place of [`in_flight_from`](Self::in_flight_from): this limit does not grow.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Limits, LimitsError},
    /// };
    /// use core::time::Duration;
    ///
    /// let limits = Limits::builder().in_flight(1).build()?;
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(limits);
    /// for _ in 0..2 {
    ///     fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// }
    /// assert!(fleet.next_due(Duration::ZERO).is_some());
    /// assert_eq!(fleet.next_due(Duration::ZERO), None);
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn in_flight(mut self, polls: u32) -> Self {
        self.in_flight = Some(InFlight::AtMost(polls));
        self
    }

    /// Sets the most polls that are in flight at a time at first; the limit grows while the server answers well. At least 1; 16
    /// unless this or [`in_flight`](Self::in_flight) is called, of which the last call counts.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Outcome, Policy,
    ///     fleet::{Limits, LimitsError},
    /// };
    /// use core::time::Duration;
    ///
    /// let limits = Limits::builder().in_flight_from(1).build()?;
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(limits);
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let most = |fleet: &Fleet<Duration>, now| {
    ///     fleet.status(upstream, now).most_in_flight
    /// };
    /// assert_eq!(most(&fleet, Duration::ZERO), Some(1));
    ///
    /// let now = Duration::from_secs(1);
    /// assert!(fleet.next_due(now).is_some());
    /// let _decision = fleet.step(id, Outcome::<()>::pending(), now);
    /// assert_eq!(most(&fleet, now), Some(2));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn in_flight_from(mut self, polls: u32) -> Self {
        self.in_flight = Some(InFlight::From(polls));
        self
    }

    /// Clears [`in_flight`](Self::in_flight) and [`in_flight_from`](Self::in_flight_from): any number may be in flight.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// let limits = Limits::builder().no_in_flight().build()?;
    /// assert_eq!((limits.in_flight(), limits.in_flight_from()), (None, None));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn no_in_flight(mut self) -> Self {
        self.in_flight = None;
        self
    }

    /// Sets whether the fleet looks for what the server bears: a pace that is not refused, and a poll a second while the server
    /// fails all. It does unless this is called.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// let limits = Limits::builder().find_pace(false).build()?;
    /// assert!(!limits.find_pace());
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn find_pace(mut self, find_pace: bool) -> Self {
        self.find_pace = find_pace;
        self
    }

    /// Sets whether the pace is shared with other fleets, in other processes or on other machines. It is not unless this is called.
    ///
    /// No poll is handed out then but at a slot that was [granted](crate::Fleet::grant), by a
    /// [`SharedPace`](crate::fleet::SharedPace) or at a known pace. `rate`, `find_pace` and `forgive` are for whoever grants them;
    /// `in_flight` stays this fleet's own.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Limits, LimitsError},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let limits = Limits::builder().shared(true).build()?;
    /// let upstream = fleet.add_upstream(limits);
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert_eq!(fleet.next_due(Duration::ZERO), None);
    /// let at_once = Some(Duration::ZERO);
    /// assert_eq!(fleet.until_ask(upstream, Duration::ZERO), at_once);
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn shared(mut self, shared: bool) -> Self {
        self.shared = shared;
        self
    }

    /// Sets for how many polls that are served one refusal is forgiven. A refusal that is forgiven does not cut the pace; its hint
    /// holds the upstream all the same. At least 1; 50 unless this is called.
    ///
    /// Of a server that refuses one poll in a hundred at random, whatever the pace, 81 % of a limit of 40 a second are used with
    /// 50; of one that refuses one in twenty, 3 % are used with 50 and 82 % with 6. If the refusals are not at random, a low number
    /// has more polls refused, and fleets share a limit less evenly.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// let limits = Limits::builder().forgive(6).build()?;
    /// assert_eq!(limits.forgive(), Some(6));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn forgive(mut self, served: u32) -> Self {
        self.forgive = Some(served);
        self
    }

    /// Clears [`forgive`](Self::forgive): every refusal cuts the pace.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// let limits = Limits::builder().no_forgive().build()?;
    /// assert_eq!(limits.forgive(), None);
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn no_forgive(mut self) -> Self {
        self.forgive = None;
        self
    }

    /// Sets the longest time that a refusal is believed to ask for: a longer hint holds the upstream for this long. At least 1 ns,
    /// at most 292 years; an hour unless this is called.
    ///
    /// ```
    /// use asyncpoll::{Fleet, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let limits = Limits::builder().longest_hold(minute).build()?;
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(limits);
    /// let years = Some(Duration::from_secs(1_700_000_000));
    /// fleet.slow_down(upstream, years, Duration::ZERO);
    /// let held = fleet.status(upstream, Duration::ZERO).held;
    /// assert!((minute..=minute * 6 / 5).contains(&held));
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub const fn longest_hold(mut self, longest_hold: Duration) -> Self {
        self.longest_hold = Some(longest_hold);
        self
    }

    /// Clears [`longest_hold`](Self::longest_hold): every hint is believed.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, LimitsError};
    ///
    /// let limits = Limits::builder().no_longest_hold().build()?;
    /// assert_eq!(limits.longest_hold(), None);
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub const fn no_longest_hold(mut self) -> Self {
        self.longest_hold = None;
        self
    }

    /// Sets how long the answer to a poll is waited for: if it is neither fed nor given back by then, the poll counts as
    /// [lost](crate::Fleet::lost). At least 1 ns, at most 292 years; for ever unless this is called.
    ///
    /// It is for polls that nobody gives back, such as those of a task that hangs. Give each poll a timeout of its own besides, a
    /// shorter one: that tells what went wrong.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// let limits = Limits::builder().in_flight(1).answer_within(minute).build()?;
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(limits);
    /// for _ in 0..2 {
    ///     fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// }
    /// assert!(matches!(fleet.next_due(Duration::ZERO), Some(Due::Poll(_))));
    /// // Nobody feeds it, and yet the other operation has its turn.
    /// assert_eq!(fleet.until_next(Duration::ZERO), Some(minute));
    /// assert!(matches!(fleet.next_due(minute), Some(Due::Poll(_))));
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub const fn answer_within(mut self, answer_within: Duration) -> Self {
        self.answer_within = Some(answer_within);
        self
    }

    /// Clears [`answer_within`](Self::answer_within): an answer is waited for as long as it takes.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    /// use core::time::Duration;
    ///
    /// let minute = Duration::from_secs(60);
    /// assert_eq!(
    ///     Limits::builder().answer_within(minute).no_answer_within(),
    ///     Limits::builder()
    /// );
    /// ```
    pub const fn no_answer_within(mut self) -> Self {
        self.answer_within = None;
        self
    }

    /// Checks every setting and returns the limits.
    ///
    /// # Errors
    ///
    /// A [`LimitsError`] says which setting is wrong, its value and its limit.
    ///
    /// ```
    /// use asyncpoll::fleet::Limits;
    /// use core::time::Duration;
    ///
    /// let refused = Limits::builder().rate(0, Duration::from_secs(60)).build();
    /// assert_eq!(
    ///     refused.unwrap_err().to_string(),
    ///     "rate is 0 polls per 60 s; it must be at least 1 poll"
    /// );
    /// ```
    pub const fn build(self) -> Result<Limits, LimitsError> {
        let Self { rate, in_flight, find_pace, shared, forgive, longest_hold, answer_within } = self;
        let rate = match rate {
            None => None,
            Some((polls, per)) => match (NonZeroU32::new(polls), NonZeroU64::new(nanos::from_duration(per))) {
                (None, _) => return Err(LimitsError::NoPolls { per }),
                (_, None) => return Err(LimitsError::NoTime { polls }),
                (_, Some(nanos)) if nanos.get() > nanos::LONGEST => return Err(LimitsError::RateTooLong { per }),
                (Some(polls), Some(per)) => Some((polls, per)),
            },
        };
        let in_flight = match in_flight {
            None => None,
            Some(InFlight::AtMost(polls)) => Some(InFlight::AtMost(checked!(count("in_flight", polls)))),
            Some(InFlight::From(polls)) => Some(InFlight::From(checked!(count("in_flight", polls)))),
        };
        let forgive = match forgive {
            None => None,
            Some(served) => Some(checked!(count("forgive", served))),
        };
        Ok(Limits {
            rate,
            in_flight,
            find_pace,
            shared,
            forgive,
            longest_hold: checked!(duration("longest_hold", longest_hold)),
            answer_within: checked!(duration("answer_within", answer_within)),
        })
    }
}

const fn count(field: &'static str, value: u32) -> Result<NonZeroU32, LimitsError> {
    match NonZeroU32::new(value) {
        None => Err(LimitsError::ZeroCount { field }),
        Some(count) => Ok(count),
    }
}

const fn duration(field: &'static str, value: Option<Duration>) -> Result<Option<NonZeroU64>, LimitsError> {
    let Some(value) = value else { return Ok(None) };
    match NonZeroU64::new(nanos::from_duration(value)) {
        None => Err(LimitsError::ZeroDuration { field }),
        Some(nanos) if nanos.get() > nanos::LONGEST => Err(LimitsError::TooLong { field, value }),
        nanos => Ok(nanos),
    }
}
