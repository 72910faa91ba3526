//! A naive pace that fleets share, with all times in lists.
//!
//! It shares no code with the crate's own and follows the docs of `SharedPace`, and of `Fleet` for the pace.

use asyncpoll::fleet::{Ask, Grant};
use core::time::Duration;

use super::{limit_rules::Rules, upstream_model::SECOND};

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
    /// When the next slot is free, and until when turns are promised.
    next: u128,
    promised: u128,
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
            promised: 0,
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
        let knows_of_resume = ask.resume || !self.may_know_an_ended_hold(ask);
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

    /// Whether a hold was ended that a fleet may know of, and has not heard the end of. A newcomer knows of none.
    fn may_know_an_ended_hold(&self, ask: &Ask) -> bool {
        (1..self.resumed).contains(&ask.epoch)
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
        (self.next, self.promised) = (self.time, self.time);
    }

    /// Learns of polls that were sent in this epoch: of what was served first.
    fn learn(&mut self, rules: &Rules, ask: &Ask) {
        let (time, latency, served) = (self.time, nanos(ask.latency), u128::from(ask.served));
        if served > 0 {
            let has_heard = !ask.proven;
            if !self.is_down() || has_heard {
                self.found.failed = 0;
            }
            if self.found.pace.is_none() {
                self.served += served;
                if self.found.has_waited && time - self.shrunk >= latency.max(SECOND) {
                    (self.first_spacing, self.shrunk) = ((self.first_spacing * 10 / 11).max(1), time);
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
                    (time - since).max(SECOND).checked_div(self.served).unwrap_or(SECOND).min(SECOND)
                } else {
                    found.rates.iter().copied().chain([found.rate(time), SECOND]).min().expect("there is a second")
                };
                let doubling = if is_guess { 10 } else { doubling };
                found.cut(spacing.max(self.first_spacing), 6, doubling);
                found.save(rules.forgive.map_or(0, u128::from), rules.forgive);
            }
        }
        self.begin_epoch();
        true
    }

    /// The time between two slots, zero if nothing keeps them apart.
    pub(crate) fn spacing(&self, rules: &Rules) -> u128 {
        let limit = rules.rate.map_or(0, |(polls, per)| nanos(per).div_ceil(polls.into()));
        let down = if self.is_down() { SECOND } else { 0 };
        let (reset, shared_out) = self.quota;
        limit.max(self.found(rules)).max(down).max(if self.time < reset { shared_out } else { 0 })
    }

    /// The time between two slots by the pace alone.
    fn found(&self, rules: &Rules) -> u128 {
        match self.found.pace {
            Some(pace) if self.found.is_proven => pace,
            Some(pace) => pace.max(SECOND),
            None if self.is_unanswered(rules) && self.slots >= 16 => SECOND,
            None if rules.find_pace => self.first_spacing,
            None => 0,
        }
    }

    fn is_down(&self) -> bool {
        self.found.failed >= 16
    }

    /// Whether no poll has been served or refused.
    fn is_unanswered(&self, rules: &Rules) -> bool {
        rules.find_pace && self.found.pace.is_none() && self.served == 0
    }

    /// Gives out the next slots, or a turn, and says how the crate's own grant differs, if it does.
    fn give(&mut self, rules: &Rules, ask: &Ask, granted: &Grant) -> Result<(), String> {
        let time = self.time;
        let spacing = self.spacing(rules).max(1);
        self.next = self.next.min(time + SECOND + spacing);
        let start = self.next.max(time).max(self.held_until);
        let is_ahead = start > time;
        if !is_ahead {
            self.promised = time;
        }
        let behind_all = self.promised.max(start);
        let turn = Some(u128::from(ask.turn)).filter(|turn| (1..=behind_all).contains(turn));
        let is_turn = turn.unwrap_or(behind_all) <= time + SECOND / 2;
        let (wanted, most) = (u128::from(ask.wanted), (SECOND / 2 / spacing).max(1));
        // None lies after the reset by which they are shared out.
        let (reset, end) = (self.quota.0, (time + SECOND).min(MOST));
        let end = if start < reset { end.min(reset) } else { end };
        let ahead = end.saturating_sub(start).div_ceil(spacing);
        let slots = if is_turn { wanted.min(most).min(ahead) } else { 0 };
        if slots > 0 {
            self.next = (start + slots * spacing).min(MOST);
        }
        self.promised = self.promised.max(self.next.min(MOST));
        self.slots += slots;
        if wanted > 0 {
            let is_by_pace = spacing == self.found(rules).max(1);
            let have_waited = is_by_pace && (u128::from(ask.due) > slots || (ask.due > 0 && is_ahead));
            self.found.give(slots, have_waited, rules.forgive, time);
        }
        let is_proven = (self.found.pace.is_none() || self.found.is_proven) && !self.is_unanswered(rules);
        let left = (wanted - slots).min(most);
        let (turn, again) = if left == 0 {
            (0, 0)
        } else if self.held() > SECOND / 2 {
            (0, (self.held() - SECOND / 2).min(10 * SECOND))
        } else if !is_proven {
            (0, SECOND)
        } else {
            let turn = turn.filter(|_| !is_turn).unwrap_or_else(|| {
                let percent = if most == 1 { 100 } else { 95 };
                let behind = self.promised.max(time + 1);
                self.promised = (behind + (left * spacing).min(MOST) * percent / 100).min(MOST);
                behind
            });
            (turn, turn.saturating_sub(time + SECOND / 2))
        };
        let found = (u128::from(granted.slots), nanos(granted.first), nanos(granted.spacing), nanos(granted.held));
        let expected = (slots, start - time, spacing, self.held());
        if found != expected {
            return Err(format!("slots, first, spacing and hold are {found:?}, not {expected:?}"));
        }
        let found = (granted.epoch, granted.resumed, granted.proven, u128::from(granted.turn), nanos(granted.again));
        let expected = (self.epoch, self.may_know_an_ended_hold(ask), is_proven && !self.is_down(), turn, again);
        if found != expected {
            return Err(format!("epoch, end of a hold, proof, turn and next ask are {found:?}, not {expected:?}"));
        }
        Ok(())
    }
}

fn nanos(duration: Duration) -> u128 {
    duration.as_nanos().min(MOST)
}
