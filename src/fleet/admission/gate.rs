//! When an upstream may be sent its next poll.

mod shared;

use core::num::{NonZeroU32, NonZeroU64};

use rand_core::Rng;

use super::{
    InFlight, Limits,
    down::Failures,
    hold::{Hold, LENGTHENED},
    pace::{Pace, Verdict},
    quota::Quota,
    slots::Slots,
    trace::Trace,
};
use crate::{fleet::Slow, operation::Outcome, wait::nanos};

const SECOND: u64 = 1_000_000_000;

/// What part of itself the bound on what is in flight may grow by in a second.
const GROWTH: usize = 8;

/// What holds the polls of an upstream back: the bound on what is in flight, refusals, failures, a quota, and the pace.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Gate {
    limits: Limits,
    /// The least time between two polls that the limits allow.
    rate_spacing: u64,
    pace: Pace,
    failures: Failures,
    bound: Option<Bound>,
    in_flight: usize,
    /// How many of the polls that were in flight at the last cut are so still, if they come back in the order they went out: their
    /// refusals say nothing of the pace after it.
    old: usize,
    /// When the last poll went out.
    sent: Option<u64>,
    hold: Hold,
    quota: Quota,
    /// The slots that are granted, if the pace is shared. They take the place of the rate, the pace and the quota.
    slots: Option<Slots>,
    /// How many times slots had been asked for when the pace was last shared.
    asks: u32,
    /// Whether the caller has stopped it.
    is_paused: bool,
    counts: Counts,
    trace: Trace,
}

/// What has been counted since the beginning.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::fleet) struct Counts {
    pub(in crate::fleet) refusals: u64,
    pub(in crate::fleet) forgiven: u64,
    pub(in crate::fleet) cuts: u64,
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

impl Bound {
    fn new(in_flight: InFlight<NonZeroU32>, time: u64) -> Self {
        let (InFlight::AtMost(first) | InFlight::From(first)) = in_flight;
        let now = usize::try_from(first.get()).unwrap_or(usize::MAX);
        Self { now, growth: matches!(in_flight, InFlight::From(_)).then_some(Growth { most: now, since: time }) }
    }
}

impl Gate {
    /// Makes the gate of the upstream that has this number.
    pub(in crate::fleet) fn new(limits: &Limits, upstream: usize, time: u64) -> Self {
        let mut gate = Self {
            limits: Limits::none(),
            rate_spacing: 0,
            pace: Pace::new(None),
            failures: Failures::default(),
            bound: None,
            in_flight: 0,
            old: 0,
            sent: None,
            hold: Hold::new(),
            quota: Quota::default(),
            slots: None,
            asks: 0,
            is_paused: false,
            counts: Counts::default(),
            trace: Trace::new(upstream),
        };
        gate.set_limits(limits, time);
        gate
    }

    pub(in crate::fleet) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Goes on with these limits. What was found stays, unless it is not to be found any more or begins anew.
    pub(in crate::fleet) fn set_limits(&mut self, limits: &Limits, time: u64) {
        // All of them by name: a limit that nothing holds to is a variable that nobody uses.
        // How long an answer is waited for is seen to where polls in flight are kept.
        let Limits { rate: _, in_flight, find_pace, shared, forgive, longest_hold, answer_within: _ } = *limits;
        self.rate_spacing = limits.spacing();
        if in_flight != self.limits.in_flight {
            self.bound = in_flight.map(|in_flight| Bound::new(in_flight, time));
        }
        if !find_pace || shared {
            self.pace = Pace::new(None);
        }
        if !find_pace {
            self.failures = Failures::default();
        }
        if shared != self.slots.is_some() || (!shared && !find_pace) {
            self.old = 0;
        }
        self.asks = self.slots.map_or(self.asks, |slots| slots.asks());
        self.slots = shared.then(|| self.slots.unwrap_or_else(|| Slots::new(self.asks)));
        self.pace.set_forgive(forgive);
        self.hold.set_longest(longest_hold.map_or(u64::MAX, NonZeroU64::get));
        self.limits = *limits;
    }

    pub(in crate::fleet) const fn in_flight(&self) -> usize {
        self.in_flight
    }

    pub(in crate::fleet) fn most_in_flight(&self) -> Option<usize> {
        self.bound.map(|bound| bound.now)
    }

    pub(in crate::fleet) const fn counts(&self) -> Counts {
        self.counts
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
        if let Some(slots) = &mut self.slots {
            slots.resume();
        }
    }

    /// Notes that so many requests remain until a reset in so long. If none does, that holds. So many operations are held.
    pub(in crate::fleet) fn quota<R: Rng + ?Sized>(
        &mut self,
        remaining: u64,
        until_reset: u64,
        operations: usize,
        time: u64,
        rng: &mut R,
    ) {
        if remaining == 0 {
            self.hold(until_reset, LENGTHENED, operations, time, rng);
            return;
        }
        // What is in flight may not have been counted yet.
        let in_flight = u64::try_from(self.in_flight).unwrap_or(u64::MAX);
        let (left, until_reset) = (remaining.saturating_sub(in_flight).max(1), self.hold.believed(until_reset));
        match &mut self.slots {
            Some(slots) => slots.quota(left, until_reset, time),
            None => self.quota.share_out(left, until_reset, time),
        }
    }

    /// Returns whether no poll may go out at `time`, whatever the pace.
    pub(in crate::fleet) const fn is_held(&self, time: u64) -> bool {
        self.is_paused || time < self.hold.until()
    }

    /// Returns the least time between two polls at `time`, zero where nothing keeps them apart.
    #[inline]
    pub(in crate::fleet) fn spacing(&self, time: u64) -> u64 {
        if let Some(slots) = &self.slots {
            return slots.spacing();
        }
        self.rate_spacing.max(self.pace.spacing()).max(self.quota.spacing(time))
    }

    /// Returns when the next poll may go out, or nothing while it is paused, or as many are in flight as may be.
    #[inline]
    pub(in crate::fleet) fn opens(&self) -> Option<u64> {
        if self.is_paused || self.is_full() {
            return None;
        }
        if let Some(slots) = &self.slots {
            let down = self.sent.map_or(0, |sent| sent.saturating_add(self.failures.apart()));
            return slots.opens(self.sent).map(|opens| opens.max(self.hold.until()).max(down));
        }
        let Some(sent) = self.sent else { return Some(self.hold.until()) };
        let spaced = match self.apart() {
            0 => self.hold.spaced(sent),
            apart => sent.saturating_add(apart),
        };
        Some(self.hold.until().max(spaced).max(self.quota.spaced(sent)))
    }

    /// Returns what keeps polls waiting at `time`, if anything does. The caller and a hold do even while no poll is due.
    pub(in crate::fleet) fn slowed_by(&self, is_due: bool, time: u64) -> Option<Slow> {
        if self.is_paused {
            return Some(Slow::Paused);
        }
        if time < self.hold.until() {
            return Some(Slow::Hold);
        }
        if is_due && self.is_full() {
            return Some(Slow::InFlight);
        }
        let waits = |apart: u64| self.sent.is_some_and(|sent| time < sent.saturating_add(apart));
        if let (Some(slots), true) = (&self.slots, is_due) {
            return match slots.opens(self.sent) {
                _ if waits(self.failures.apart()) => Some(Slow::Down),
                opens => opens.is_none_or(|opens| time < opens).then_some(Slow::Pace),
            };
        }
        let sent = self.sent.filter(|_| is_due)?;
        match self.apart() {
            _ if waits(self.failures.apart()) => Some(Slow::Down),
            _ if waits(self.quota.spacing(time)) => Some(Slow::Quota),
            0 => (time < self.hold.spaced(sent)).then_some(Slow::Hold),
            apart => waits(apart).then_some(Slow::Pace),
        }
    }

    /// Returns whether polls may be kept waiting at `time`, so that it matters which goes first.
    #[inline]
    pub(in crate::fleet) fn is_narrow(&self, time: u64) -> bool {
        self.bound.is_some()
            || self.slots.is_some()
            || self.spacing(time) > 0
            || self.failures.apart() > 0
            || self.hold.spreads(time)
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.bound.is_some_and(|bound| self.in_flight >= bound.now)
    }

    /// Returns the time between the last poll and the next that the rate, the pace and failures ask for.
    #[inline]
    fn apart(&self) -> u64 {
        self.rate_spacing.max(self.pace.apart()).max(self.failures.apart())
    }

    /// Notes that a poll goes out that was due at `due`.
    #[inline]
    pub(in crate::fleet) fn send(&mut self, due: u64, time: u64) {
        if let Some(slots) = &mut self.slots {
            slots.send(time);
        } else if self.limits.find_pace {
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
        let is_old = self.has_old();
        self.old = self.old.saturating_sub(1);
        if let Some(Answer::Served) = answer {
            match &mut self.slots {
                Some(slots) => slots.served(is_old, time),
                None => self.pace.served(is_old, time),
            }
            self.failures.served();
            self.grow(time);
        }
        debug_assert!(self.in_flight > 0, "a poll comes back once");
        self.in_flight = self.in_flight.saturating_sub(1);
        if let (Some(Answer::Failed), true) = (answer, self.limits.find_pace) {
            match &mut self.slots {
                Some(slots) => slots.failed(is_old),
                None => self.pace.failed(is_old),
            }
            self.failures.failed(1);
        }
        is_old
    }

    /// Returns whether a refusal of no poll in flight counts as one of a poll that went out before the last cut.
    pub(in crate::fleet) const fn has_old(&self) -> bool {
        self.old > 0
    }

    /// Notes a refusal. So many operations are held.
    pub(in crate::fleet) fn refuse<R: Rng + ?Sized>(&mut self, refusal: Refusal, operations: usize, time: u64, rng: &mut R) {
        let Refusal { hint, percent, is_old } = refusal;
        self.counts.refusals = self.counts.refusals.saturating_add(1);
        if let Some(hint) = hint {
            self.hold(hint, percent, operations, time, rng);
        }
        if let Some(slots) = &mut self.slots {
            slots.refused(is_old, hint);
        } else if self.limits.find_pace {
            match self.pace.refused(is_old, hint, time) {
                Verdict::Cut => {
                    self.old = self.in_flight;
                    self.counts.cuts = self.counts.cuts.saturating_add(1);
                    self.trace.cut(self.pace.spacing());
                }
                Verdict::Forgiven => self.counts.forgiven = self.counts.forgiven.saturating_add(1),
                Verdict::TooEarly => {}
            }
        }
    }

    fn hold<R: Rng + ?Sized>(&mut self, hint: u64, percent: u8, operations: usize, time: u64, rng: &mut R) {
        if self.hold.hold(hint, percent, operations, time, rng) {
            self.trace.held(hint);
            if let Some(slots) = &mut self.slots {
                slots.held(self.hold.until(), time);
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
