//! The promises, asserted after everything that is done to a poller.

use std::time::Duration;

use asyncpoll::{Decision, GaveUp, Outcome, Poller, Reason, WaitKind};

use crate::{
    account::{Account, Unfinished},
    operations::Subject,
    payload::{Payload, Payloads},
    settings::Settings,
    span::nanos,
    tape::Tape,
};

/// A poller whose every answer is held against the promises. Its methods panic if one is broken.
#[derive(Debug)]
pub struct Watched {
    poller: Poller<Duration, Tape>,
    tape: Tape,
    payloads: Payloads,
    kept: Option<Payload>,
    account: Account,
    now: Duration,
}

impl Watched {
    /// Starts a poller at `now`; the settings must build.
    pub fn start(settings: Settings, tape: &Tape, now: Duration) -> Self {
        let policy = settings.build().expect("the settings build");
        let tape = tape.rewound();
        let watched = Self {
            poller: Poller::new(policy, tape.clone(), now),
            tape,
            payloads: Payloads::default(),
            kept: None,
            account: Account::new(settings, now),
            now,
        };
        watched.assert_answers();
        watched
    }

    /// Returns how many polls there were.
    pub fn polls(&self) -> u32 {
        self.account.polls
    }

    /// Returns whether the poller has come to its end.
    pub fn is_finished(&self) -> bool {
        self.account.finished
    }

    /// Lets the poller decide after a poll or an unscheduled look, and holds the decision against the draws and where the
    /// payloads are.
    fn decide(&mut self, outcome: Outcome<(), ()>, is_look: bool) -> Decision<(), ()> {
        let number = |payload: &Payload| payload.number();
        let (draws, made, kept) = (self.tape.draws(), self.payloads.made(), self.kept.as_ref().map(number));

        let filled = self.payloads.fill(outcome);
        let decision = if is_look {
            self.poller.look(filled, self.now)
        } else {
            self.poller.step_keeping(filled, self.now, &mut self.kept)
        };

        let draws_now = self.tape.draws() - draws;
        let allowed = match decision {
            Decision::Sleep(_) if is_look || !self.account.settings.draws() => 0,
            Decision::Sleep(_) => 1 + usize::from(self.poller.wait_kind() == Some(WaitKind::Last)),
            _ => 0,
        };
        assert_eq!(draws_now, allowed, "Frugal: the draws for {decision:?}: {self:#?}");

        let fed = (self.payloads.made() > made).then(|| self.payloads.made());
        let (out, expected_out, expected_kept) = match &decision {
            Decision::Sleep(_) if is_look => (None, None, kept),
            Decision::Sleep(_) => (None, None, fed.or(kept)),
            Decision::Done(payload) | Decision::Failed(payload) => (Some(payload.number()), fed, kept),
            Decision::GaveUp(gave_up) if is_look => (gave_up.last_error.as_ref().map(number), fed, kept),
            Decision::GaveUp(gave_up) => (gave_up.last_error.as_ref().map(number), fed.or(kept), fed.and(kept)),
        };
        let kept = self.kept.as_ref().map(number);
        let alive = usize::from(out.is_some()) + usize::from(kept.is_some());
        assert_eq!(
            (out, kept, self.payloads.alive()),
            (expected_out, expected_kept, alive),
            "Conserving: a result or an error is elsewhere after {decision:?}: {self:#?}"
        );

        without_payloads(decision)
    }

    /// Holds a decision against what was found, with `end` saying whether that is the end, and returns the wait, if it is one.
    fn assert_decision(
        &mut self,
        decision: Decision<(), ()>,
        outcome: Outcome<(), ()>,
        end: fn(&Account, Unfinished, Duration) -> Option<Reason>,
        assert_sleep: fn(&mut Self, Duration, Unfinished),
    ) -> Option<Duration> {
        let sleep = match (decision, unfinished(outcome)) {
            (Decision::Sleep(wait), Some((found, _))) => {
                let end = end(&self.account, found, self.now);
                assert_eq!(end, None, "Sticky, Counts, One cut: Sleep({wait:?}), and the table has an end: {self:#?}");
                assert_sleep(self, wait, found);
                Some(wait)
            }
            (Decision::GaveUp(gave_up), Some((found, hint))) => {
                let end = end(&self.account, found, self.now);
                self.assert_gave_up(&gave_up, end, hint);
                None
            }
            (Decision::Done(()) | Decision::Failed(()), None) => {
                self.account.finish();
                None
            }
            _ => panic!("{decision:?} does not answer {outcome:?}: {self:#?}"),
        };
        self.assert_answers();
        sleep
    }

    /// Asserts that an unscheduled look leaves the rest of the wait, or the hint, if that is longer.
    fn assert_rest(&mut self, rest: Duration, found: Unfinished) {
        let expected = self.account.until_next_poll(self.now).max(found.hint);
        assert_eq!(Some(rest.as_nanos()), expected, "Polite, Counts: what a look leaves of the wait: {self:#?}");
        self.account.look(rest.as_nanos());
    }

    fn assert_sleep(&mut self, sleep: Duration, found: Unfinished) {
        let account = &self.account;
        let settings = &account.settings;
        let wait = sleep.as_nanos();
        assert!(wait > 0, "a Sleep of no length: {self:#?}");
        assert!(found.hint.is_none_or(|hint| wait >= hint), "Polite: Sleep({sleep:?}) ends before the hint: {self:#?}");
        let left = account.remaining(self.now);
        assert!(left.is_none_or(|left| wait <= left), "Deadline: Sleep({sleep:?}) ends after it: {self:#?}");

        let kind = self.poller.wait_kind();
        let is_head_start = kind == Some(WaitKind::HeadStart);
        let is_last = kind == Some(WaitKind::Last);
        let least = if is_head_start || is_last { 1 } else { settings.floor() };
        assert!(wait >= least, "Sleep({sleep:?}) is shorter than a wait can be: {self:#?}");
        let may_be_longer = found.hint.is_some() || account.polls == 1 && settings.head_start.is_some();
        assert!(may_be_longer || sleep <= settings.max_backoff, "Capped: Sleep({sleep:?}) is longer: {self:#?}");
        assert!(left.is_none_or(|left| is_last || wait < left), "One cut: Sleep({sleep:?}) must be the last: {self:#?}");
        assert!(left.is_some() || !is_last, "One cut: there is no deadline: {self:#?}");
        self.account.wait(wait, is_last);
    }

    fn assert_gave_up<E>(&mut self, gave_up: &GaveUp<E>, reason: Option<Reason>, hint: Option<Duration>) {
        let account = &self.account;
        assert_eq!(Some(gave_up.reason), reason, "Sticky, One cut: the table has another answer: {self:#?}");
        assert_eq!(
            (gave_up.polls, gave_up.errors, gave_up.elapsed.as_nanos(), gave_up.retry_after),
            (account.polls, account.errors, account.elapsed(self.now), hint),
            "Counts: polls, errors, elapsed and hint at the end: {self:#?}"
        );
        assert_eq!(gave_up.consecutive_errors, account.consecutive_errors, "Counts: errors at the end: {self:#?}");
        assert!(!gave_up.to_string().is_empty(), "an end that says nothing: {self:#?}");
        self.account.finish();
    }

    /// Asserts what the poller says of itself.
    fn assert_answers(&self) {
        let (poller, account, now) = (&self.poller, &self.account, self.now);
        let told = (
            poller.is_finished(),
            poller.polls(),
            poller.elapsed(now).as_nanos(),
            poller.remaining(now).as_ref().map(Duration::as_nanos),
            poller.until_next_poll(now).as_ref().map(Duration::as_nanos),
        );
        let kept =
            (account.finished, account.polls, account.elapsed(now), account.remaining(now), account.until_next_poll(now));
        assert_eq!(told, kept, "Counts: finished, polls, elapsed, remaining, until the next poll: {self:#?}");
    }
}

impl Subject for Watched {
    fn now(&self) -> Duration {
        self.now
    }

    fn set_clock(&mut self, now: Duration) {
        self.now = now;
        self.assert_answers();
    }

    fn step(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        let decision = self.decide(outcome, false);
        self.account.poll(unfinished(outcome).map(|(found, _)| found), self.now);
        let sleep = self.assert_decision(decision, outcome, Account::end, Self::assert_sleep);
        let most = self.account.most_polls();
        assert!(most.is_none_or(|most| u128::from(self.account.polls) <= most), "Ends: too many polls: {self:#?}");
        sleep
    }

    fn look(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        let decision = self.decide(outcome, true);
        self.account.advance(self.now);
        self.assert_decision(decision, outcome, Account::end_of_look, Self::assert_rest)
    }

    fn cancel(&mut self) {
        let draws = self.tape.draws();
        let gave_up = self.poller.cancel(self.now);
        assert_eq!(self.tape.draws(), draws, "Frugal: a draw without a Sleep: {self:#?}");
        self.account.advance(self.now);
        let reason = if self.account.finished { Reason::Finished } else { Reason::Cancelled };
        let hint = gave_up.retry_after;
        let left = self.account.until_next_poll(self.now);
        let is_left = hint.is_none_or(|hint| left.is_some_and(|left| hint.as_nanos() <= left));
        assert!(is_left, "Polite: more of a hint is left than of the wait: {self:#?}");
        self.assert_gave_up(&gave_up, Some(reason), hint);
        self.assert_answers();
    }

    fn reset_backoff(&mut self) {
        self.poller.reset_backoff();
        self.assert_answers();
    }

    fn set_backoff(&mut self, base: Duration) {
        self.poller.set_backoff(base);
        self.assert_answers();
    }
}

fn unfinished(outcome: Outcome<(), ()>) -> Option<(Unfinished, Option<Duration>)> {
    let (transient, hint) = match outcome {
        Outcome::Pending { retry_after, .. } => (false, retry_after),
        Outcome::Transient { retry_after, .. } => (true, retry_after),
        Outcome::Done(()) | Outcome::Failed(()) => return None,
    };
    Some((Unfinished { transient, hint: hint.map(nanos) }, hint))
}

fn without_payloads<T, E>(decision: Decision<T, E>) -> Decision<(), ()> {
    match decision {
        Decision::Sleep(wait) => Decision::Sleep(wait),
        Decision::Done(_) => Decision::Done(()),
        Decision::Failed(_) => Decision::Failed(()),
        Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
    }
}
