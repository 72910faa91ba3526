//! An upstream of the naive fleet: what is known of it, counted out of lists.

use std::{collections::BTreeMap, mem};

use super::{limit_rules::Rules, slots_model::Slots};

pub(crate) const SECOND: u128 = 1_000_000_000;

/// What is known of an upstream.
pub(crate) struct Upstream {
    pub(crate) rules: Rules,
    pub(crate) bound: Option<usize>,
    /// How far the bound may grow, and since when.
    pub(crate) growth: (usize, u128),
    /// When polls went out.
    pub(crate) sent: Vec<u128>,
    /// The requests of which polls have not come back, by the number of those before.
    pub(crate) requests: BTreeMap<usize, Request>,
    /// Since when as many are in flight as may be, if they are, and until when they were last.
    pub(crate) full_since: Option<u128>,
    pub(crate) full_until: u128,
    pub(crate) hold: Hold,
    /// Until when those that were held are spread, and how far apart.
    pub(crate) herd: (u128, u128),
    pub(crate) refusals: u64,
    pub(crate) forgiven: u64,
    pub(crate) cuts: u64,
    /// Until when requests remain, and the time between two of them.
    pub(crate) quota: (u128, u128),
    /// When polls were served, in the stretch that goes on, and in the one before and when that began.
    pub(crate) served: Vec<u128>,
    pub(crate) before: Option<(u128, Vec<u128>)>,
    /// The mean times between two that were served, in earlier pairs of stretches.
    pub(crate) rates: Vec<u128>,
    /// When the stretch began that goes on.
    pub(crate) since: Option<u128>,
    /// The time between two polls after the last cut, and now.
    pub(crate) cut: Option<u128>,
    pub(crate) pace: Option<u128>,
    /// Whether the last poll that went out has waited for it, and how long those did that were served since the last cut.
    pub(crate) has_waited: bool,
    pub(crate) paced: u128,
    /// How many seconds of that double the pace.
    pub(crate) doubling: u128,
    pub(crate) old: usize,
    /// Whether one that went out after the last cut was served.
    pub(crate) is_proven: bool,
    /// How many polls had gone out when the latency was last to be measured anew: by the next.
    pub(crate) asked_from: usize,
    /// How many polls refusals may still cost.
    pub(crate) saved: u128,
    /// How many polls have failed since one was served.
    pub(crate) failed: usize,
    /// The slots, if the pace is shared, and how often some had been asked for when it was last.
    pub(super) slots: Option<Slots>,
    pub(crate) asks: u32,
}

/// A request that went out, with one poll or more.
pub(crate) struct Request {
    pub(crate) polls: usize,
    pub(crate) is_answered: bool,
    pub(crate) is_refused: bool,
}

/// What keeps all polls of an upstream back.
pub(crate) struct Hold {
    pub(crate) until: u128,
    /// What was drawn when it began.
    pub(crate) drawn: u64,
    pub(crate) is_paused: bool,
}

impl Upstream {
    pub(crate) fn new(rules: Rules, time: u128) -> Self {
        let bound = rules.in_flight;
        Self {
            rules,
            bound,
            growth: (bound.unwrap_or(0), time),
            sent: Vec::new(),
            requests: BTreeMap::new(),
            full_since: None,
            full_until: 0,
            hold: Hold { until: 0, drawn: 0, is_paused: false },
            herd: (0, 0),
            refusals: 0,
            forgiven: 0,
            cuts: 0,
            quota: (0, 0),
            served: Vec::new(),
            before: None,
            rates: Vec::new(),
            since: None,
            cut: None,
            pace: None,
            has_waited: false,
            paced: 0,
            doubling: 0,
            old: 0,
            is_proven: false,
            asked_from: 0,
            saved: 0,
            failed: 0,
            slots: rules.shared.then(|| Slots::new(0)),
            asks: 0,
        }
    }

    /// The mean time between two that were served in this stretch and the one before.
    pub(crate) fn rate(&self, time: u128) -> u128 {
        let (start, before) =
            self.before.as_ref().map_or_else(|| (self.since.unwrap_or(time), 0), |(since, before)| (*since, before.len()));
        (time - start).max(SECOND).checked_div((before + self.served.len()) as u128).unwrap_or(SECOND)
    }

    /// Takes note that a poll of a request comes back, and says whether the request does, and whether a refusal is its first.
    pub(crate) fn come_back(&mut self, request: usize, is_answer: bool, is_refusal: bool) -> (bool, bool) {
        let this = self.requests.get_mut(&request).expect("a poll in flight has a request");
        this.polls -= 1;
        let comes_back = !this.is_answered && (is_answer || this.polls == 0);
        let counts = !this.is_refused;
        this.is_answered |= is_answer;
        this.is_refused |= is_refusal;
        if this.polls == 0 {
            self.requests.remove(&request);
        }
        (comes_back, counts)
    }

    pub(crate) fn cut(&mut self, spacing: u128, tenths: u128, doubling: u128, in_flight: usize) {
        let left = (spacing * 10).div_ceil(tenths);
        (self.cut, self.pace, self.paced, self.doubling) = (Some(left), Some(left), 0, doubling);
        (self.is_proven, self.old, self.asked_from, self.saved) = (false, in_flight, self.sent.len(), 0);
        self.cuts += 1;
    }

    pub(crate) fn save(&mut self, polls: u128) {
        self.saved = (self.saved + polls).min(3 * self.rules.forgive.map_or(0, u128::from));
    }

    /// Notes that a poll came back without being served: if it went out since the last cut, the latency is that of the next.
    pub(crate) fn unserved(&mut self, was_old: bool) {
        if !was_old {
            self.asked_from = self.sent.len();
        }
    }

    /// Takes note of a poll that was served.
    pub(crate) fn serve(&mut self, was_old: bool, time: u128) {
        let since = *self.since.get_or_insert(time);
        if time - since >= 3 * SECOND {
            self.rates.push(self.rate(time));
            self.before = Some((since, mem::take(&mut self.served)));
            self.since = Some(time);
        }
        self.served.push(time);
        if !was_old {
            if let Some(asked) = self.sent.get(self.asked_from).filter(|_| !self.is_proven) {
                self.doubling = self.doubling.max((32 * (time - asked) / SECOND).min(600));
            }
            self.is_proven = true;
            self.save(1);
        }
        if let (Some(pace), Some(cut), true) = (self.pace, self.cut, self.has_waited && !was_old) {
            self.paced += pace;
            let (seconds, doubling) = (self.paced / SECOND, self.doubling);
            let left = cut * doubling.pow(2) / (doubling.pow(2) + seconds.pow(2));
            self.pace = Some(left.max(1));
        }
    }

    /// Returns when the next slot is, if there is one.
    pub(crate) fn slot(&self) -> Option<u128> {
        self.slots.as_ref()?.opens(self.sent.last().copied())
    }

    pub(crate) fn is_down(&self) -> bool {
        self.rules.find_pace && self.failed >= 16
    }

    /// The time between two polls by limits, pace, and a quota that is not reset before `time`.
    pub(crate) fn spacing(&self, time: u128) -> u128 {
        let limit = self.rules.rate.map_or(0, |(polls, per)| per.as_nanos().div_ceil(polls.into()));
        let (reset, shared_out) = self.quota;
        limit.max(self.pace.unwrap_or(0)).max(if time < reset { shared_out } else { 0 })
    }
}
