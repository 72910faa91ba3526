//! What a poller has been through, kept independently of it.

use std::time::Duration;

use asyncpoll::{Reason, WaitKind};

use crate::{
    settings::Settings,
    span::{MOST, nanos},
};

/// What a poll found that left the operation unfinished, and the hint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfinished {
    pub(crate) kind: Kind,
    pub(crate) hint: Option<u128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Pending,
    Transient,
    Throttled,
}

/// The counts and times of one poller, in nanoseconds since its start.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) settings: Settings,
    pub(crate) polls: u32,
    pub(crate) errors: u32,
    pub(crate) consecutive_errors: u32,
    pub(crate) throttled: u32,
    pub(crate) finished: bool,
    latest_reading: Duration,
    elapsed: u128,
    due: u128,
    /// What decided the latest wait, once there is one.
    pub(crate) wait_kind: Option<WaitKind>,
    /// Whether every poll so far was due when it was made.
    obedient: bool,
}

impl Account {
    pub(crate) fn new(settings: &Settings, start: Duration) -> Self {
        Self {
            settings: *settings,
            polls: 0,
            errors: 0,
            consecutive_errors: 0,
            throttled: 0,
            finished: false,
            latest_reading: start,
            elapsed: 0,
            due: 0,
            wait_kind: None,
            obedient: true,
        }
    }

    /// Notes that the poller was shown `now`.
    pub(crate) fn advance(&mut self, now: Duration) {
        self.elapsed = self.elapsed(now);
        self.latest_reading = now;
    }

    /// Notes a poll at `now`, which left the operation unfinished unless `found` is `None`.
    pub(crate) fn poll(&mut self, found: Option<Unfinished>, now: Duration) {
        self.advance(now);
        if self.finished {
            return;
        }
        self.obedient &= self.elapsed >= self.due;
        self.polls += 1;
        match found.map(|found| found.kind) {
            None | Some(Kind::Pending) => self.consecutive_errors = 0,
            Some(Kind::Transient) => {
                self.errors += 1;
                self.consecutive_errors += 1;
            }
            Some(Kind::Throttled) => {
                self.errors += 1;
                self.throttled += 1;
            }
        }
    }

    /// Notes that an unscheduled look left `wait` of the wait.
    pub(crate) fn look(&mut self, wait: u128) {
        // What the server asked for is a wait of its own, unless the last has been decided.
        if wait > self.due.saturating_sub(self.elapsed) && self.wait_kind != Some(WaitKind::Last) {
            self.wait_kind = Some(WaitKind::Hint);
        }
        self.due = (self.elapsed + wait).min(MOST);
    }

    /// Returns why an unscheduled look is the end, if it is.
    pub(crate) fn end_of_look(&self, found: Unfinished, now: Duration) -> Option<Reason> {
        if self.finished {
            return Some(Reason::Finished);
        }
        self.passes_deadline(found, now).then_some(Reason::RetryAfterPastDeadline)
    }

    fn passes_deadline(&self, found: Unfinished, now: Duration) -> bool {
        self.remaining(now).is_some_and(|left| found.hint.is_some_and(|hint| hint > left))
    }

    /// Notes the wait after the poll just noted, or before the first, and what decided it.
    pub(crate) fn wait(&mut self, wait: u128, kind: Option<WaitKind>) {
        self.due = (self.elapsed + wait).min(MOST);
        self.wait_kind = kind;
    }

    /// Returns whether a wait before the first poll is too late, so that it is taken for a look.
    pub(crate) fn has_begun(&self) -> bool {
        self.finished || self.wait_kind.is_some() || self.polls > 0
    }

    /// Returns whether a wait that is not to be shortened may be longer than the time that is left.
    pub(crate) fn may_be_too_long(&self, found: Unfinished, now: Duration) -> bool {
        let Settings { head_start, max_backoff, no_last_poll, .. } = self.settings;
        let asked = found.hint.max(head_start.map(nanos)).unwrap_or(0);
        // Jitter lengthens a wait to twice as long at most.
        let longest = nanos(max_backoff).max(2 * asked.max(self.settings.least()));
        no_last_poll && self.remaining(now).is_some_and(|left| left < longest)
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    pub(crate) fn elapsed(&self, now: Duration) -> u128 {
        let passed = nanos(now.saturating_sub(self.latest_reading));
        if self.finished { self.elapsed } else { (self.elapsed + passed).min(MOST) }
    }

    pub(crate) fn remaining(&self, now: Duration) -> Option<u128> {
        self.settings.max_wait.map(|max_wait| max_wait.as_nanos().saturating_sub(self.elapsed(now)))
    }

    pub(crate) fn until_next_poll(&self, now: Duration) -> Option<u128> {
        (!self.finished).then(|| self.due.saturating_sub(self.elapsed(now)))
    }

    /// Returns the most polls there can be: what the time allows counts only if every poll was due.
    pub(crate) fn most_polls(&self) -> Option<u128> {
        if self.obedient { self.settings.most_polls() } else { self.settings.max_polls.map(u128::from) }
    }

    /// Returns why the poll just noted is the end, if it is: the rows of the table in the docs of `Poller`, in their order.
    pub(crate) fn end(&self, found: Unfinished, now: Duration) -> Option<Reason> {
        let Settings { max_polls, max_consecutive_errors, .. } = self.settings;
        let errors_reached = max_consecutive_errors.is_some_and(|most| self.consecutive_errors >= most);
        let polls_reached = max_polls.is_some_and(|most| self.polls >= most);
        let rows = [
            (self.finished, Reason::Finished),
            (found.kind == Kind::Transient && errors_reached, Reason::MaxConsecutiveErrors),
            (polls_reached, Reason::MaxPolls),
        ];
        rows.into_iter().find_map(|(applies, reason)| applies.then_some(reason)).or_else(|| self.end_of_time(found, now))
    }

    /// Returns why there is no time for another wait, if there is none.
    pub(crate) fn end_of_time(&self, found: Unfinished, now: Duration) -> Option<Reason> {
        if self.remaining(now) == Some(0) || self.wait_kind == Some(WaitKind::Last) {
            return Some(Reason::MaxWait);
        }
        self.passes_deadline(found, now).then_some(Reason::RetryAfterPastDeadline)
    }
}
