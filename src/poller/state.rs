//! The transitions: what a poller remembers, and what it decides, free of payloads, clocks and generators.

use rand_core::Rng;

use crate::{Jitter, Policy, Reason, deadline::Wait, jitter::Window};

/// What a poller remembers between polls, in nanoseconds since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The latest elapsed time seen; it never runs backwards, and stands still once finished.
    pub(super) elapsed: u64,
    /// When the next poll is due.
    pub(super) due: u64,
    /// The base of the ladder's next wait; for `Decorrelated` jitter, the ladder's previous wait.
    base: u64,
    pub(super) polls: u32,
    pub(super) errors: u32,
    pub(super) consecutive_errors: u32,
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
pub(super) enum Verdict {
    Sleep(u64),
    GiveUp(Reason),
}

impl State {
    pub(super) const fn new(policy: &Policy) -> Self {
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
    pub(super) fn step<R: Rng + ?Sized>(
        &mut self,
        policy: &Policy,
        rng: &mut R,
        transient: bool,
        retry_after: Option<u64>,
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
        let hint = retry_after.unwrap_or(0);
        if let Some(deadline) = policy.deadline {
            let left = deadline.left(self.elapsed);
            if left == 0 || self.phase == Phase::LastWait {
                return self.give_up(Reason::MaxWait);
            }
            if hint > left {
                return self.give_up(Reason::RetryAfterPastDeadline);
            }
        }

        let draw = policy.jitter.draw(rng);
        let window = self.window(policy, transient, retry_after, draw);
        match policy.deadline {
            Some(deadline) if self.elapsed.saturating_add(window.latest) >= deadline.last_from => {
                match deadline.wait(policy.jitter, deadline.left(self.elapsed), hint, window, draw) {
                    Wait::Plain(wait) => self.sleep(wait),
                    Wait::Last(wait) => {
                        self.phase = Phase::LastWait;
                        self.sleep(wait)
                    }
                }
            }
            _ => self.sleep(window.at(draw)),
        }
    }

    /// Ends with the operation's own end, which counts as a poll while polling.
    #[inline]
    pub(super) fn conclude(&mut self, elapsed: u64) {
        if !self.is_finished() {
            self.count(elapsed);
            self.consecutive_errors = 0;
            self.phase = Phase::Finished;
        }
    }

    pub(super) fn cancel(&mut self, elapsed: u64) -> Reason {
        if self.is_finished() {
            return Reason::Finished;
        }
        self.elapsed = self.elapsed.max(elapsed);
        self.phase = Phase::Finished;
        Reason::Cancelled
    }

    pub(super) const fn reset_backoff(&mut self, policy: &Policy) {
        self.base = policy.ladder.first();
    }

    #[inline]
    pub(super) const fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Finished)
    }

    /// Returns the window of the next wait as hint and ladder have it, the deadline apart. The ladder climbs where it was
    /// asked.
    #[expect(clippy::inline_always, reason = "a fifth fewer instructions: called from one place, it needs no call")]
    #[inline(always)]
    fn window(&mut self, policy: &Policy, transient: bool, retry_after: Option<u64>, draw: u64) -> Window {
        let asked = retry_after.map(|hint| policy.hint_window(hint));
        if let (Some(asked), false) = (asked, transient) {
            return asked;
        }
        // The first outcome is the only one that the first wait can follow.
        let first_wait = if self.polls == 1 { policy.first_wait } else { None };
        let own = if let Some(first_wait) = first_wait {
            policy.first_window(first_wait)
        } else {
            let window = policy.ladder_window(self.base);
            self.base = match policy.jitter {
                Jitter::Decorrelated => window.at(draw),
                _ => policy.ladder.after(self.base),
            };
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
