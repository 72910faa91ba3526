//! Slots that come from outside, if fleets share a pace: when to ask for them, and what was granted.

use core::time::Duration;

use super::{Ask, Fleet, Grant, Upstream, admission::AskId, queue::NEVER};
use crate::{instant::Instant, wait::nanos};

impl<I: Instant, R> Fleet<I, R> {
    /// Returns what is left at `now` until slots are to be asked for, if the pace of the upstream is
    /// [shared](crate::fleet::LimitsBuilder::shared).
    ///
    /// It is a wake-up beside [`until_next`](Self::until_next): sleep until the earlier. It is `None` if no poll waits for one, and
    /// it changes with every outcome that is fed.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let shared = Limits::builder().shared(true).build()?;
    /// let upstream = fleet.add_upstream(shared);
    /// assert_eq!(fleet.until_ask(upstream, Duration::ZERO), None);
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let at_once = Some(Duration::ZERO);
    /// assert_eq!(fleet.until_ask(upstream, Duration::ZERO), at_once);
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub fn until_ask(&self, upstream: Upstream, now: I) -> Option<Duration> {
        match self.lanes.get(upstream.index(self.number))?.ask_at() {
            NEVER => None,
            ask_at => Some(Duration::from_nanos(ask_at.saturating_sub(self.time_at(now)))),
        }
    }

    /// Returns what to ask for at `now`, if it is time to: slots, with a report of what became of the polls since the last ask.
    ///
    /// Let a [`SharedPace`](crate::fleet::SharedPace) answer it, or a statement that gives out slots at a known pace, and give the
    /// answer to [`grant`](Self::grant). If no answer comes, call [`ask_failed`](Self::ask_failed). Until then there is nothing more
    /// to ask, for five seconds at most: an ask that nobody answers by then has failed.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Due, Limits, SharedPace},
    /// };
    /// use core::time::Duration;
    ///
    /// let limits = Limits::builder().shared(true).build()?;
    /// let mut pace = SharedPace::new(Duration::ZERO);
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(limits);
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    ///
    /// let ask = fleet.ask(upstream, Duration::ZERO).expect("a poll is due");
    /// assert_eq!(fleet.ask(upstream, Duration::ZERO), None);
    /// let grant = pace.admit(&limits, &ask, Duration::ZERO);
    /// fleet.grant(upstream, &grant, Duration::ZERO);
    /// assert!(matches!(fleet.next_due(Duration::ZERO), Some(Due::Poll(_))));
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub fn ask(&mut self, upstream: Upstream, now: I) -> Option<Ask> {
        self.pass(now);
        let index = upstream.index(self.number);
        let lane = self.lanes.get_mut(index)?;
        if lane.ask_at() > self.time {
            return None;
        }
        let ask = lane.ask(AskId { fleet: self.number, upstream: index, number: 0 }, self.time);
        self.next.set(index, lane.next(self.time));
        ask
    }

    /// Takes what was granted, at `now`, which is read after the answer has come.
    ///
    /// A grant that does not answer the latest ask of this upstream changes nothing: one that comes twice, or after
    /// [`ask_failed`](Self::ask_failed), or to another fleet. The slots of two grants are kept in hand: a third grant drops the oldest
    /// slots of two in hand.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Grant, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let shared = Limits::builder().shared(true).build()?;
    /// let upstream = fleet.add_upstream(shared);
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let ask = fleet.ask(upstream, Duration::ZERO).expect("a poll is due");
    ///
    /// let (held, spacing) = (Duration::from_secs(30), Duration::from_millis(25));
    /// let grant = Grant::known(&ask, 0, held, spacing, held);
    /// fleet.grant(upstream, &grant, Duration::ZERO);
    /// assert_eq!(fleet.status(upstream, Duration::ZERO).held, held);
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub fn grant(&mut self, upstream: Upstream, grant: &Grant, now: I) {
        self.pass(now);
        let index = upstream.index(self.number);
        let Some(lane) = self.lanes.get_mut(index) else { return };
        if (grant.id.fleet, grant.id.upstream) == (self.number, index) && lane.gate.grant(grant, self.time).is_some() {
            self.next.set(index, lane.next(self.time));
        }
    }

    /// Takes note that an ask was not answered, and asks no more for `retry`. What it reported is kept, and reported again.
    ///
    /// Until a grant comes, this fleet goes on alone: at half of the rate at which slots were granted to it of late, and once in ten
    /// seconds at least. A refusal halves that.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let shared = Limits::builder().shared(true).build()?;
    /// let upstream = fleet.add_upstream(shared);
    /// for _ in 0..2 {
    ///     fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// }
    /// let ask = fleet.ask(upstream, Duration::ZERO).expect("two polls are due");
    /// assert_eq!(ask.wanted, 2);
    ///
    /// let second = Duration::from_secs(1);
    /// fleet.ask_failed(upstream, second, second);
    /// assert!(matches!(fleet.next_due(second), Some(Due::Poll(_))));
    /// assert_eq!(fleet.until_next(second), Some(Duration::from_secs(10)));
    /// assert_eq!(fleet.until_ask(upstream, second), Some(second));
    /// # Ok::<(), asyncpoll::fleet::LimitsError>(())
    /// ```
    pub fn ask_failed(&mut self, upstream: Upstream, retry: Duration, now: I) {
        self.pass(now);
        let index = upstream.index(self.number);
        let Some(lane) = self.lanes.get_mut(index) else { return };
        lane.gate.ask_failed(nanos::from_duration(retry), self.time);
        self.next.set(index, lane.next(self.time));
    }
}
