//! A naive pace that fleets share, with all times in lists.
//!
//! It shares no code with the crate's own and follows the docs of `SharedPace`, and of `Fleet` for the pace. Where those leave a
//! choice, of how many slots to grant to whom, it takes the crate's and says whether it may be that many.

use asyncpoll::fleet::{Ask, Grant};
use core::time::Duration;

use super::fleet_model::{Rules, SECOND};

/// What the crate's own tells apart; beyond it, times count as if they lay at the border.
const MOST: u128 = u64::MAX as u128;

/// The naive pace, with nanoseconds since its start.
pub(crate) struct SharedPaceModel {
    /// The latest reading of the store's clock.
    latest: u128,
    pub(crate) time: u128,
    pub(crate) epoch: u32,
    /// The epoch that began when a hold was last ended.
    resumed: u32,
    held_until: u128,
    /// When the next slot is free.
    next: u128,
    /// Until when requests remain, and the time between two of them.
    quota: (u128, u128),
    /// The time between two slots before the first refusal, and when that last shrank.
    first_spacing: u128,
    shrunk: u128,
    found: Found,
    pub(crate) slots: u128,
    /// How many polls were served before the first refusal.
    served: u128,
    pub(crate) refusals: u128,
    pub(crate) forgiven: u128,
}

/// What is known of the pace that a server bears.
#[derive(Default)]
struct Found {
    /// The time between two slots after the last cut, and now.
    cut: Option<u128>,
    pace: Option<u128>,
    is_proven: bool,
    /// Whether polls waited for the last slots that were wanted, and for how long the pace has kept those apart that were served.
    has_waited: bool,
    paced: u128,
    /// How many seconds of that double the pace.
    doubling: u128,
    /// How many slots refusals may still cost.
    saved: u128,
    /// When slots were given out before the first refusal, in the stretch that goes on, and in the one before and when that began.
    given: u128,
    before: Option<(u128, u128)>,
    since: Option<u128>,
    /// The mean times between two in earlier pairs of stretches.
    rates: Vec<u128>,
    /// How many polls have failed since one was served.
    failed: u128,
}

impl Found {
    fn save(&mut self, polls: u128, forgive: Option<u32>) {
        self.saved = (self.saved + polls).min(3 * forgive.map_or(0, u128::from)).min(u32::MAX.into());
    }

    /// The mean time between two slots that were given out in this stretch and the one before.
    fn rate(&self, time: u128) -> u128 {
        let since = self.since.unwrap_or(time);
        let (start, before) = self.before.unwrap_or((since, 0));
        (time - start).max(SECOND).checked_div(before + self.given).unwrap_or(SECOND)
    }

    fn give(&mut self, slots: u128, have_waited: bool, forgive: Option<u32>, time: u128) {
        let since = *self.since.get_or_insert(time);
        self.has_waited = have_waited;
        if self.pace.is_some() {
            if self.is_proven {
                self.save(slots, forgive);
            }
            return;
        }
        if time - since >= 3 * SECOND {
            self.rates.push(self.rate(time));
            (self.before, self.given, self.since) = (Some((since, self.given)), 0, Some(time));
        }
        self.given += slots;
    }

    fn serve(&mut self, polls: u128, latency: u128) {
        let (Some(pace), Some(cut)) = (self.pace, self.cut) else { return };
        if !self.is_proven {
            self.doubling = self.doubling.max((32 * latency / SECOND).min(600));
        }
        self.is_proven = true;
        if self.has_waited {
            self.paced = (self.paced + pace * polls).min(MOST);
            let (seconds, doubling) = (self.paced / SECOND, self.doubling);
            self.pace = Some((cut * doubling.pow(2) / (doubling.pow(2) + seconds.pow(2))).max(1));
        }
    }

    fn cut(&mut self, spacing: u128, tenths: u128, doubling: u128) {
        let left = (spacing * 10).min(MOST).div_ceil(tenths);
        (self.cut, self.pace, self.paced, self.doubling) = (Some(left), Some(left), 0, doubling);
        (self.is_proven, self.saved) = (false, 0);
    }
}

impl SharedPaceModel {
    pub(crate) fn new(now: Duration) -> Self {
        Self {
            latest: nanos(now),
            time: 0,
            epoch: 1,
            resumed: 0,
            held_until: 0,
            next: 0,
            quota: (0, 0),
            first_spacing: SECOND / 16,
            shrunk: 0,
            found: Found::default(),
            slots: 0,
            served: 0,
            refusals: 0,
            forgiven: 0,
        }
    }

    pub(crate) fn resume(&mut self, now: Duration) {
        self.pass(now);
        self.end_hold();
    }

    /// What is left of the hold, when the store's clock shows `now`.
    pub(crate) fn held_at(&self, now: Duration) -> u128 {
        self.held_until.saturating_sub(self.time + nanos(now).saturating_sub(self.latest))
    }

    fn held(&self) -> u128 {
        self.held_until.saturating_sub(self.time)
    }

    /// Takes an ask and what the crate's own has granted for it, and says why it should not have, if it should not.
    pub(crate) fn admit(&mut self, rules: &Rules, ask: &Ask, now: Duration, granted: &Grant) -> Result<(), String> {
        self.pass(now);
        self.refusals += u128::from(ask.refused);
        self.obey(rules, ask);
        if rules.find_pace {
            self.found.save(0, rules.forgive);
            if ask.epoch == self.epoch {
                self.learn(rules, ask);
            }
        } else {
            self.found = Found::default();
        }
        self.give(rules, ask, granted)
    }

    /// Passes on; what a clock that goes back shows adds nothing.
    fn pass(&mut self, now: Duration) {
        let now = nanos(now);
        self.time = (self.time + now.saturating_sub(self.latest)).min(MOST - 1);
        self.latest = now;
    }

    /// Takes holds and what remains of a quota.
    fn obey(&mut self, rules: &Rules, ask: &Ask) {
        let knows_of_resume = ask.resume || ask.epoch >= self.resumed;
        if ask.resume {
            self.end_hold();
        }
        let longest = rules.longest_hold.map_or(MOST, |longest| nanos(longest) * 6 / 5);
        if knows_of_resume {
            self.hold(nanos(ask.hold).min(longest));
        }
        match ask.quota.map(|(remaining, reset)| (u128::from(remaining), nanos(reset).min(longest))) {
            Some((0, reset)) => self.hold(reset),
            Some((remaining, reset)) => self.quota = ((self.time + reset).min(MOST - 1), reset / remaining),
            None => {}
        }
    }

    fn hold(&mut self, length: u128) {
        if length > 0 {
            self.held_until = self.held_until.max((self.time + length).min(MOST));
        }
    }

    fn end_hold(&mut self) {
        if self.held_until > self.time {
            self.held_until = self.time;
            self.begin_epoch();
            self.resumed = self.epoch;
        }
    }

    fn begin_epoch(&mut self) {
        self.epoch += 1;
        self.next = self.time;
    }

    /// Learns of polls that were sent in this epoch: of what was served first.
    fn learn(&mut self, rules: &Rules, ask: &Ask) {
        let (time, latency, served) = (self.time, nanos(ask.latency), u128::from(ask.served));
        if served > 0 {
            self.found.failed = 0;
            if self.found.pace.is_none() {
                self.served += served;
                if self.found.has_waited && time - self.shrunk >= latency.max(SECOND) {
                    (self.first_spacing, self.shrunk) = ((self.first_spacing * 8 / 9).max(1), time);
                }
            }
            self.found.serve(served, latency);
        }
        self.found.failed += u128::from(ask.failed);
        let hint = ask.hint.map_or(0, nanos);
        for _ in 0..ask.refused {
            if self.refuse(rules, hint) {
                return;
            }
        }
    }

    /// Takes a refusal, and says whether those that come with it say no more.
    fn refuse(&mut self, rules: &Rules, hint: u128) -> bool {
        let (time, doubling) = (self.time, (20 * hint / SECOND).clamp(66, 600));
        let found = &mut self.found;
        match found.pace {
            Some(_) if !found.is_proven => return true,
            Some(pace) => {
                let cost = rules.forgive.map(|forgive| u128::from(forgive) + hint / pace);
                if let Some(cost) = cost.filter(|cost| *cost <= found.saved) {
                    found.saved -= cost;
                    self.forgiven += 1;
                    return false;
                }
                found.cut(pace, if hint > SECOND { 7 } else { 8 }, doubling);
            }
            None => {
                let is_guess = self.slots < 32;
                let spacing = if is_guess {
                    let since = found.since.unwrap_or(time);
                    (time - since).max(SECOND).checked_div(self.served).unwrap_or(SECOND)
                } else {
                    found.rates.iter().copied().chain([found.rate(time)]).min().expect("there is one")
                };
                let doubling = if is_guess { 10 } else { doubling };
                found.cut(spacing.min(SECOND).max(self.first_spacing), 6, doubling);
                found.save(rules.forgive.map_or(0, u128::from), rules.forgive);
            }
        }
        self.begin_epoch();
        true
    }

    /// The time between two slots, zero if nothing keeps them apart.
    pub(crate) fn spacing(&self, rules: &Rules) -> u128 {
        let limit = rules.rate.map_or(0, |(polls, per)| nanos(per).div_ceil(polls.into()));
        let found = match self.found.pace {
            Some(pace) if self.found.is_proven => pace,
            Some(pace) => pace.max(SECOND),
            None if rules.find_pace => self.first_spacing,
            None => 0,
        };
        let down = if self.found.failed >= 16 { SECOND } else { 0 };
        let (reset, shared_out) = self.quota;
        limit.max(found).max(down).max(if self.time < reset { shared_out } else { 0 })
    }

    fn give(&mut self, rules: &Rules, ask: &Ask, granted: &Grant) -> Result<(), String> {
        let time = self.time;
        let spacing = self.spacing(rules).max(1);
        self.next = self.next.min(time + SECOND + spacing);
        let start = self.next.max(time).max(self.held_until);
        let wanted = u128::from(ask.wanted);
        let turn = (SECOND / 2 / spacing).max(1);
        let slots = u128::from(granted.slots);
        // As many as there are, if nobody has been granted the next slot yet.
        let most = wanted.min(turn).min((time + SECOND).saturating_sub(start).div_ceil(spacing));
        if slots > most || (start <= time && slots < most) {
            return Err(format!("{slots} slots are granted, where {most} may be"));
        }
        if slots > 0 {
            self.next = start + slots * spacing;
        }
        self.slots += slots;
        if wanted > 0 {
            let have_waited = u128::from(ask.due) > slots || (ask.due > 0 && start > time);
            self.found.give(slots, have_waited, rules.forgive, time);
        }
        let is_proven = self.found.pace.is_none() || self.found.is_proven;
        let again = if wanted == slots {
            Some(0)
        } else if self.held() > SECOND / 2 {
            Some((self.held() - SECOND / 2).min(10 * SECOND))
        } else {
            (!is_proven).then_some(SECOND)
        };
        let found = (granted.epoch, nanos(granted.first), nanos(granted.spacing), nanos(granted.held), granted.proven);
        let expected = (self.epoch, start - time, spacing, self.held(), is_proven);
        if found != expected {
            return Err(format!("granted is {found:?}, not {expected:?}"));
        }
        match again {
            Some(again) if (again, 0) != (nanos(granted.again), granted.turn) => {
                Err(format!("it is to ask again after {again} ns without a turn: {granted:?}"))
            }
            None if granted.turn == 0 => Err(format!("it has no turn: {granted:?}")),
            _ => Ok(()),
        }
    }
}

fn nanos(duration: Duration) -> u128 {
    duration.as_nanos().min(MOST)
}
