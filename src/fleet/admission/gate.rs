//! When an upstream may be sent its next poll.

use super::{InFlight, Limits, down::Failures, pace::Pace};
use crate::{operation::Outcome, wait::nanos};

const SECOND: u64 = 1_000_000_000;

/// What part of itself a hold is followed by, to spread the polls that it held, if no pace does.
const HERD: u64 = 5;

/// What part of itself the bound on what is in flight may grow by in a second.
const GROWTH: usize = 8;

/// What holds the polls of an upstream back: the bound on what is in flight, refusals, failures, and the pace.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Gate {
    /// The least time between two polls that the limits allow.
    rate_spacing: u64,
    find_pace: bool,
    pace: Pace,
    failures: Failures,
    bound: Option<Bound>,
    in_flight: usize,
    /// When the last poll went out.
    sent: Option<u64>,
    /// Until when the server asked all of the upstream to wait.
    held_until: u64,
    herd: Herd,
    refusals: u64,
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
    pub(in crate::fleet) fn new(limits: &Limits, time: u64) -> Self {
        // All of them by name: a limit that nothing holds to is a variable that nobody uses.
        let Limits { rate, in_flight, find_pace, forgive } = *limits;
        let bound = in_flight.map(|in_flight| {
            let (InFlight::AtMost(first) | InFlight::From(first)) = in_flight;
            let now = usize::try_from(first.get()).unwrap_or(usize::MAX);
            Bound { now, growth: matches!(in_flight, InFlight::From(_)).then_some(Growth { most: now, since: time }) }
        });
        Self {
            rate_spacing: rate.map_or(0, |(polls, per)| per.get().div_ceil(polls.get().into())),
            find_pace,
            pace: Pace::new(forgive),
            failures: Failures::default(),
            bound,
            in_flight: 0,
            sent: None,
            held_until: 0,
            herd: Herd::default(),
            refusals: 0,
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
        let apart = self.rate_spacing.max(self.pace.apart()).max(self.failures.apart());
        let spaced = match (apart, self.herd) {
            (0, herd) => herd.until.min(sent.saturating_add(herd.spacing)),
            (apart, _) => sent.saturating_add(apart),
        };
        Some(self.held_until.max(spaced))
    }

    /// Returns whether polls may be kept waiting at `time`, so that it matters which goes first.
    #[inline]
    pub(in crate::fleet) fn is_narrow(&self, time: u64) -> bool {
        self.bound.is_some() || self.spacing() > 0 || self.failures.apart() > 0 || time < self.herd.until
    }

    /// Notes that a poll goes out that was due at `due`.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, due: u64, time: u64) {
        if self.find_pace {
            let has_waited = self.sent.is_some_and(|sent| due < sent.saturating_add(self.pace.spacing()));
            self.pace.sent(has_waited, time);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        self.sent = Some(time);
    }

    /// Notes that a poll is no longer in flight, and what came of it, if anything did.
    #[inline]
    pub(in crate::fleet) fn back(&mut self, answer: Option<Answer>, living: usize, time: u64) {
        let is_old = self.pace.back();
        if let Some(Answer::Served) = answer {
            self.pace.served(is_old, time);
            self.failures.served();
            self.grow(time);
        }
        debug_assert!(self.in_flight > 0, "a poll comes back once");
        self.in_flight = self.in_flight.saturating_sub(1);
        match answer {
            Some(Answer::Failed) if self.find_pace => {
                self.pace.failed(is_old);
                self.failures.failed();
            }
            Some(Answer::Refused(hint)) => self.take_refusal(is_old, hint, living, time),
            Some(Answer::Served | Answer::Failed) | None => {}
        }
    }

    /// Notes a refusal that no poll in flight brought.
    pub(in crate::fleet) fn refuse(&mut self, hint: Option<u64>, living: usize, time: u64) {
        self.take_refusal(self.pace.has_old(), hint, living, time);
    }

    fn take_refusal(&mut self, is_old: bool, hint: Option<u64>, living: usize, time: u64) {
        self.hold(hint, living, time);
        if self.find_pace {
            self.pace.refused(is_old, hint, self.in_flight, time);
        }
    }

    fn hold(&mut self, hint: Option<u64>, living: usize, time: u64) {
        self.refusals = self.refusals.saturating_add(1);
        let Some(hint) = hint else { return };
        // The end of time is kept for what never comes.
        let until = time.saturating_add(hint).min(u64::MAX - 1);
        if until > self.held_until {
            self.held_until = until;
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
