//! The reference: what the docs promise, written down a second time in the plainest way, in integers that cannot overflow.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Reason};
use core::time::Duration;

/// 2⁶⁴−1 ns, where clocks, hints and waits saturate.
pub(crate) const LAST: u128 = u64::MAX as u128;

/// The settings of a policy, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) first_wait: Option<u64>,
    pub(crate) initial_wait: u64,
    pub(crate) max_backoff: u64,
    pub(crate) multiplier: (u32, u32),
    pub(crate) jitter: Jitter,
    pub(crate) max_wait: Option<u64>,
    pub(crate) max_polls: Option<u32>,
    pub(crate) max_consecutive_errors: Option<u32>,
}

impl Settings {
    pub(crate) fn policy(&self) -> Policy {
        let nanos = Duration::from_nanos;
        let mut builder = Policy::builder()
            .initial_wait(nanos(self.initial_wait))
            .max_backoff(nanos(self.max_backoff))
            .multiplier(self.multiplier.0, self.multiplier.1)
            .jitter(self.jitter)
            .no_max_wait();
        if let Some(wait) = self.first_wait {
            builder = builder.first_wait(nanos(wait));
        }
        if let Some(wait) = self.max_wait {
            builder = builder.max_wait(nanos(wait));
        }
        if let Some(polls) = self.max_polls {
            builder = builder.max_polls(polls);
        }
        if let Some(errors) = self.max_consecutive_errors {
            builder = builder.max_consecutive_errors(errors);
        }
        builder.build().unwrap()
    }

    /// The `q` of its jitter.
    pub(crate) fn q(&self) -> u128 {
        q(self.jitter)
    }

    /// A tenth of `initial_wait`, rounded up.
    pub(crate) fn floor(&self) -> u128 {
        u128::from(self.initial_wait).div_ceil(10)
    }

    /// The least spread of the last wait.
    pub(crate) fn least_spread(&self) -> u128 {
        let shorter = self.initial_wait.min(self.max_wait.unwrap_or(u64::MAX));
        u128::from(shorter) * self.q() / 100
    }
}

/// What is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Pending(Option<Duration>),
    Transient(Option<Duration>),
    Done,
    Failed,
}

impl Found {
    /// What a poller is fed.
    pub(crate) fn outcome(self) -> Outcome<(), ()> {
        match self {
            Self::Pending(hint) => Outcome::pending().retry_after(hint),
            Self::Transient(hint) => Outcome::transient(()).retry_after(hint),
            Self::Done => Outcome::Done(()),
            Self::Failed => Outcome::Failed(()),
        }
    }

    /// The hint as it is fed.
    pub(crate) fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Pending(hint) | Self::Transient(hint) => hint,
            Self::Done | Self::Failed => None,
        }
    }

    /// The hint in nanoseconds, saturated.
    pub(crate) fn hint(self) -> Option<u128> {
        self.retry_after().map(|hint| hint.as_nanos().min(LAST))
    }
}

/// What is to come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Sleep(u128),
    Done,
    Failed,
    GaveUp(Reason),
}

impl<T, E> From<&Decision<T, E>> for Expected {
    fn from(decision: &Decision<T, E>) -> Self {
        match decision {
            Decision::Sleep(wait) => Self::Sleep(wait.as_nanos()),
            Decision::Done(_) => Self::Done,
            Decision::Failed(_) => Self::Failed,
            Decision::GaveUp(gave_up) => Self::GaveUp(gave_up.reason),
        }
    }
}

/// The reference poller.
#[derive(Debug)]
pub(crate) struct Model {
    settings: Settings,
    elapsed: u128,
    polls: u32,
    errors_in_a_row: u32,
    /// How often the ladder has climbed since its start.
    climbs: u32,
    /// The previous wait of the ladder, under decorrelated jitter.
    previous: u128,
    last_wait_decided: bool,
    finished: bool,
}

impl Model {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            elapsed: 0,
            polls: 0,
            errors_in_a_row: 0,
            climbs: 0,
            previous: settings.initial_wait.into(),
            last_wait_decided: false,
            finished: false,
        }
    }

    pub(crate) fn reset_backoff(&mut self) {
        self.climbs = 0;
        self.previous = self.settings.initial_wait.into();
    }

    pub(crate) fn cancel(&mut self) -> Reason {
        if self.finished { Reason::Finished } else { self.end(Reason::Cancelled) }
    }

    /// Decides, with `since_start` by the caller's clock and the one number drawn, if any is.
    pub(crate) fn step(&mut self, found: Found, since_start: u128, draw: impl FnOnce() -> u64) -> Expected {
        match found {
            Found::Done | Found::Failed => {
                if !self.finished {
                    self.count(found, since_start);
                    self.finished = true;
                }
                return if found == Found::Done { Expected::Done } else { Expected::Failed };
            }
            _ if self.finished => return Expected::GaveUp(Reason::Finished),
            _ => self.count(found, since_start),
        }
        let transient = matches!(found, Found::Transient(_));
        if transient && self.settings.max_consecutive_errors.is_some_and(|max| self.errors_in_a_row >= max) {
            return Expected::GaveUp(self.end(Reason::ConsecutiveErrors));
        }
        if self.settings.max_polls.is_some_and(|max| self.polls >= max) {
            return Expected::GaveUp(self.end(Reason::MaxPolls));
        }
        if let Some(max_wait) = self.settings.max_wait {
            if self.elapsed >= max_wait.into() || self.last_wait_decided {
                return Expected::GaveUp(self.end(Reason::MaxWait));
            }
            if found.hint().is_some_and(|hint| self.elapsed + hint > max_wait.into()) {
                return Expected::GaveUp(self.end(Reason::RetryAfterPastDeadline));
            }
        }
        let draw =
            if self.settings.jitter == Jitter::None || self.settings.jitter == Jitter::PlusMinus(0) { 0 } else { draw() };
        let (earliest, latest) = self.window(found, draw);
        let Some(max_wait) = self.settings.max_wait.map(u128::from) else {
            return Expected::Sleep(pick(earliest, latest, draw));
        };
        let (left, least) = (max_wait - self.elapsed, self.settings.least_spread());
        let leaves_room = latest < left && earliest + least < left;
        let latest = if leaves_room { latest.min(left - least - 1) } else { latest };
        let wait = pick(earliest, latest, draw);
        if wait + least < left {
            return Expected::Sleep(wait);
        }
        self.last_wait_decided = true;
        let spread = (left * self.settings.q() / 100).max(least).min(left);
        let earliest = (left - spread).max(found.hint().unwrap_or(0)).max(1);
        #[expect(clippy::manual_rotate, reason = "said in another way than the crate says it")]
        let halves_swapped = (draw >> 32) | (draw << 32);
        Expected::Sleep(pick(earliest, left.min(latest), halves_swapped))
    }

    fn window(&mut self, found: Found, draw: u64) -> (u128, u128) {
        let initial_wait = u128::from(self.settings.initial_wait);
        let hinted = found.hint().map(|hint| {
            if hint < initial_wait {
                let (earliest, latest) = self.ladder_window(initial_wait, initial_wait);
                (earliest.max(hint), latest)
            } else {
                (hint, (hint + hint * self.settings.q() / 100).min(LAST))
            }
        });
        if let (Found::Pending(_), Some(hinted)) = (found, hinted) {
            return hinted;
        }
        let own = self.next_of_its_own(draw);
        hinted.map_or(own, |hinted| (own.0.max(hinted.0), own.1.max(hinted.1)))
    }

    /// The window of the first wait or of the ladder's next, which thereby climbs.
    fn next_of_its_own(&mut self, draw: u64) -> (u128, u128) {
        if let (1, Some(first_wait)) = (self.polls, self.settings.first_wait) {
            let (earliest, latest) = around(self.settings.jitter, first_wait.into(), first_wait.into(), first_wait.into());
            return (earliest.max(1), latest.min(LAST));
        }
        let window = self.ladder_window(self.base(), self.previous);
        self.climbs += 1;
        self.previous = pick(window.0, window.1, draw);
        window
    }

    fn base(&self) -> u128 {
        let (numer, denom) = (u128::from(self.settings.multiplier.0), u128::from(self.settings.multiplier.1));
        let mut base = u128::from(self.settings.initial_wait);
        for _ in 0..self.climbs {
            base = (base * numer).div_ceil(denom).min(self.settings.max_backoff.into());
        }
        base
    }

    fn ladder_window(&self, base: u128, previous: u128) -> (u128, u128) {
        let (earliest, latest) = around(self.settings.jitter, base, self.settings.initial_wait.into(), previous);
        (earliest.max(self.settings.floor()), latest.min(self.settings.max_backoff.into()))
    }

    fn count(&mut self, found: Found, since_start: u128) {
        self.elapsed = self.elapsed.max(since_start.min(LAST));
        self.polls += 1;
        self.errors_in_a_row = if matches!(found, Found::Transient(_)) { self.errors_in_a_row + 1 } else { 0 };
    }

    fn end(&mut self, reason: Reason) -> Reason {
        self.finished = true;
        reason
    }
}

/// The percentage by which jitter lengthens a hint and shortens the last wait.
pub(crate) fn q(jitter: Jitter) -> u128 {
    match jitter {
        Jitter::None => 0,
        Jitter::PlusMinus(percent) => u128::from(percent).min(20),
        Jitter::Full | Jitter::Equal | Jitter::Decorrelated => 20,
        other => panic!("the reference does not know {other:?}"),
    }
}

/// The window around a base, before any limit.
fn around(jitter: Jitter, base: u128, first: u128, previous: u128) -> (u128, u128) {
    match jitter {
        Jitter::PlusMinus(percent) => {
            let percent = u128::from(percent);
            ((base * (100 - percent)).div_ceil(100), base * (100 + percent) / 100)
        }
        Jitter::Full => (0, base),
        Jitter::Equal => (base.div_ceil(2), base),
        Jitter::Decorrelated => (first, 3 * previous),
        Jitter::None => (base, base),
        other => panic!("the reference does not know {other:?}"),
    }
}

/// The nanosecond of a window that a draw stands for.
fn pick(earliest: u128, latest: u128, draw: u64) -> u128 {
    assert!(earliest <= latest, "an empty window");
    earliest + ((u128::from(draw) * (latest - earliest + 1)) >> 64)
}
