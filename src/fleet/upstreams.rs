//! The upstreams of a fleet: what is set, told and asked of one as a whole.

use core::time::Duration;

use rand_core::Rng;

use super::{
    Fleet, Limits, Status, Upstream,
    admission::{Counts, LENGTHENED, Refusal},
    queue::{Lane, NEVER},
};
use crate::{instant::Instant, wait::nanos};

impl<I: Instant, R> Fleet<I, R> {
    /// Makes an upstream with these limits. It stays as long as the fleet.
    ///
    /// ```
    /// use asyncpoll::{Fleet, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let authority = fleet.add_upstream(Limits::default());
    /// assert_eq!(fleet.status(authority, Duration::ZERO).operations, 0);
    /// ```
    pub fn add_upstream(&mut self, limits: Limits) -> Upstream {
        let upstream = self.lanes.len();
        self.lanes.push(Lane::new(&limits, upstream, self.time));
        self.next.push(NEVER);
        Upstream::new(self.number, upstream)
    }

    /// Returns the limits of an upstream, or `None` if it is another fleet's.
    ///
    /// ```
    /// use asyncpoll::{Fleet, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// assert_eq!(fleet.limits(upstream), Some(&Limits::default()));
    /// ```
    pub fn limits(&self, upstream: Upstream) -> Option<&Limits> {
        Some(self.lanes.get(upstream.index(self.number))?.gate.limits())
    }

    /// Sets the limits of an upstream while it runs.
    ///
    /// What the fleet has learned stays: holds, the quota, the pace, whether the server is down, and how many may be in flight.
    /// The pace and that the server is down are forgotten if [`find_pace`](super::LimitsBuilder::find_pace) is off, and what may be in
    /// flight begins anew if that is set to something else. If more polls are in flight than may be now, no other is handed out
    /// until enough of them have come back.
    ///
    /// ```
    /// use asyncpoll::{Fleet, fleet::{Limits, LimitsError}};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let limits = fleet.limits(upstream).copied().unwrap_or_default();
    /// let faster = limits.to_builder().rate(80, Duration::from_secs(1)).build()?;
    /// fleet.set_limits(upstream, faster, Duration::ZERO);
    /// assert_eq!(fleet.limits(upstream), Some(&faster));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub fn set_limits(&mut self, upstream: Upstream, limits: Limits, now: I) {
        self.pass(now);
        let Some(lane) = self.lanes.get_mut(upstream.index(self.number)) else { return };
        lane.set_limits(&limits, self.time);
        self.next.set(upstream.index(self.number), lane.next(self.time));
    }

    /// Takes a refusal that no outcome tells: one to another request than a poll.
    ///
    /// With a hint it holds the upstream, for up to a fifth longer. With or without a hint, it cuts the pace, if one is looked
    /// for and the refusal is not forgiven.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let hint = Some(Duration::from_secs(10));
    /// fleet.slow_down(upstream, hint, Duration::ZERO);
    /// assert!(fleet.until_next(Duration::ZERO) >= hint);
    /// ```
    pub fn slow_down(&mut self, upstream: Upstream, hint: Option<Duration>, now: I)
    where
        R: Rng,
    {
        self.pass(now);
        self.refuse(upstream, hint.map(nanos::from_duration));
    }

    /// Takes what a server said of its quota, in a good answer or in a bad one: so many requests remain until it is reset, if
    /// it said when.
    ///
    /// Until the reset, polls are handed out at least so far apart that the remaining requests last. Polls in flight count as
    /// if the server had not counted them yet. If nothing remains, that holds the upstream until the reset as a refusal does, a
    /// fifth longer at most, but it is no refusal. The reset is believed up to [`longest_hold`](super::LimitsBuilder::longest_hold).
    /// The latest word of what remains counts, but a hold stays, until [`resume`](Self::resume). A quota raises no pace: what a
    /// server grants is no promise. If the server did not say when the quota is reset, nothing is learned.
    ///
    /// With the feature `http`, `http::quota` reads it:
    ///
    /// ```
    /// # #[cfg(feature = "http")] {
    /// use asyncpoll::{Fleet, Policy, fleet::Limits, http};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let mut headers = ::http::HeaderMap::new();
    /// headers.insert("RateLimit", r#""hour";r=100;t=1200"#.parse()?);
    ///
    /// if let Some(quota) = http::quota(&headers, SystemTime::now()) {
    ///     fleet.quota(upstream, quota.remaining, quota.reset, Duration::ZERO);
    /// }
    /// let twelve_seconds = Some(Duration::from_secs(12));
    /// assert_eq!(fleet.status(upstream, Duration::ZERO).spacing, twelve_seconds);
    /// # }
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn quota(&mut self, upstream: Upstream, remaining: u64, reset: Option<Duration>, now: I)
    where
        R: Rng,
    {
        self.pass(now);
        let Some(lane) = self.lanes.get_mut(upstream.index(self.number)) else { return };
        if let Some(reset) = reset.map(nanos::from_duration) {
            lane.gate.quota(remaining, reset, lane.len(), self.time, &mut self.rng);
            self.next.set(upstream.index(self.number), lane.next(self.time));
        }
    }

    /// Stops an upstream: from `now` on, none of its polls is handed out, until it is [resumed](Self::resume).
    ///
    /// Call it for maintenance, before the host sleeps, or while it is offline. Polls in flight may still be fed, and time goes on
    /// for every operation.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// fleet.pause(upstream, Duration::ZERO);
    /// assert_eq!(fleet.next_due(Duration::from_secs(9)), None);
    /// fleet.resume(upstream, Duration::from_secs(10));
    /// assert!(fleet.next_due(Duration::from_secs(10)).is_some());
    /// ```
    pub fn pause(&mut self, upstream: Upstream, now: I) {
        self.pass(now);
        let Some(lane) = self.lanes.get_mut(upstream.index(self.number)) else { return };
        lane.gate.pause();
        self.next.set(upstream.index(self.number), lane.next(self.time));
    }

    /// Ends a [pause](Self::pause) of an upstream, and a hold, at `now`.
    ///
    /// Call it if you know better than the last refusal: it was a mistake, or the limit has been raised. Overdue polls come back at
    /// the pace, if there is one, and as many at a time as may be in flight. If the pace is shared, the next ask ends the hold for all
    /// who share it, and a pause is this fleet's alone.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let hour = Some(Duration::from_secs(3600));
    /// fleet.slow_down(upstream, hour, Duration::ZERO);
    /// assert!(fleet.until_next(Duration::from_secs(9)) > Some(Duration::ZERO));
    /// fleet.resume(upstream, Duration::from_secs(10));
    /// assert!(fleet.next_due(Duration::from_secs(10)).is_some());
    /// ```
    pub fn resume(&mut self, upstream: Upstream, now: I) {
        self.pass(now);
        let Some(lane) = self.lanes.get_mut(upstream.index(self.number)) else { return };
        lane.gate.resume(self.time);
        self.next.set(upstream.index(self.number), lane.next(self.time));
    }

    /// Returns what a dashboard shows of an upstream: nothing but zeros, if it is another fleet's.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let ten_seconds = Some(Duration::from_secs(10));
    /// fleet.slow_down(upstream, ten_seconds, Duration::ZERO);
    /// let status = fleet.status(upstream, Duration::from_secs(4));
    /// assert_eq!((status.operations, status.in_flight), (1, 0));
    /// assert_eq!(status.most_in_flight, Some(16));
    /// assert_eq!(status.refusals, 1);
    /// assert!((6..=8).contains(&status.held.as_secs()));
    /// ```
    pub fn status(&self, upstream: Upstream, now: I) -> Status {
        let Some(lane) = self.lanes.get(upstream.index(self.number)) else { return Status::default() };
        let time = self.time_at(now);
        let (spacing, Counts { refusals, forgiven, cuts }) = (lane.gate.spacing(time), lane.gate.counts());
        let oldest_due = lane.oldest_due(time);
        Status {
            operations: lane.len(),
            in_flight: lane.gate.in_flight(),
            most_in_flight: lane.gate.most_in_flight(),
            spacing: (spacing > 0).then_some(Duration::from_nanos(spacing)),
            held: Duration::from_nanos(lane.gate.held_until().saturating_sub(time)),
            refusals,
            forgiven,
            cuts,
            oldest_in_flight: lane.oldest_in_flight(time).map(Duration::from_nanos),
            oldest_due: oldest_due.map(Duration::from_nanos),
            slowed_by: lane.gate.slowed_by(oldest_due.is_some(), time),
        }
    }

    /// Takes a refusal that is no operation's.
    pub(super) fn refuse(&mut self, upstream: Upstream, hint: Option<u64>)
    where
        R: Rng,
    {
        let index = upstream.index(self.number);
        let Some(lane) = self.lanes.get_mut(index) else { return };
        let refusal = Refusal { hint, percent: LENGTHENED, is_old: lane.gate.has_old() };
        lane.gate.refuse(refusal, lane.len(), self.time, &mut self.rng);
        self.next.set(index, lane.next(self.time));
    }
}
