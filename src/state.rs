//! The transitions: what a poller remembers, and what it decides, free of payloads, clocks and generators.

use rand_core::Rng;

use crate::{
    Policy, Reason,
    wait::{Cut, Window},
};

/// What a poller remembers between polls, in nanoseconds since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// The latest elapsed time seen; it never runs backwards, and stands still once finished.
    pub(crate) elapsed: u64,
    /// When the next poll is due.
    pub(crate) due: u64,
    /// The base of the ladder's next wait; for `Decorrelated` jitter, the ladder's previous wait.
    base: u64,
    pub(crate) polls: u32,
    pub(crate) errors: u32,
    pub(crate) consecutive_errors: u32,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Polling,
    /// The wait that was cut to the deadline has been decided; the poll after it is the last.
    LastWait,
    Finished,
}

/// What to do about it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Verdict {
    Sleep(u64),
    GiveUp(Reason),
}

impl State {
    pub(crate) const fn new(policy: &Policy) -> Self {
        Self {
            elapsed: 0,
            due: 0,
            base: policy.ladder.first(),
            polls: 0,
            errors: 0,
            consecutive_errors: 0,
            phase: Phase::Polling,
        }
    }

    /// Decides after a poll that left the operation unfinished, by the table in the docs of `Poller`, row for row.
    #[expect(clippy::inline_always, reason = "a fifth fewer instructions: called from one place, it needs no call")]
    #[inline(always)]
    pub(crate) fn step<R: Rng + ?Sized>(
        &mut self,
        policy: &Policy,
        rng: &mut R,
        transient: bool,
        hint: Option<u64>,
        elapsed: u64,
    ) -> Verdict {
        if self.is_finished() {
            return Verdict::GiveUp(Reason::Finished);
        }
        self.count(elapsed);
        if transient {
            self.errors = self.errors.saturating_add(1);
            self.consecutive_errors = self.consecutive_errors.saturating_add(1);
            if policy.max_consecutive_errors.is_some_and(|max| self.consecutive_errors >= max.get()) {
                return self.give_up(Reason::ConsecutiveErrors);
            }
        } else {
            self.consecutive_errors = 0;
        }
        if policy.max_polls.is_some_and(|max| self.polls >= max.get()) {
            return self.give_up(Reason::MaxPolls);
        }
        if let Some(deadline) = policy.deadline {
            let left = deadline.left(self.elapsed);
            if left == 0 || self.phase == Phase::LastWait {
                return self.give_up(Reason::MaxWait);
            }
            if hint.is_some_and(|hint| hint > left) {
                return self.give_up(Reason::RetryAfterPastDeadline);
            }
        }

        let ladder = &policy.ladder;
        let draw = ladder.jitter.draw(rng);
        let window = self.window(policy, transient, hint, draw);
        match policy.deadline {
            Some(deadline) if deadline.is_near(self.elapsed, window) => {
                match deadline.cut(ladder, deadline.left(self.elapsed), window, hint, |window| window.at(draw)) {
                    Cut::Not(wait) => self.sleep(wait),
                    Cut::Last(window) => {
                        self.phase = Phase::LastWait;
                        // That the wait is too long says much about the upper half of the draw, and nothing about the lower.
                        self.sleep(window.at(draw.rotate_left(32)))
                    }
                }
            }
            _ => self.sleep(window.at(draw)),
        }
    }

    /// Ends with the operation's own end, which counts as a poll while polling.
    #[inline]
    pub(crate) fn conclude(&mut self, elapsed: u64) {
        if !self.is_finished() {
            self.count(elapsed);
            self.consecutive_errors = 0;
            self.phase = Phase::Finished;
        }
    }

    pub(crate) fn cancel(&mut self, elapsed: u64) -> Reason {
        if self.is_finished() {
            return Reason::Finished;
        }
        self.elapsed = self.elapsed.max(elapsed);
        self.phase = Phase::Finished;
        Reason::Cancelled
    }

    pub(crate) const fn reset_backoff(&mut self, policy: &Policy) {
        self.base = policy.ladder.first();
    }

    #[inline]
    pub(crate) const fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Finished)
    }

    /// Returns the window of the next wait as hint and ladder have it, the deadline apart. The ladder climbs where it was
    /// asked.
    #[expect(clippy::inline_always, reason = "a fifth fewer instructions: called from one place, it needs no call")]
    #[inline(always)]
    fn window(&mut self, policy: &Policy, transient: bool, hint: Option<u64>, draw: u64) -> Window {
        let asked = hint.map(|hint| policy.ladder.hint_window(hint));
        if let (Some(asked), false) = (asked, transient) {
            return asked;
        }
        // The first outcome is the only one that the first wait can follow.
        let first_wait = if self.polls == 1 { policy.first_wait } else { None };
        let own = if let Some(first_wait) = first_wait {
            policy.ladder.first_window(first_wait)
        } else {
            let window = policy.ladder.window(self.base);
            self.base = policy.ladder.after(self.base, window.at(draw));
            window
        };
        asked.map_or(own, |asked| own.later(asked))
    }

    #[inline]
    fn count(&mut self, elapsed: u64) {
        self.polls = self.polls.saturating_add(1);
        self.elapsed = self.elapsed.max(elapsed);
    }

    #[inline]
    const fn sleep(&mut self, wait: u64) -> Verdict {
        self.due = self.elapsed.saturating_add(wait);
        Verdict::Sleep(wait)
    }

    #[inline]
    const fn give_up(&mut self, reason: Reason) -> Verdict {
        self.phase = Phase::Finished;
        Verdict::GiveUp(reason)
    }
}

const _: () = assert!(size_of::<State>() <= 40, "a million pollers are a million of these");
