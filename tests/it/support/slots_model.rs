//! The naive slots of an upstream whose pace is shared: each a time in a list.

use asyncpoll::fleet::{Ask, Grant};
use core::time::Duration;

use super::upstream_model::SECOND;

/// How long after its time a slot can be used.
const KEPT: u128 = 2 * SECOND;

/// What one of those who share the pace has in hand, and what it has to tell.
#[derive(Default)]
pub(super) struct Slots {
    /// Slots, each with the time to the next, by the grants that they came with: those of two at most.
    hand: Vec<Vec<(u128, u128)>>,
    spacing: u128,
    pub(super) epoch: u32,
    is_unproven: bool,
    /// When the first poll went out of which the latency is to be told, and the latency, if it is known.
    first_sent: Option<u128>,
    latency: u128,
    pub(super) told: Told,
    asked: Option<Asked>,
    pub(super) asks: u32,
    last_asked: Option<u128>,
    is_urgent: bool,
    /// When it was told to ask again, by the last grant and after the last ask that failed.
    again: u128,
    retry: u128,
    is_short: bool,
    turn: u64,
    round_trip: u128,
    /// Until when a hold lasts that others know of, and one that is news to them.
    known_hold: u128,
    fresh_hold: u128,
    /// How many slots were granted, and when.
    granted: Vec<(u128, u128)>,
    /// The time between two polls while nobody answers.
    alone: u128,
}

/// What is to be told, or has been.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    served: u32,
    failed: u32,
    refused: u32,
    hint: Option<u128>,
    pub(super) quota: Option<Quota>,
    resume: bool,
}

/// How many requests remained, when that was said, and how long it was until there are more.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Quota {
    pub(super) remaining: u128,
    pub(super) at: u128,
    pub(super) until_reset: u128,
}

struct Asked {
    told: Told,
    wanted: u32,
    at: u128,
}

impl Slots {
    pub(super) fn new(asks: u32) -> Self {
        Self { asks, ..Self::default() }
    }

    pub(super) fn spacing(&self) -> u128 {
        if self.alone > 0 { self.alone } else { self.spacing }
    }

    /// Returns when the next poll may go out after the one that was sent last, if there is a slot for it.
    pub(super) fn opens(&self, sent: Option<u128>) -> Option<u128> {
        let after = |spacing: u128| sent.map_or(0, |sent| sent + spacing);
        match self.hand.iter().flatten().next() {
            Some((slot, spacing)) => Some(*slot.max(&after(*spacing))),
            None => (self.alone > 0).then(|| after(self.alone)),
        }
    }

    /// Forgets slots that cannot be used any more, and says whether there were any.
    pub(super) fn forget(&mut self, time: u128) -> bool {
        let mut forgot = false;
        while self.hand.iter().flatten().next().is_some_and(|(slot, _)| slot + KEPT < time) {
            self.take();
            forgot = true;
        }
        forgot
    }

    fn take(&mut self) {
        if let Some(first) = self.hand.first_mut() {
            first.remove(0);
        }
        self.hand.retain(|run| !run.is_empty());
    }

    pub(super) fn send(&mut self, time: u128) {
        self.take();
        self.first_sent.get_or_insert(time);
    }

    pub(super) fn served(&mut self, time: u128) {
        self.told.served += 1;
        self.told.failed = 0;
        if let (0, Some(sent)) = (self.latency, self.first_sent) {
            (self.latency, self.first_sent) = (time - sent, None);
        }
        self.is_urgent |= self.is_unproven;
    }

    pub(super) fn failed(&mut self) {
        self.told.failed += 1;
        self.is_urgent |= self.told.failed >= 16;
        self.measure_anew();
    }

    /// The latency is that of a poll that is served: of the next, perhaps.
    fn measure_anew(&mut self) {
        if self.latency == 0 {
            self.first_sent = None;
        }
    }

    pub(super) fn refused(&mut self, hint: Option<u128>) {
        self.told.refused += 1;
        self.told.hint = self.told.hint.max(hint);
        self.measure_anew();
        self.is_urgent = true;
        if self.alone > 0 {
            self.alone = (self.alone * 2).min(10 * SECOND);
        }
    }

    /// Takes note of a hold: others are told at once, unless they know it but for a second.
    pub(super) fn held(&mut self, until: u128, time: u128) {
        if until > self.known_hold.max(self.fresh_hold) {
            self.fresh_hold = until;
            self.is_urgent |= until > self.known_hold.max(time) + SECOND;
        }
    }

    pub(super) fn resume(&mut self) {
        (self.told.resume, self.is_urgent) = (true, true);
        (self.known_hold, self.fresh_hold) = (0, 0);
    }

    /// Returns when it asks, if the first poll is due then that could be sent.
    pub(super) fn ask_at(&self, first_due: Option<u128>) -> Option<u128> {
        if let Some(Asked { at, .. }) = self.asked {
            return Some(at + 5 * SECOND);
        }
        if self.is_urgent {
            return Some(self.retry);
        }
        let last = self.hand.iter().flatten().map(|(slot, _)| slot + KEPT).max();
        let may_be_more = self.is_short && self.hand.len() < 2;
        let first_due = first_due.filter(|due| may_be_more || last.is_none_or(|last| *due > last))?;
        let wanted = first_due.saturating_sub(self.ahead());
        let not_often = self.last_asked.map_or(0, |asked| asked + SECOND / 4);
        Some(wanted.max(self.again).max(self.retry).max(not_often))
    }

    /// Returns how long before a poll is due its slot is asked for.
    fn ahead(&self) -> u128 {
        2 * self.round_trip + SECOND / 20
    }

    /// Returns how many polls come back, if so many are in flight, while the slots of a turn are waited for and used.
    pub(super) fn coming_back(&self, in_flight: usize) -> usize {
        let back = (in_flight as u128 * (SECOND / 2 + self.ahead())).checked_add(self.latency.saturating_sub(1));
        back.and_then(|back| back.checked_div(self.latency)).unwrap_or(0).try_into().expect("it is small")
    }

    /// Returns how many polls are counted at most.
    pub(super) fn most(&self) -> usize {
        let second = SECOND.checked_div(self.spacing).unwrap_or(0);
        second.clamp(64, 8_192).try_into().expect("it is small")
    }

    pub(super) fn ask(&mut self, due: usize, wanted: usize, held_until: u128, time: u128) -> Ask {
        self.fail(0, held_until, time);
        self.forget(time);
        let in_hand = self.hand.iter().flatten().count();
        let without_slot = |polls: usize| polls.saturating_sub(in_hand).try_into().expect("there are few");
        let told = self.told;
        let hold = if self.fresh_hold > time { self.fresh_hold } else { held_until.saturating_sub(SECOND) };
        let mut ask = Ask::default();
        (ask.epoch, ask.latency, ask.turn) = (self.epoch, nanos(self.latency), self.turn);
        (ask.served, ask.failed, ask.refused, ask.hint) = (told.served, told.failed, told.refused, told.hint.map(nanos));
        (ask.hold, ask.resume) = (nanos(hold.saturating_sub(time)), told.resume);
        ask.proven = !self.is_unproven;
        // The others use it as evenly as time passes.
        ask.quota = told.quota.and_then(|Quota { remaining, at, until_reset }| {
            let left = until_reset.checked_sub(time - at).filter(|left| *left > 0)?;
            Some(((remaining * left / until_reset).max(1).try_into().expect("it was one"), nanos(left)))
        });
        (ask.due, ask.wanted) = (without_slot(due), without_slot(wanted));
        self.asked = Some(Asked { told, wanted: ask.wanted, at: time });
        self.asks += 1;
        (self.last_asked, self.is_urgent, self.fresh_hold) = (Some(time), false, 0);
        ask
    }

    pub(super) fn fail(&mut self, retry: u128, held_until: u128, time: u128) {
        let Some(Asked { told, at, .. }) = self.asked.take() else { return };
        self.retry = time + retry;
        self.is_urgent |= told.refused > 0 || told.resume || held_until > self.known_hold.max(time) + SECOND;
        self.fresh_hold = held_until;
        if self.alone == 0 {
            self.alone = self.share(at).map_or(10 * SECOND, |share| (2 * share).clamp(1, 10 * SECOND));
        }
    }

    /// The mean time between two slots that were granted of late, as it was when it asked: in a stretch of three seconds or more, and
    /// since.
    fn share(&self, asked_at: u128) -> Option<u128> {
        let mut since = self.granted.first()?.0;
        let (mut start, mut before, mut now) = (since, 0, 0);
        for (time, slots) in &self.granted {
            if time - since >= 3 * SECOND {
                (start, since, before, now) = (since, *time, now, 0);
            }
            now += slots;
        }
        (asked_at - start).max(SECOND).checked_div(before + now)
    }

    /// Takes the grant of the ask of this number, and returns until when it holds, if that is the latest.
    pub(super) fn grant(&mut self, number: u32, grant: &Grant, time: u128) -> Option<u128> {
        if number != self.asks {
            return None;
        }
        let Asked { told, wanted, at } = self.asked.take()?;
        self.told.take_off(told);
        self.round_trip = time - at;
        if grant.epoch != self.epoch {
            let Told { quota, resume, .. } = self.told;
            self.told = Told { quota, resume, ..Told::default() };
            (self.hand, self.epoch, self.first_sent, self.latency) = (Vec::new(), grant.epoch, None, 0);
        }
        self.known_hold = if self.told.resume { 0 } else { time + grant.held.as_nanos() };
        self.is_unproven = !grant.proven;
        self.spacing = grant.spacing.as_nanos();
        (self.is_short, self.turn) = (grant.slots < wanted, grant.turn);
        (self.again, self.retry, self.alone) = (time + grant.again.as_nanos(), 0, 0);
        if grant.slots > 0 {
            self.granted.push((time, grant.slots.into()));
            let first = time + grant.first.as_nanos();
            self.hand.push((0..u128::from(grant.slots)).map(|slot| (first + slot * self.spacing, self.spacing)).collect());
            // Of more than two, the oldest are given up.
            let most = self.hand.len().saturating_sub(2);
            self.hand.drain(..most);
        }
        Some(self.known_hold.max(self.fresh_hold))
    }
}

impl Told {
    /// Takes off what an answer has come to.
    fn take_off(&mut self, told: Self) {
        self.served -= told.served;
        // It counts from the last that was served.
        self.failed = self.failed.saturating_sub(told.failed);
        self.refused -= told.refused;
        self.hint = self.hint.filter(|_| self.refused > 0);
        self.quota = self.quota.filter(|_| self.quota != told.quota);
        self.resume &= !told.resume;
    }
}

fn nanos(nanos: u128) -> Duration {
    Duration::from_nanos(nanos.try_into().expect("the time of a test is below 584 years"))
}
