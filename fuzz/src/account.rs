//! What a poller has been through, kept independently of it.

use std::time::Duration;

use asyncpoll::{Jitter, Reason};

use crate::{
    settings::Settings,
    span::{MOST, nanos},
    windows::Window,
};

/// What a poll found that left the operation unfinished: whether it was an error, and the hint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unfinished {
    pub(crate) transient: bool,
    pub(crate) hint: Option<u128>,
}

/// Whether the last wait before the deadline has been decided, as far as that can be seen from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastWait {
    No,
    Perhaps,
    Yes,
}

/// The counts and times of one poller, in nanoseconds since its start.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) settings: Settings,
    pub(crate) polls: u32,
    pub(crate) errors: u32,
    pub(crate) consecutive_errors: u32,
    pub(crate) finished: bool,
    start: Duration,
    elapsed: u128,
    due: u128,
    /// The base of the ladder's next wait; with `Decorrelated` jitter, the most that the previous wait may have been.
    base: u128,
    last_wait: LastWait,
    /// Whether every poll so far was due when it was made.
    obedient: bool,
}

impl Account {
    pub(crate) fn new(settings: Settings, start: Duration) -> Self {
        Self {
            settings,
            polls: 0,
            errors: 0,
            consecutive_errors: 0,
            finished: false,
            start,
            elapsed: 0,
            due: 0,
            base: settings.initial_wait.as_nanos(),
            last_wait: LastWait::No,
            obedient: true,
        }
    }

    /// Notes that time has come to `now`.
    pub(crate) fn advance(&mut self, now: Duration) {
        self.elapsed = self.elapsed(now);
    }

    /// Notes a poll at `now`, which left the operation unfinished unless `found` is `None`.
    pub(crate) fn poll(&mut self, found: Option<Unfinished>, now: Duration) {
        if self.finished {
            return;
        }
        self.advance(now);
        self.obedient &= self.elapsed >= self.due;
        self.polls += 1;
        match found {
            None | Some(Unfinished { transient: false, .. }) => self.consecutive_errors = 0,
            Some(Unfinished { transient: true, .. }) => {
                self.errors += 1;
                self.consecutive_errors += 1;
            }
        }
    }

    /// Notes the wait after the poll just noted.
    pub(crate) fn wait(&mut self, wait: u128, found: Unfinished, last_wait: LastWait) {
        self.due = (self.elapsed + wait).min(MOST);
        self.last_wait = last_wait;
        let answers_hint = !found.transient && found.hint.is_some();
        if !answers_hint && !self.head_start_applies(found) {
            let longest = *self.settings.ladder_window(self.base).end();
            // The ladder goes on from what it drew, which the wait is not where a hint or the deadline had a say.
            let near_deadline = self
                .settings
                .max_wait
                .is_some_and(|max_wait| self.elapsed + longest + self.settings.least_spread() >= max_wait.as_nanos());
            self.base = match (self.settings.jitter, found.hint) {
                (Jitter::Decorrelated, None) if !near_deadline => wait,
                (Jitter::Decorrelated, _) => longest,
                _ => self.settings.next_base(self.base),
            };
        }
    }

    /// Notes whether the poll just noted was answered with `MaxWait`, which tells whether the wait before it was the last.
    pub(crate) fn settle_last_wait(&mut self, answered: bool) {
        if self.last_wait == LastWait::Perhaps {
            self.last_wait = if answered { LastWait::Yes } else { LastWait::No };
        }
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
    }

    pub(crate) fn reset_backoff(&mut self) {
        self.base = self.settings.initial_wait.as_nanos();
    }

    pub(crate) fn elapsed(&self, now: Duration) -> u128 {
        let since_start = nanos(now.saturating_sub(self.start));
        if self.finished { self.elapsed } else { self.elapsed.max(since_start) }
    }

    pub(crate) fn remaining(&self, now: Duration) -> Option<u128> {
        self.settings.max_wait.map(|max_wait| max_wait.as_nanos().saturating_sub(self.elapsed(now)))
    }

    pub(crate) fn until_next_poll(&self, now: Duration) -> Option<u128> {
        (!self.finished).then(|| self.due.saturating_sub(self.elapsed(now)))
    }

    /// Returns the most polls there can be: what the time allows counts only where every poll was due.
    pub(crate) fn most_polls(&self) -> Option<u128> {
        if self.obedient { self.settings.most_polls() } else { self.settings.max_polls.map(u128::from) }
    }

    /// Returns why the poll just noted is the end, if it is: the rows of the table in the docs of `Poller`, in their order.
    pub(crate) fn end(&self, found: Unfinished, now: Duration) -> Option<Reason> {
        let Settings { max_polls, max_consecutive_errors, .. } = self.settings;
        let left = self.remaining(now);
        let errors_reached = max_consecutive_errors.is_some_and(|most| self.consecutive_errors >= most);
        let polls_reached = max_polls.is_some_and(|most| self.polls >= most);
        let hint_passes = left.is_some_and(|left| found.hint.is_some_and(|hint| hint > left));
        let rows = [
            (self.finished, Reason::Finished),
            (found.transient && errors_reached, Reason::ConsecutiveErrors),
            (polls_reached, Reason::MaxPolls),
            (left == Some(0) || self.last_wait == LastWait::Yes, Reason::MaxWait),
            (hint_passes, Reason::RetryAfterPastDeadline),
        ];
        rows.into_iter().find_map(|(applies, reason)| applies.then_some(reason))
    }

    /// Returns whether the wait after the poll just noted is `head_start`, by itself or beside a hint.
    pub(crate) fn head_start_applies(&self, found: Unfinished) -> bool {
        self.polls == 1 && self.settings.head_start.is_some() && (found.transient || found.hint.is_none())
    }

    /// Returns the window of the wait after the poll just noted, unless it is the last.
    pub(crate) fn window(&self, found: Unfinished) -> Window {
        let own = match self.settings.head_start {
            Some(head_start) if self.head_start_applies(found) => self.settings.first_window(head_start.as_nanos()),
            _ => self.settings.ladder_window(self.base),
        };
        match found.hint.map(|hint| self.settings.hint_window(hint)) {
            None => own,
            Some(asked) if !found.transient => asked,
            Some(asked) => *own.start().max(asked.start())..=*own.end().max(asked.end()),
        }
    }
}
