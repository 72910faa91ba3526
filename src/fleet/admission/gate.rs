//! When an upstream may be sent its next poll.

use super::{InFlight, Limits, pace::Pace, trace::Trace};
use crate::{operation::Outcome, wait::nanos};

const SECOND: u64 = 1_000_000_000;

/// What part of itself a hold is followed by, to spread the polls that it held, if no pace does.
const HERD: u64 = 5;

/// What part of itself the bound on what is in flight may grow by in a second.
const GROWTH: usize = 8;

/// What holds the polls of an upstream back: the bound on what is in flight, refusals, and the pace.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Gate {
    /// The least time between two polls that the limits allow.
    rate_spacing: u64,
    find_pace: bool,
    pace: Pace,
    bound: Option<Bound>,
    in_flight: usize,
    /// When the last poll went out.
    sent: Option<u64>,
    /// Until when the server asked all of the upstream to wait.
    held_until: u64,
    herd: Herd,
    refusals: u64,
    trace: Trace,
}

/// The polls that a hold kept back, and that no pace spreads.
#[derive(Clone, Copy, Debug, Default)]
struct Herd {
    /// Until when they are spread.
    until: u64,
    /// The time between two of them.
    spacing: u64,
}

/// The most polls in flight.
#[derive(Clone, Copy, Debug)]
struct Bound {
    now: usize,
    growth: Option<Growth>,
}

/// How far the bound may grow in this second.
#[derive(Clone, Copy, Debug)]
struct Growth {
    most: usize,
    /// When the second began.
    since: u64,
}

/// What an answer says, as the upstream sees it.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) enum Answer {
    Served,
    /// The poll failed, and not because there were too many.
    Failed,
    /// The server asked to be left alone for this long, if it said how long.
    Refused(Option<u64>),
}

impl Answer {
    #[inline]
    pub(in crate::fleet) fn of<T, E>(outcome: &Outcome<T, E>) -> Self {
        match outcome {
            Outcome::Throttled { retry_after, .. } => Self::Refused(retry_after.map(nanos::from_duration)),
            Outcome::Transient { .. } => Self::Failed,
            Outcome::Pending { .. } | Outcome::Done(_) | Outcome::Failed(_) => Self::Served,
        }
    }
}

impl Gate {
    /// Makes the gate of the upstream that has this number.
    pub(in crate::fleet) fn new(limits: &Limits, upstream: usize, time: u64) -> Self {
        // All of them by name: a limit that nothing holds to is a variable that nobody uses.
        let Limits { rate, in_flight, find_pace } = *limits;
        let bound = in_flight.map(|in_flight| {
            let (InFlight::AtMost(first) | InFlight::From(first)) = in_flight;
            let now = usize::try_from(first.get()).unwrap_or(usize::MAX);
            Bound { now, growth: matches!(in_flight, InFlight::From(_)).then_some(Growth { most: now, since: time }) }
        });
        Self {
            rate_spacing: rate.map_or(0, |(polls, per)| per.get().div_ceil(polls.get().into())),
            find_pace,
            pace: Pace::default(),
            bound,
            in_flight: 0,
            sent: None,
            held_until: 0,
            herd: Herd::default(),
            refusals: 0,
            trace: Trace::new(upstream),
        }
    }

    pub(in crate::fleet) const fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(in crate::fleet) fn most_in_flight(&self) -> Option<usize> {
        self.bound.map(|bound| bound.now)
    }

    pub(in crate::fleet) const fn refusals(&self) -> u64 {
        self.refusals
    }

    pub(in crate::fleet) const fn held_until(&self) -> u64 {
        self.held_until
    }

    /// Returns the time between two polls, zero where nothing keeps them apart.
    #[inline]
    pub(in crate::fleet) fn spacing(&self) -> u64 {
        self.rate_spacing.max(self.pace.spacing())
    }

    /// Returns when the next poll may go out, or nothing while as many are in flight as may be.
    #[inline]
    pub(in crate::fleet) fn opens(&self) -> Option<u64> {
        if self.bound.is_some_and(|bound| self.in_flight >= bound.now) {
            return None;
        }
        let Some(sent) = self.sent else { return Some(self.held_until) };
        let spaced = match (self.rate_spacing.max(self.pace.apart()), self.herd) {
            (0, herd) => herd.until.min(sent.saturating_add(herd.spacing)),
            (apart, _) => sent.saturating_add(apart),
        };
        Some(self.held_until.max(spaced))
    }

    /// Returns whether polls may be kept waiting at `time`, so that it matters which goes first.
    #[inline]
    pub(in crate::fleet) fn is_narrow(&self, time: u64) -> bool {
        self.bound.is_some() || self.spacing() > 0 || time < self.herd.until
    }

    /// Notes that a poll goes out that was due at `due`.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, due: u64, time: u64) {
        if self.find_pace {
            let has_waited = self.sent.is_some_and(|sent| due < sent.saturating_add(self.pace.spacing()));
            self.pace.sent(has_waited, time);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        if self.held_until > 0 && self.sent.is_none_or(|sent| sent < self.held_until) {
            self.trace.resumed();
        }
        self.sent = Some(time);
    }

    /// Notes that a poll is no longer in flight, and what came of it, if anything did.
    #[inline]
    pub(in crate::fleet) fn back(&mut self, answer: Option<Answer>, living: usize, time: u64) {
        let is_old = self.pace.back();
        if let Some(Answer::Served) = answer {
            self.pace.served(is_old, time);
            self.grow(time);
        }
        debug_assert!(self.in_flight > 0, "a poll comes back once");
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(Answer::Refused(hint)) = answer {
            self.refuse(hint, living, time);
        }
    }

    /// Notes a refusal, of a poll that is in flight no longer or of anything else.
    pub(in crate::fleet) fn refuse(&mut self, hint: Option<u64>, living: usize, time: u64) {
        self.hold(hint, living, time);
        if self.find_pace {
            let before = self.pace.spacing();
            self.pace.cut(self.in_flight, time);
            let spacing = self.pace.spacing();
            if spacing > before {
                self.trace.cut(spacing);
            }
        }
    }

    fn hold(&mut self, hint: Option<u64>, living: usize, time: u64) {
        self.refusals = self.refusals.saturating_add(1);
        let Some(hint) = hint else { return };
        // The end of time is kept for what never comes.
        let until = time.saturating_add(hint).min(u64::MAX - 1);
        if until > self.held_until {
            self.held_until = until;
            self.trace.held(hint);
            let spread = hint / HERD;
            let spacing = spread.checked_div(living.try_into().unwrap_or(u64::MAX)).unwrap_or(0);
            self.herd = Herd { until: until.saturating_add(spread), spacing };
        }
    }

    /// Lets one more poll be in flight, after a good answer that came while as many were as may be.
    #[inline]
    fn grow(&mut self, time: u64) {
        let Some(bound) = &mut self.bound else { return };
        let Some(growth) = &mut bound.growth else { return };
        if self.in_flight < bound.now {
            return;
        }
        if time.saturating_sub(growth.since) >= SECOND {
            *growth = Growth { most: bound.now.saturating_add(bound.now.div_ceil(GROWTH)), since: time };
        }
        if bound.now < growth.most {
            bound.now = bound.now.saturating_add(1);
        }
    }
}
