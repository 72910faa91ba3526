//! The promises, asserted after everything that is done to a poller.

use std::time::Duration;

use asyncpoll::{Decision, GaveUp, Outcome, Poller, Reason, WaitKind};

use crate::{
    account::{Account, Kind, Unfinished},
    operations::{Subject, wait_first},
    payload::{Payload, Payloads},
    settings::Settings,
    tape::Tape,
};

/// What a poller is asked to decide about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Poll,
    Look,
    /// A wait before the first poll.
    First,
}

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
    pub fn start(settings: &Settings, tape: &Tape, now: Duration) -> Self {
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
    fn decide(&mut self, outcome: Outcome<(), ()>, asked: Asked) -> Decision<(), ()> {
        let is_look = asked == Asked::Look;
        let number = |payload: &Payload| payload.number();
        let (draws, made, kept) = (self.tape.draws(), self.payloads.made(), self.kept.as_ref().map(number));

        let filled = self.payloads.fill(outcome);
        let decision = if is_look {
            self.poller.look(filled, self.now)
        } else {
            self.poller.step_keeping(filled, self.now, &mut self.kept)
        };

        self.assert_draws(&decision, asked, self.tape.draws() - draws);

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

    fn assert_draws<T, E>(&self, decision: &Decision<T, E>, asked: Asked, draws: usize) {
        let settings = &self.account.settings;
        let allowed = match decision {
            _ if asked == Asked::Look || !settings.draws() => 0..=0,
            Decision::Sleep(_) if self.poller.wait_kind() == Some(WaitKind::Last) => 2..=2,
            Decision::Sleep(_) => 1..=1,
            // What was drawn may be too long.
            Decision::GaveUp(gave_up) if settings.no_last_poll && gave_up.reason == Reason::MaxWait => 0..=1,
            _ => 0..=0,
        };
        assert!(allowed.contains(&draws), "Frugal: {draws} draws for a decision after {asked:?}: {self:#?}");
    }

    /// Holds a decision against what was found, and returns the wait, if it is one.
    fn assert_decision(&mut self, decision: Decision<(), ()>, outcome: Outcome<(), ()>, asked: Asked) -> Option<Duration> {
        let account = &self.account;
        let end = |found| match asked {
            Asked::Poll => account.end(found, self.now),
            Asked::Look => account.end_of_look(found, self.now),
            Asked::First => account.end_of_time(found, self.now),
        };
        let sleep = match (decision, unfinished(&account.settings, outcome)) {
            (Decision::Sleep(wait), Some((found, _))) => {
                let end = end(found);
                assert_eq!(end, None, "Sticky, Counts, One cut: Sleep({wait:?}), and the table has an end: {self:#?}");
                match asked {
                    Asked::Look => self.assert_rest(wait, found),
                    Asked::Poll | Asked::First => self.assert_sleep(wait, found),
                }
                Some(wait)
            }
            (Decision::GaveUp(gave_up), Some((found, hint))) => {
                let is_too_long = asked != Asked::Look && account.may_be_too_long(found, self.now);
                let end = end(found).or_else(|| is_too_long.then_some(Reason::MaxWait));
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
        let may_be_longer = found.hint.is_some() || account.wait_kind.is_none() && settings.head_start.is_some();
        assert!(may_be_longer || sleep <= settings.max_backoff, "Capped: Sleep({sleep:?}) is longer: {self:#?}");
        let may_end_there = is_last || settings.no_last_poll;
        assert!(left.is_none_or(|left| may_end_there || wait < left), "One cut: Sleep({sleep:?}) must be the last: {self:#?}");
        assert!(!is_last || left.is_some() && !settings.no_last_poll, "One cut: there is no last wait: {self:#?}");
        self.account.wait(wait, kind);
    }

    fn assert_gave_up<E>(&mut self, gave_up: &GaveUp<E>, reason: Option<Reason>, hint: Option<Duration>) {
        let account = &self.account;
        assert_eq!(Some(gave_up.reason), reason, "Sticky, One cut: the table has another answer: {self:#?}");
        assert_eq!(
            (gave_up.polls, gave_up.errors, gave_up.elapsed.as_nanos(), gave_up.retry_after),
            (account.polls, account.errors, account.elapsed(self.now), hint),
            "Counts: polls, errors, elapsed and hint at the end: {self:#?}"
        );
        let counted = (gave_up.consecutive_errors, gave_up.throttled);
        assert_eq!(counted, (account.consecutive_errors, account.throttled), "Counts: errors at the end, throttled: {self:#?}");
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
        let decision = self.decide(outcome, Asked::Poll);
        self.account.poll(unfinished(&self.account.settings, outcome).map(|(found, _)| found), self.now);
        let sleep = self.assert_decision(decision, outcome, Asked::Poll);
        let most = self.account.most_polls();
        assert!(most.is_none_or(|most| u128::from(self.account.polls) <= most), "Ends: too many polls: {self:#?}");
        sleep
    }

    fn look(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        let decision = self.decide(outcome, Asked::Look);
        self.account.advance(self.now);
        self.assert_decision(decision, outcome, Asked::Look)
    }

    fn wait_first(&mut self, hint: Option<Duration>) -> Option<Duration> {
        let asked = if self.account.has_begun() { Asked::Look } else { Asked::First };
        let draws = self.tape.draws();
        let decision = wait_first(&mut self.poller, hint, self.now);
        self.assert_draws(&decision, asked, self.tape.draws() - draws);
        self.account.advance(self.now);
        self.assert_decision(decision, Outcome::pending().retry_after(hint), asked)
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

fn unfinished(settings: &Settings, outcome: Outcome<(), ()>) -> Option<(Unfinished, Option<Duration>)> {
    let (kind, hint) = match outcome {
        Outcome::Pending { retry_after, .. } => (Kind::Pending, retry_after),
        Outcome::Transient { retry_after, .. } => (Kind::Transient, retry_after),
        Outcome::Throttled { retry_after, .. } => (Kind::Throttled, retry_after),
        Outcome::Done(()) | Outcome::Failed(()) => return None,
    };
    Some((Unfinished { kind, hint: hint.map(|hint| settings.believed(hint)) }, hint))
}

fn without_payloads<T, E>(decision: Decision<T, E>) -> Decision<(), ()> {
    match decision {
        Decision::Sleep(wait) => Decision::Sleep(wait),
        Decision::Done(_) => Decision::Done(()),
        Decision::Failed(_) => Decision::Failed(()),
        Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
    }
}
