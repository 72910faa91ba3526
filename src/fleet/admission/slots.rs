//! The slots of an upstream whose pace is shared: those in hand, what is to be reported, and when to ask for more.

mod hand;
mod report;

use core::{num::NonZeroU64, time::Duration};

use self::{
    hand::Hand,
    report::{Report, Told},
};
use super::{
    ask::{Ask, AskId, Grant, TURN},
    down::MANY,
    rate::Rate,
};
use crate::wait::nanos;

const SECOND: u64 = 1_000_000_000;

/// How long ahead polls are counted that slots are asked for.
const SOON: u64 = 2 * SECOND;

/// How many polls are counted for an ask at least, while the pace may rise, and at most, so that counting takes no time to speak of.
const AT_LEAST: u32 = 64;
const AT_MOST: u32 = 8_192;

/// Slots are not asked for more often than this, if there is nothing to report.
const SELDOM: u64 = SECOND / 4;

/// How long before a poll is due its slot is asked for, at least, and how many round trips. With the last round trip alone, half of
/// the slots would come too late.
const AHEAD: u64 = SECOND / 20;
const ROUND_TRIPS: u64 = 2;

/// How long the answer to an ask is waited for. A task that asks gives up sooner, or has died.
const ANSWERED_WITHIN: u64 = 5 * SECOND;

/// While nobody answers, so many times the time passes between two polls that passed between two slots.
const ALONE: u64 = 2;

/// But no more than this, so that a process that begins while the store is gone polls at all.
const ALONE_AT_MOST: u64 = 10 * SECOND;

/// The slots of an upstream, as one of the fleets has them that share its pace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    hand: Hand,
    /// The time between two slots, as the last grant has it; zero before the first.
    spacing: u64,
    epoch: u32,
    is_proven: bool,
    /// When the first poll of the epoch went out, until it is served: by then its latency is known.
    sent: Option<u64>,
    report: Report,
    /// What is asked and not answered yet.
    asked: Option<Asked>,
    /// How many times slots have been asked for.
    asks: u32,
    /// When that was last.
    last_asked: u64,
    /// Whether what is to be reported cannot wait.
    is_urgent: bool,
    /// When to ask again at the earliest: by the last grant, and after an ask that failed.
    again: u64,
    retry: u64,
    /// Whether the last grant was of fewer slots than were wanted, and the turn that it gave.
    is_short: bool,
    turn: u64,
    round_trip: u64,
    /// Until when a hold lasts that others know of, and until when one does that was learned of since the last ask.
    known_hold: u64,
    fresh_hold: u64,
    /// How many slots were granted of late.
    granted: Rate,
    /// The time between two polls while nobody answers; zero while somebody does.
    alone: u64,
}

/// An ask that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Asked {
    report: Report,
    wanted: u32,
    at: u64,
}

/// The polls that a lane has waiting.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Waiting {
    pub(in crate::fleet) due: u32,
    /// Those that are due, and those that are due soon.
    pub(in crate::fleet) soon: u32,
}

impl Slots {
    /// Begins after so many asks of the same upstream, whose grants may still come.
    pub(super) fn new(asks: u32) -> Self {
        Self {
            hand: Hand::default(),
            spacing: 0,
            epoch: 0,
            is_proven: true,
            sent: None,
            report: Report::default(),
            asked: None,
            asks,
            last_asked: 0,
            is_urgent: false,
            again: 0,
            retry: 0,
            is_short: false,
            turn: 0,
            round_trip: 0,
            known_hold: 0,
            fresh_hold: 0,
            granted: Rate::default(),
            alone: 0,
        }
    }

    pub(super) const fn spacing(&self) -> u64 {
        if self.alone > 0 { self.alone } else { self.spacing }
    }

    pub(super) const fn asks(&self) -> u32 {
        self.asks
    }

    pub(super) const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Returns when the next poll may go out after the one that was sent at `sent`, if there is a slot for it.
    #[inline]
    pub(super) fn opens(&self, sent: Option<u64>) -> Option<u64> {
        let after = |spacing: u64| sent.map_or(0, |sent| sent.saturating_add(spacing));
        match self.hand.first() {
            Some((first, spacing)) => Some(first.max(after(spacing))),
            None => (self.alone > 0).then(|| after(self.alone)),
        }
    }

    /// Forgets the slots whose time has passed at `time`, and says whether there were any.
    #[inline]
    pub(super) fn forget(&mut self, time: u64) -> bool {
        self.hand.forget(time)
    }

    /// Notes that a poll goes out.
    #[inline]
    pub(super) fn send(&mut self, time: u64) {
        self.hand.take();
        self.sent.get_or_insert(time);
    }

    /// Notes a poll that was served, and whether it went out before the epoch.
    #[inline]
    pub(super) fn served(&mut self, is_old: bool, time: u64) {
        if is_old {
            return;
        }
        self.report.served = self.report.served.saturating_add(1);
        self.report.failed = 0;
        if self.report.latency == 0 {
            // If it is served in the same reading of the clock, it is measured anew.
            self.report.latency = self.sent.take().map_or(0, |sent| time.saturating_sub(sent));
        }
        self.is_urgent |= !self.is_proven;
    }

    /// Notes a poll that failed, and whether it went out before the epoch: if it did not, the latency is measured from the next on.
    pub(super) fn failed(&mut self, is_old: bool) {
        if !is_old {
            self.report.failed = self.report.failed.saturating_add(1);
            // Its turn may be long after it.
            self.is_urgent |= self.report.failed >= MANY.into();
            self.measure_anew();
        }
    }

    /// Has the latency measured from the next poll on, if it is not known: what is sent next need not be sent soon.
    const fn measure_anew(&mut self) {
        if self.report.latency == 0 {
            self.sent = None;
        }
    }

    /// Notes a refusal, and whether its poll went out before the epoch.
    pub(super) fn refused(&mut self, is_old: bool, hint: Option<u64>) {
        if !is_old {
            self.report.refused = self.report.refused.saturating_add(1);
            self.report.hint = self.report.hint.max(hint);
            self.measure_anew();
            self.is_urgent = true;
            if self.alone > 0 {
                self.alone = self.alone.saturating_mul(2).min(ALONE_AT_MOST);
            }
        }
    }

    /// Notes until when the upstream is held now, at `time`. Others are told at once, unless they know nearly all of it.
    pub(super) fn held(&mut self, until: u64, time: u64) {
        if until > self.known_hold.max(self.fresh_hold) {
            self.fresh_hold = until;
            self.is_urgent |= self.is_news(until, time);
        }
    }

    /// Returns whether a hold lasts for more than a second at `time` that others do not know of.
    fn is_news(&self, held_until: u64, time: u64) -> bool {
        held_until > self.known_hold.max(time).saturating_add(SECOND)
    }

    /// Notes how many requests remain until a reset in so long.
    pub(super) const fn quota(&mut self, remaining: u64, until_reset: u64, time: u64) {
        self.report.quota = Some(Told { remaining, until_reset, at: time });
    }

    /// Notes that the caller has ended a hold.
    pub(super) const fn resume(&mut self) {
        self.report.resume = true;
        (self.known_hold, self.fresh_hold) = (0, 0);
        self.is_urgent = true;
    }

    /// Returns when to ask for slots, if the first poll is due at `first_due`, or `u64::MAX`. None is wanted if no poll could go out.
    pub(super) fn ask_at(&self, first_due: u64, may_send: bool) -> u64 {
        if let Some(Asked { at, .. }) = self.asked {
            return at.saturating_add(ANSWERED_WITHIN);
        }
        if self.is_urgent {
            return self.retry;
        }
        // There is room for two runs: one more, though it is its turn, would take the place of slots that can still be used.
        let may_wait = !self.is_short || self.hand.is_full();
        let has_slot = may_wait && self.hand.end().is_some_and(|end| first_due <= end);
        if first_due == u64::MAX || !may_send || has_slot {
            return u64::MAX;
        }
        let wanted = first_due.saturating_sub(self.ahead());
        wanted.max(self.again).max(self.retry).max(self.last_asked.saturating_add(SELDOM))
    }

    /// Asks at `time` for slots for the polls that are waiting, no more than so many, while the upstream is held until `held_until`.
    pub(super) fn ask(&mut self, mut id: AskId, waiting: Waiting, room: u32, held_until: u64, time: u64) -> Ask {
        if self.asked.is_some() {
            self.fail(0, held_until, time);
        }
        self.hand.forget(time);
        self.asks = self.asks.wrapping_add(1).max(1);
        id.number = self.asks;
        let in_hand = self.hand.len();
        let without_slot = |polls: u32| polls.min(room).saturating_sub(in_hand);
        let Report { served, failed, refused, hint, latency, quota, resume } = self.report;
        let wanted = without_slot(waiting.soon);
        // What others know has lost a round trip with each of them, and is told to a row that was lost.
        let hold = match self.fresh_hold.saturating_sub(time) {
            0 => held_until.saturating_sub(time).saturating_sub(SECOND),
            fresh => fresh,
        };
        (self.asked, self.last_asked) = (Some(Asked { report: self.report, wanted, at: time }), time);
        (self.is_urgent, self.fresh_hold) = (false, 0);
        Ask {
            id,
            epoch: self.epoch,
            proven: self.is_proven,
            served,
            failed,
            refused,
            hint: hint.map(Duration::from_nanos),
            hold: Duration::from_nanos(hold),
            quota: quota.and_then(|quota| quota.since(time)),
            resume,
            latency: Duration::from_nanos(latency),
            due: without_slot(waiting.due),
            wanted,
            turn: self.turn,
        }
    }

    /// Notes that no answer came, and asks no more for so long. What was to be reported is kept.
    pub(super) fn fail(&mut self, retry: u64, held_until: u64, time: u64) {
        let Some(Asked { report, at: asked_at, .. }) = self.asked.take() else { return };
        self.retry = time.saturating_add(retry);
        self.is_urgent |= report.refused > 0 || report.resume || self.is_news(held_until, time);
        self.fresh_hold = held_until;
        if self.alone == 0 {
            // Those granted last were to do until then.
            let share = self.granted.since.map_or(ALONE_AT_MOST, |_| self.granted.spacing_of_late(asked_at));
            self.alone = share.saturating_mul(ALONE).clamp(1, ALONE_AT_MOST);
        }
    }

    /// Takes what was granted, if it answers the ask that was made last, and returns until when the upstream is held now, which was
    /// held until `held_until`.
    pub(super) fn grant(&mut self, grant: &Grant, held_until: u64, time: u64) -> Option<u64> {
        if grant.id.number != self.asks {
            return None;
        }
        let Asked { report, wanted, at } = self.asked.take()?;
        self.report.take_off(&report);
        self.round_trip = time.saturating_sub(at);
        if grant.epoch != self.epoch {
            self.hand = Hand::default();
            self.epoch = grant.epoch;
            self.report = Report { quota: self.report.quota, resume: self.report.resume, ..Report::default() };
            self.sent = None;
        }
        let in_time = |duration: Duration| time.saturating_add(nanos::from_duration(duration));
        // What others know of a hold that has been ended since is no news.
        self.known_hold = if self.report.resume { 0 } else { in_time(grant.held) };
        self.is_proven = grant.proven;
        self.spacing = nanos::from_duration(grant.spacing);
        (self.is_short, self.turn, self.again) = (grant.slots < wanted, grant.turn, in_time(grant.again));
        (self.retry, self.alone) = (0, 0);
        if grant.slots > 0 {
            self.granted.count(grant.slots.into(), time);
            self.hand.add(in_time(grant.first), self.spacing, grant.slots);
        }
        let before = if grant.resumed { 0 } else { held_until };
        Some(before.max(self.known_hold).max(self.fresh_hold))
    }

    /// Returns how many polls come back until the slots of a turn have passed, if so many are in flight. There is room for these as
    /// well: without, a bound of 16 and answers after 0.2 s keep a fleet at 36 polls a second, and no poll seems to wait for a slot.
    pub(super) fn coming_back(&self, in_flight: usize) -> usize {
        let in_flight = u64::try_from(in_flight).unwrap_or(u64::MAX);
        let length = TURN.saturating_add(self.ahead());
        let back =
            NonZeroU64::new(self.report.latency).map_or(0, |latency| in_flight.saturating_mul(length).div_ceil(latency.get()));
        usize::try_from(back).unwrap_or(usize::MAX)
    }

    /// Returns how long before a poll is due its slot is asked for.
    const fn ahead(&self) -> u64 {
        self.round_trip.saturating_mul(ROUND_TRIPS).saturating_add(AHEAD)
    }

    /// Returns how many polls are counted at most for an ask: a second's worth.
    pub(super) fn most(&self) -> u32 {
        let most = SECOND.checked_div(self.spacing).and_then(|slots| u32::try_from(slots).ok()).unwrap_or(0);
        most.clamp(AT_LEAST, AT_MOST)
    }
}

/// Returns until when a poll is due that a slot is asked for at `time`.
pub(super) const fn soon(time: u64) -> u64 {
    time.saturating_add(SOON)
}
