//! What a fleet asks of a pace that it shares, and what it is granted.

use core::time::Duration;

/// What a fleet asks of a [`SharedPace`](crate::fleet::SharedPace), or of a statement that gives out slots at a known pace: how many
/// polls are due, and what became of those before.
///
/// [`Fleet::ask`](crate::Fleet::ask) makes it. It is a plain value, and a default one asks for nothing.
///
/// # Example
///
/// ```
/// use asyncpoll::{Fleet, Policy, fleet::Limits};
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let shared = Limits::builder().shared(true).build()?;
/// let upstream = fleet.add_upstream(shared);
/// for _ in 0..3 {
///     fleet.start(upstream, Policy::default(), Duration::ZERO);
/// }
/// let ask = fleet.ask(upstream, Duration::ZERO).expect("three polls are due");
/// assert_eq!((ask.due, ask.wanted, ask.refused), (3, 3, 0));
/// # Ok::<(), asyncpoll::fleet::LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use = "no slots are asked for until a grant answers it, or it has failed"]
#[non_exhaustive]
pub struct Ask {
    /// Whose it is, and which.
    pub(super) id: AskId,
    /// The epoch that the fleet knows of. The polls that are reported were sent in it.
    pub epoch: u32,
    /// How many polls have been served that were not reported before.
    pub served: u32,
    /// Whether the last grant was [proven](Grant::proven): what was served before one that was not is no news.
    pub proven: bool,
    /// How many polls have failed since one was served, of those that were not reported before.
    pub failed: u32,
    /// How many polls have been refused that were not reported before.
    pub refused: u32,
    /// The longest time for which one of those was asked to wait, if any was.
    pub hint: Option<Duration>,
    /// What is left of a hold that was not reported before, or of one that was, less a second.
    pub hold: Duration,
    /// The latest word of how many requests remain, and the time until there are more again.
    pub quota: Option<(u64, Duration)>,
    /// Whether the caller has ended a hold, by [`Fleet::resume`](crate::Fleet::resume).
    pub resume: bool,
    /// How long an answer takes: measured once in each epoch.
    pub latency: Duration,
    /// How many polls are due for which there is no slot.
    pub due: u32,
    /// How many slots are wanted: for these, and for those that are due soon.
    pub wanted: u32,
    /// The turn that the last grant gave, zero if none.
    pub turn: u64,
}

/// Which ask of which upstream of which fleet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::fleet) struct AskId {
    pub(in crate::fleet) fleet: u32,
    pub(in crate::fleet) upstream: usize,
    /// The first is 1.
    pub(in crate::fleet) number: u32,
}

/// What is granted to a fleet: slots, each a time at which one poll may be sent.
///
/// All times count from the instant at which the grant comes to the fleet. [`SharedPace::admit`](crate::fleet::SharedPace::admit)
/// makes it, or [`known`](Self::known) if the pace is known and a statement of a database gives the slots out.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Policy,
///     fleet::{Due, Grant, Limits},
/// };
/// use core::time::Duration;
///
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
/// let shared = Limits::builder().shared(true).build()?;
/// let upstream = fleet.add_upstream(shared);
/// for _ in 0..3 {
///     fleet.start(upstream, Policy::default(), Duration::ZERO);
/// }
/// let ask = fleet.ask(upstream, Duration::ZERO).expect("three polls are due");
///
/// let (first, spacing) = (Duration::from_millis(10), Duration::from_millis(25));
/// let grant = Grant::known(&ask, 2, first, spacing, Duration::ZERO);
/// fleet.grant(upstream, &grant, Duration::ZERO);
/// assert_eq!(fleet.until_next(Duration::ZERO), Some(first));
/// assert!(matches!(fleet.next_due(first), Some(Due::Poll(_))));
/// assert_eq!(fleet.until_next(first), Some(spacing));
/// # Ok::<(), asyncpoll::fleet::LimitsError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the fleet that asked waits for it"]
#[non_exhaustive]
pub struct Grant {
    /// What it answers.
    pub(in crate::fleet) id: AskId,
    /// The epoch, which counts the cuts of the pace and the holds that were ended.
    pub epoch: u32,
    /// How many slots there are.
    pub slots: u32,
    /// The time until the first of them.
    pub first: Duration,
    /// The time from each to the next.
    pub spacing: Duration,
    /// What is left of the hold of the upstream.
    pub held: Duration,
    /// Whether the hold that the fleet knows of was ended by hand.
    pub resumed: bool,
    /// Whether the last cut is proven, a poll has been served, and the server is not down. If not, the fleet reports the next poll
    /// that is served at once.
    pub proven: bool,
    /// The time before which no more slots are to be asked for.
    pub again: Duration,
    /// The turn to ask with, zero if none.
    pub turn: u64,
}

/// So many nanoseconds' worth of slots are given out at a time. With less, there are more asks a poll; with more, a fleet waits
/// longer for its turn.
pub(super) const TURN: u64 = 500_000_000;

/// How long before a free slot it is asked for again.
pub(super) const LEAD: Duration = Duration::from_millis(500);

impl Grant {
    /// Makes a grant at a pace that is known: so many slots, the time until the first of them, the time from each to the next, and
    /// what is left of a hold.
    ///
    /// If fewer slots are granted than were wanted, more are asked for half a second before the next is free.
    ///
    /// ```
    /// use asyncpoll::fleet::{Ask, Grant};
    /// use core::time::Duration;
    ///
    /// let mut ask = Ask::default();
    /// ask.wanted = 50;
    /// let spacing = Duration::from_millis(100);
    /// let grant = Grant::known(&ask, 10, Duration::ZERO, spacing, Duration::ZERO);
    /// assert_eq!(grant.again, Duration::from_millis(500));
    /// ```
    pub fn known(ask: &Ask, slots: u32, first: Duration, spacing: Duration, held: Duration) -> Self {
        let free = first.saturating_add(spacing.saturating_mul(slots)).max(held);
        let again = if slots < ask.wanted { free.saturating_sub(LEAD) } else { Duration::ZERO };
        Self { id: ask.id, epoch: ask.epoch.max(1), slots, first, spacing, held, resumed: false, proven: true, again, turn: 0 }
    }
}
