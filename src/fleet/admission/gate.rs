//! When an upstream may be sent its next poll.

use core::num::NonZeroU64;

use rand_core::Rng;

use super::{InFlight, Limits, down::Failures, hold::Hold, pace::Pace, trace::Trace};
use crate::{operation::Outcome, wait::nanos};

const SECOND: u64 = 1_000_000_000;

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
    hold: Hold,
    /// Whether the caller has stopped it.
    is_paused: bool,
    refusals: u64,
    trace: Trace,
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

/// A refusal, as the upstream sees it.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Refusal {
    /// How long the server asked to be left alone, if it said how long.
    pub(in crate::fleet) hint: Option<u64>,
    /// By how many percent the hold is lengthened at most.
    pub(in crate::fleet) percent: u8,
    /// Whether what was refused went out before the last cut.
    pub(in crate::fleet) is_old: bool,
}

impl Gate {
    /// Makes the gate of the upstream that has this number.
    pub(in crate::fleet) fn new(limits: &Limits, upstream: usize, time: u64) -> Self {
        // All of them by name: a limit that nothing holds to is a variable that nobody uses.
        let Limits { rate, in_flight, find_pace, forgive, longest_hold } = *limits;
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
            hold: Hold::new(longest_hold.map_or(u64::MAX, NonZeroU64::get)),
            is_paused: false,
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
        self.hold.until()
    }

    pub(in crate::fleet) const fn pause(&mut self) {
        self.is_paused = true;
    }

    pub(in crate::fleet) fn resume(&mut self, time: u64) {
        self.is_paused = false;
        self.hold.end(time);
    }

    /// Returns the time between two polls, zero where nothing keeps them apart.
    #[inline]
    pub(in crate::fleet) fn spacing(&self) -> u64 {
        self.rate_spacing.max(self.pace.spacing())
    }

    /// Returns when the next poll may go out, or nothing while it is paused, or as many are in flight as may be.
    #[inline]
    pub(in crate::fleet) fn opens(&self) -> Option<u64> {
        if self.is_paused || self.bound.is_some_and(|bound| self.in_flight >= bound.now) {
            return None;
        }
        let Some(sent) = self.sent else { return Some(self.hold.until()) };
        let spaced = match self.rate_spacing.max(self.pace.apart()).max(self.failures.apart()) {
            0 => self.hold.spaced(sent),
            apart => sent.saturating_add(apart),
        };
        Some(self.hold.until().max(spaced))
    }

    /// Returns whether polls may be kept waiting at `time`, so that it matters which goes first.
    #[inline]
    pub(in crate::fleet) fn is_narrow(&self, time: u64) -> bool {
        self.bound.is_some() || self.spacing() > 0 || self.failures.apart() > 0 || self.hold.spreads(time)
    }

    /// Notes that a poll goes out that was due at `due`.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, due: u64, time: u64) {
        if self.find_pace {
            let has_waited = self.sent.is_some_and(|sent| due < sent.saturating_add(self.pace.spacing()));
            self.pace.sent(has_waited, time);
        }
        self.in_flight = self.in_flight.saturating_add(1);
        let held_until = self.hold.until();
        if held_until > 0 && self.sent.is_none_or(|sent| sent < held_until) {
            self.trace.resumed();
        }
        self.sent = Some(time);
    }

    /// Notes that a poll is no longer in flight, and what came of it, if anything did. Returns whether it went out before the last
    /// cut. What it says of a refusal is for [`refuse`](Self::refuse).
    #[inline]
    pub(in crate::fleet) fn back(&mut self, answer: Option<Answer>, time: u64) -> bool {
        let is_old = self.pace.back();
        if let Some(Answer::Served) = answer {
            self.pace.served(is_old, time);
            self.failures.served();
            self.grow(time);
        }
        debug_assert!(self.in_flight > 0, "a poll comes back once");
        self.in_flight = self.in_flight.saturating_sub(1);
        if let (Some(Answer::Failed), true) = (answer, self.find_pace) {
            self.pace.failed(is_old);
            self.failures.failed();
        }
        is_old
    }

    /// Returns whether a refusal of no poll in flight counts as one of a poll that went out before the last cut.
    pub(in crate::fleet) const fn has_old(&self) -> bool {
        self.pace.has_old()
    }

    /// Notes a refusal. So many operations are held.
    pub(in crate::fleet) fn refuse<R: Rng + ?Sized>(&mut self, refusal: Refusal, operations: usize, time: u64, rng: &mut R) {
        let Refusal { hint, percent, is_old } = refusal;
        self.refusals = self.refusals.saturating_add(1);
        if let Some(hint) = hint
            && self.hold.hold(hint, percent, operations, time, rng)
        {
            self.trace.held(hint);
        }
        if self.find_pace {
            let before = self.pace.spacing();
            self.pace.refused(is_old, hint, self.in_flight, time);
            let spacing = self.pace.spacing();
            if spacing > before {
                self.trace.cut(spacing);
            }
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
