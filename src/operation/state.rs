//! The transitions: what a poller remembers, and what it decides, free of payloads, clocks and generators.

use core::{cmp::Ordering, num::NonZeroU64};

use rand_core::Rng;

use super::Reason;
use crate::{
    policy::Policy,
    wait::{Deadline, Fit, Ladder, Rung, WaitKind, Window},
};

/// What a poller remembers between polls, in nanoseconds since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The time that has passed; it stands still once finished.
    pub(crate) elapsed: u64,
    /// When the next poll is due.
    pub(crate) due: u64,
    /// The base of the ladder's next wait; for `Decorrelated` jitter, the ladder's previous wait.
    pub(crate) base: u64,
    /// Where that base is from: the number of its [`Rung`].
    pub(crate) rung: u8,
    /// Until when the server asked us to wait; whenever it did not ask, that time is over.
    pub(crate) hinted_until: u64,
    pub(crate) polls: u32,
    pub(crate) errors: u32,
    pub(crate) consecutive_errors: u32,
    pub(crate) throttled: u32,
    pub(crate) stage: Stage,
    /// A driver has sent a poll, and nothing has been fed since.
    pub(crate) is_in_flight: bool,
    /// The latest poll found an error.
    pub(crate) found_error: bool,
    /// What decided the wait until `due`, once there is one.
    pub(crate) wait_kind: Option<WaitKind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Polling,
    /// The wait that was shortened to the deadline has been decided; the poll after it is the last.
    LastWait,
    Finished,
}

/// What a poll found of an operation that it left unfinished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfinished {
    Pending,
    Transient,
    Throttled,
}

/// What to do about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    Sleep(u64),
    GiveUp(Reason),
}

impl State {
    #[inline]
    pub(crate) const fn new(policy: &Policy) -> Self {
        let Rung { base, number: rung } = policy.ladder.bottom();
        Self {
            elapsed: 0,
            due: 0,
            base,
            rung,
            hinted_until: 0,
            polls: 0,
            errors: 0,
            consecutive_errors: 0,
            throttled: 0,
            stage: Stage::Polling,
            is_in_flight: false,
            found_error: false,
            wait_kind: None,
        }
    }

    /// Decides after a poll that left the operation unfinished, by the table in the docs of `Poller`, row for row.
    #[expect(clippy::inline_always, reason = "a fifth fewer instructions: a decision is one function, without a call in it")]
    #[inline(always)]
    pub(crate) fn step<R: Rng + ?Sized>(
        &mut self,
        policy: &Policy,
        rng: &mut R,
        found: Unfinished,
        hint: Option<u64>,
        passed: u64,
    ) -> Verdict {
        if self.is_finished() {
            return Verdict::GiveUp(Reason::Finished);
        }
        self.count(passed);
        self.found_error = found != Unfinished::Pending;
        if self.found_error {
            self.errors = self.errors.saturating_add(1);
        }
        match found {
            Unfinished::Pending => self.consecutive_errors = 0,
            Unfinished::Transient => {
                self.consecutive_errors = self.consecutive_errors.saturating_add(1);
                if policy.max_consecutive_errors.is_some_and(|max| self.consecutive_errors >= max.get()) {
                    return self.give_up(Reason::MaxConsecutiveErrors);
                }
            }
            Unfinished::Throttled => self.throttled = self.throttled.saturating_add(1),
        }
        if policy.max_polls.is_some_and(|max| self.polls >= max.get()) {
            return self.give_up(Reason::MaxPolls);
        }
        self.wait(policy, rng, self.found_error, hint)
    }

    /// Decides on the wait before the first poll. Once there is one, or a poll, it is the wait that goes on.
    pub(crate) fn wait_first<R: Rng + ?Sized>(
        &mut self,
        policy: &Policy,
        rng: &mut R,
        hint: Option<u64>,
        passed: u64,
    ) -> Verdict {
        if self.wait_kind.is_some() || self.is_finished() {
            return self.look(policy, hint, passed);
        }
        self.pass(passed);
        self.wait(policy, rng, false, hint)
    }

    /// Decides on the next wait, if the deadline leaves time for one.
    #[expect(clippy::inline_always, reason = "a fifth fewer instructions: a step needs no call")]
    #[inline(always)]
    fn wait<R: Rng + ?Sized>(&mut self, policy: &Policy, rng: &mut R, failed: bool, hint: Option<u64>) -> Verdict {
        if let Some(deadline) = policy.deadline {
            let left = deadline.left(self.elapsed);
            if left == 0 || self.stage == Stage::LastWait {
                return self.give_up(Reason::MaxWait);
            }
            if hint.is_some_and(|hint| hint > left) {
                return self.give_up(Reason::RetryAfterPastDeadline);
            }
        }

        self.hinted_until = hint.map_or(0, |hint| self.elapsed.saturating_add(hint));
        let draw = policy.ladder.draw(rng);
        let (window, kind) = self.window(policy, failed, hint, draw);
        match policy.deadline {
            Some(deadline) if deadline.is_near(self.elapsed, window) => {
                self.wait_near(policy, deadline, rng, window, kind, draw)
            }
            _ => self.sleep(window.at(draw), kind),
        }
    }

    /// Decides on the next wait if its window is near the deadline. The wait is no shorter than the hint, or the head start.
    #[cold]
    #[inline(never)]
    fn wait_near<R: Rng + ?Sized>(
        &mut self,
        policy: &Policy,
        deadline: Deadline,
        rng: &mut R,
        window: Window,
        kind: WaitKind,
        draw: u64,
    ) -> Verdict {
        let left = deadline.left(self.elapsed);
        // On a pending outcome, a hint takes the place of the head start.
        let head_start = self.head_start(policy).filter(|_| kind == WaitKind::HeadStart || self.found_error);
        let asked = self.hint_left().max(head_start.map(|head_start| head_start.min(left)));
        match policy.fit(deadline, left, window, asked, |window| window.at(draw)) {
            Fit::Whole(wait) => self.sleep(wait, kind),
            Fit::Last(window) => {
                self.stage = Stage::LastWait;
                self.sleep(window.at(policy.ladder.draw(rng)), WaitKind::Last)
            }
            Fit::TooLong => self.give_up(Reason::MaxWait),
        }
    }

    /// Decides after an unscheduled look that left the operation unfinished: the wait goes on, for as long as the server asks
    /// if it asks for more.
    pub(crate) fn look(&mut self, policy: &Policy, hint: Option<u64>, passed: u64) -> Verdict {
        if self.is_finished() {
            return Verdict::GiveUp(Reason::Finished);
        }
        self.pass(passed);
        let left = self.due.saturating_sub(self.elapsed);
        let Some(hint) = hint else {
            return Verdict::Sleep(left);
        };
        if policy.deadline.is_some_and(|deadline| hint > deadline.left(self.elapsed)) {
            return self.give_up(Reason::RetryAfterPastDeadline);
        }
        self.hinted_until = self.hinted_until.max(self.elapsed.saturating_add(hint));
        match self.wait_kind {
            _ if hint <= left => Verdict::Sleep(left),
            Some(WaitKind::Last) => self.sleep(hint, WaitKind::Last),
            _ => self.sleep(hint, WaitKind::Hint),
        }
    }

    /// Ends with the operation's own end, which counts as a poll while polling.
    #[inline]
    pub(crate) fn conclude(&mut self, passed: u64) {
        if !self.is_finished() {
            self.count(passed);
            self.consecutive_errors = 0;
            self.found_error = false;
            self.stage = Stage::Finished;
        }
    }

    /// Ends with the operation's own end, found by an unscheduled look.
    pub(crate) fn conclude_look(&mut self, passed: u64) {
        self.pass(passed);
        self.stage = Stage::Finished;
    }

    /// Ends because the caller wants to.
    pub(crate) fn cancel(&mut self, passed: u64) -> Reason {
        if self.is_finished() {
            return Reason::Finished;
        }
        self.pass(passed);
        self.stage = Stage::Finished;
        Reason::Cancelled
    }

    /// Ends because the deadline has come before the next poll could be made.
    #[cfg(feature = "alloc")]
    pub(crate) const fn expire(&mut self) {
        self.stage = Stage::Finished;
    }

    pub(crate) const fn reset_backoff(&mut self, policy: &Policy) {
        let Rung { base, number } = policy.ladder.bottom();
        (self.base, self.rung) = (base, number);
    }

    /// Sets the base of the ladder's next wait.
    pub(crate) fn set_backoff(&mut self, policy: &Policy, base: u64) {
        (self.base, self.rung) = (policy.ladder.bounded(base), Rung::ABOVE_TABLE);
    }

    /// Goes on under `policy`, which may be another than the one it ran under, with the `max_wait` of `ran_under`. Since the start
    /// `elapsed` has passed, unless the state knows of more. When the next poll is due stays.
    pub(crate) fn adopt(&mut self, policy: &Policy, ran_under: Option<NonZeroU64>, elapsed: u64) {
        self.pass(elapsed.saturating_sub(self.elapsed));
        // The rung in a table is kept. What was above the table keeps its base.
        (self.base, self.rung) = match self.rung {
            Rung::ABOVE_TABLE => (policy.ladder.bounded(self.base), Rung::ABOVE_TABLE),
            number => {
                let Rung { base, number } = policy.ladder.rung(number);
                (base, number)
            }
        };
        if self.is_finished() {
            return;
        }
        let leaves_time = policy.deadline.is_none_or(|deadline| deadline.leaves_time(self.due));
        // None at all is the longest.
        let length = |max_wait: Option<NonZeroU64>| (max_wait.is_none(), max_wait);
        let max_wait = policy.deadline.map(|deadline| deadline.max_wait);
        match (self.stage, length(max_wait).cmp(&length(ran_under))) {
            (Stage::LastWait, Ordering::Greater) if leaves_time => {
                self.stage = Stage::Polling;
                self.wait_kind = Some(WaitKind::Ladder);
            }
            (Stage::Polling, Ordering::Less) if !leaves_time => {
                self.stage = Stage::LastWait;
                self.wait_kind = Some(WaitKind::Last);
            }
            _ => {}
        }
    }

    /// Notes that time has passed.
    #[inline]
    fn pass(&mut self, passed: u64) {
        self.elapsed = self.elapsed_after(passed);
    }

    /// Returns what `elapsed` will be after `passed` more.
    #[inline]
    pub(crate) const fn elapsed_after(&self, passed: u64) -> u64 {
        if self.is_finished() { self.elapsed } else { self.elapsed.saturating_add(passed) }
    }

    /// Returns what is left of the time that the server asked us to wait, if anything is.
    pub(crate) fn hint_left(&self) -> Option<u64> {
        self.hinted_until.checked_sub(self.elapsed).filter(|left| *left > 0)
    }

    #[inline]
    pub(crate) const fn is_finished(&self) -> bool {
        matches!(self.stage, Stage::Finished)
    }

    /// Returns the window of the next wait as hint, head start and ladder have it, the deadline apart, and which of them
    /// decides: if the poll failed, the one that starts later. The ladder climbs if it is asked.
    #[expect(clippy::inline_always, reason = "a fifth fewer instructions: called from one place, it needs no call")]
    #[inline(always)]
    fn window(&mut self, policy: &Policy, failed: bool, hint: Option<u64>, draw: u64) -> (Window, WaitKind) {
        let ladder = &policy.ladder;
        let asked = hint.map(|hint| ladder.hint_window(hint));
        if let (Some(asked), false) = (asked, failed) {
            return (asked, WaitKind::Hint);
        }
        let (own, kind) = if let Some(head_start) = self.head_start(policy) {
            (ladder.head_start_window(head_start), WaitKind::HeadStart)
        } else {
            let window = ladder.window(self.base);
            if self.rung < ladder.waits.count() {
                self.climb(ladder);
            } else {
                self.base = ladder.after(self.base, || window.at(draw));
                self.rung = Rung::ABOVE_TABLE;
            }
            (window, WaitKind::Ladder)
        };
        match asked {
            None => (own, kind),
            Some(asked) if asked.earliest > own.earliest => (own.later(asked), WaitKind::Hint),
            Some(asked) => (own.later(asked), kind),
        }
    }

    /// Climbs from a wait of the table to what follows it.
    #[cold]
    #[inline(never)]
    fn climb(&mut self, ladder: &Ladder) {
        let Rung { base, number } = ladder.rung(self.rung.saturating_add(1));
        (self.base, self.rung) = (base, number);
    }

    /// Returns the head start if no wait has been decided yet: it is that of the first alone. If that outcome is pending with a
    /// hint, the hint takes its place.
    #[inline]
    fn head_start(&self, policy: &Policy) -> Option<u64> {
        if self.wait_kind.is_none() { policy.head_start.map(NonZeroU64::get) } else { None }
    }

    #[inline]
    fn count(&mut self, passed: u64) {
        self.is_in_flight = false;
        self.polls = self.polls.saturating_add(1);
        self.elapsed = self.elapsed.saturating_add(passed);
    }

    #[inline]
    const fn sleep(&mut self, wait: u64, kind: WaitKind) -> Verdict {
        self.due = self.elapsed.saturating_add(wait);
        self.wait_kind = Some(kind);
        Verdict::Sleep(wait)
    }

    #[inline]
    const fn give_up(&mut self, reason: Reason) -> Verdict {
        self.stage = Stage::Finished;
        Verdict::GiveUp(reason)
    }
}

const _: () = assert!(size_of::<State>() <= 56, "a million pollers are a million of these");
