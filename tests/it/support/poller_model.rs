//! The reference: what the docs promise, written down a second time in the plainest way, in integers that cannot overflow.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Reason, WaitKind};
use core::time::Duration;

/// 2⁶⁴−1 ns, where clocks, hints and waits saturate.
pub(crate) const LAST: u128 = u64::MAX as u128;

/// The settings of a policy, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) head_start: Option<u64>,
    /// Those that are there come first.
    pub(crate) waits: [Option<u64>; 8],
    pub(crate) initial_wait: u64,
    pub(crate) max_backoff: u64,
    pub(crate) multiplier: (u32, u32),
    pub(crate) jitter: Jitter,
    pub(crate) hint_jitter: Option<u8>,
    pub(crate) max_hint: Option<u64>,
    pub(crate) max_wait: Option<u64>,
    pub(crate) last_poll: bool,
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
            .waits(&self.waits.into_iter().flatten().map(nanos).collect::<Vec<_>>())
            .no_max_wait();
        if let Some(percent) = self.hint_jitter {
            builder = builder.hint_jitter(percent);
        }
        if let Some(hint) = self.max_hint {
            builder = builder.max_hint(nanos(hint));
        }
        if !self.last_poll {
            builder = builder.no_last_poll();
        }
        if let Some(wait) = self.head_start {
            builder = builder.head_start(nanos(wait));
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

    /// The percentage that the last wait is spread over.
    pub(crate) fn q(&self) -> u128 {
        q(self.jitter)
    }

    /// The percentage by which a hint is lengthened.
    pub(crate) fn hint_q(&self) -> u128 {
        self.hint_jitter.map_or_else(|| self.q(), u128::from)
    }

    /// Whether waits are drawn at all.
    pub(crate) fn draws(&self) -> bool {
        let ladder_draws = !matches!(self.jitter, Jitter::None | Jitter::PlusMinus(0) | Jitter::Above(0));
        ladder_draws || self.hint_jitter.is_some_and(|percent| percent > 0)
    }

    /// The least base: the shortest of `initial_wait` and the waits before the ladder.
    pub(crate) fn least(&self) -> u64 {
        self.waits.into_iter().flatten().fold(self.initial_wait, u64::min)
    }

    /// A tenth of the least base, rounded up.
    pub(crate) fn floor(&self) -> u128 {
        u128::from(self.least()).div_ceil(10)
    }

    /// The least spread of the last wait.
    pub(crate) fn least_spread(&self) -> u128 {
        let shorter = self.least().min(self.max_wait.unwrap_or(u64::MAX));
        u128::from(shorter) * self.q() / 100
    }

    /// How long a hint counts, in nanoseconds.
    pub(crate) fn believed(&self, hint: Duration) -> u128 {
        hint.as_nanos().min(LAST).min(self.max_hint.map_or(LAST, u128::from))
    }
}

/// What is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Pending(Option<Duration>),
    Transient(Option<Duration>),
    Throttled(Option<Duration>),
    Done,
    Failed,
}

impl Found {
    /// What a poller is fed.
    pub(crate) fn outcome(self) -> Outcome<(), ()> {
        match self {
            Self::Pending(hint) => Outcome::pending().retry_after(hint),
            Self::Transient(hint) => Outcome::transient(()).retry_after(hint),
            Self::Throttled(hint) => Outcome::throttled(()).retry_after(hint),
            Self::Done => Outcome::Done(()),
            Self::Failed => Outcome::Failed(()),
        }
    }

    /// The hint as it is fed.
    pub(crate) fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Pending(hint) | Self::Transient(hint) | Self::Throttled(hint) => hint,
            Self::Done | Self::Failed => None,
        }
    }

    /// Whether the poll failed, and the operation goes on.
    pub(crate) fn is_error(self) -> bool {
        matches!(self, Self::Transient(_) | Self::Throttled(_))
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
    latest_reading: u128,
    pub(crate) elapsed: u128,
    pub(crate) due: u128,
    hint_ends: u128,
    pub(crate) polls: u32,
    errors_in_a_row: u32,
    /// The place in the table of waits, which is left at its end.
    table: usize,
    /// The base that the ladder was set to, and how often it has climbed since.
    base: u128,
    climbs: u32,
    /// The previous wait of the ladder, under decorrelated jitter.
    previous: u128,
    pub(crate) kind: Option<WaitKind>,
    pub(crate) finished: bool,
}

impl Model {
    /// Starts at a reading of the clock.
    pub(crate) fn new(settings: Settings, reading: Duration) -> Self {
        let initial_wait = settings.initial_wait.into();
        Self {
            settings,
            latest_reading: reading.as_nanos(),
            elapsed: 0,
            due: 0,
            hint_ends: 0,
            polls: 0,
            errors_in_a_row: 0,
            table: 0,
            base: initial_wait,
            climbs: 0,
            previous: initial_wait,
            kind: None,
            finished: false,
        }
    }

    pub(crate) fn reset_backoff(&mut self) {
        self.base = self.settings.initial_wait.into();
        self.climbs = 0;
        self.previous = self.base;
        self.table = 0;
    }

    pub(crate) fn set_backoff(&mut self, base: Duration) {
        self.base = base.as_nanos().max(self.settings.least().into()).min(self.settings.max_backoff.into());
        self.climbs = 0;
        self.previous = self.base;
        self.table = usize::MAX;
    }

    /// Cancels, and returns the reason and what is left of a hint.
    pub(crate) fn cancel(&mut self, reading: Duration) -> (Reason, Option<u128>) {
        if self.finished {
            return (Reason::Finished, None);
        }
        self.read(reading);
        let left = self.hint_ends.saturating_sub(self.elapsed);
        (self.end(Reason::Cancelled), (left > 0).then_some(left))
    }

    /// Takes an unscheduled look.
    pub(crate) fn look(&mut self, found: Found, reading: Duration) -> Expected {
        let finished = self.finished;
        self.read(reading);
        match found {
            Found::Done | Found::Failed => {
                self.finished = true;
                return if found == Found::Done { Expected::Done } else { Expected::Failed };
            }
            _ if finished => return Expected::GaveUp(Reason::Finished),
            _ => {}
        }
        let left = self.due.saturating_sub(self.elapsed);
        let hint = self.hint(found).unwrap_or(0);
        if self.hint(found).is_some() && self.left().is_some_and(|left| hint > left) {
            return Expected::GaveUp(self.end(Reason::RetryAfterPastDeadline));
        }
        self.hint_ends = self.hint_ends.max(if hint > 0 { (self.elapsed + hint).min(LAST) } else { 0 });
        if hint > left {
            self.due = (self.elapsed + hint).min(LAST);
            self.kind = if self.kind == Some(WaitKind::Last) { self.kind } else { Some(WaitKind::Hint) };
        }
        Expected::Sleep(left.max(hint))
    }

    /// Decides, with a reading of the caller's clock and what is drawn.
    pub(crate) fn step(&mut self, found: Found, reading: Duration, draw: impl FnMut() -> u64) -> Expected {
        let finished = self.finished;
        self.read(reading);
        if !finished {
            self.polls += 1;
            self.errors_in_a_row = match found {
                Found::Transient(_) => self.errors_in_a_row + 1,
                Found::Throttled(_) => self.errors_in_a_row,
                _ => 0,
            };
        }
        match found {
            Found::Done | Found::Failed => {
                self.finished = true;
                return if found == Found::Done { Expected::Done } else { Expected::Failed };
            }
            _ if finished => return Expected::GaveUp(Reason::Finished),
            _ => {}
        }
        let reason = self.limit_reached(found).or_else(|| self.no_time_left(found));
        if let Some(reason) = reason {
            return Expected::GaveUp(self.end(reason));
        }
        self.wait(found, draw)
    }

    /// Waits before the first poll.
    pub(crate) fn wait_first(&mut self, hint: Option<Duration>, reading: Duration, draw: impl FnMut() -> u64) -> Expected {
        let found = Found::Pending(hint);
        if self.polls > 0 || self.kind.is_some() || self.finished {
            return self.look(found, reading);
        }
        self.read(reading);
        match self.no_time_left(found) {
            Some(reason) => Expected::GaveUp(self.end(reason)),
            None => self.wait(found, draw),
        }
    }

    fn wait(&mut self, found: Found, mut draw: impl FnMut() -> u64) -> Expected {
        let draws = self.settings.draws();
        let mut draw = || if draws { draw() } else { 0 };
        let first_draw = draw();
        let head_start = self
            .settings
            .head_start
            .map(u128::from)
            .filter(|_| self.kind.is_none() && (found.is_error() || found.retry_after().is_none()));
        let (earliest, latest, kind) = self.window(found, head_start, first_draw);
        let Some((wait, kind)) = self.before_the_deadline(found, head_start, (earliest, latest, kind), first_draw, draw) else {
            return Expected::GaveUp(self.end(Reason::MaxWait));
        };
        self.hint_ends = self.hint(found).map_or(0, |hint| (self.elapsed + hint).min(LAST));
        self.due = (self.elapsed + wait).min(LAST);
        self.kind = Some(kind);
        Expected::Sleep(wait)
    }

    fn hint(&self, found: Found) -> Option<u128> {
        found.retry_after().map(|hint| self.settings.believed(hint))
    }

    fn limit_reached(&self, found: Found) -> Option<Reason> {
        let too_many_errors = self.settings.max_consecutive_errors.is_some_and(|max| self.errors_in_a_row >= max);
        if matches!(found, Found::Transient(_)) && too_many_errors {
            return Some(Reason::MaxConsecutiveErrors);
        }
        self.settings.max_polls.is_some_and(|max| self.polls >= max).then_some(Reason::MaxPolls)
    }

    fn no_time_left(&self, found: Found) -> Option<Reason> {
        let left = self.left()?;
        if left == 0 || self.kind == Some(WaitKind::Last) {
            return Some(Reason::MaxWait);
        }
        self.hint(found).is_some_and(|hint| hint > left).then_some(Reason::RetryAfterPastDeadline)
    }

    /// The window of the next wait, the deadline apart, and what decides it.
    fn window(&mut self, found: Found, head_start: Option<u128>, draw: u64) -> (u128, u128, WaitKind) {
        let least = u128::from(self.settings.least());
        let q = self.settings.hint_q();
        let hinted = self.hint(found).map(|hint| {
            if hint < least {
                let (earliest, latest) = self.ladder_window(least, least);
                (earliest.max(hint), latest.max(hint + least * q / 100))
            } else {
                (hint, (hint + hint * q / 100).min(LAST))
            }
        });
        if let (Found::Pending(_), Some((earliest, latest))) = (found, hinted) {
            return (earliest, latest, WaitKind::Hint);
        }
        let (own, kind) = if let Some(head_start) = head_start {
            ((head_start, head_start + head_start.max(least) * q / 100), WaitKind::HeadStart)
        } else if let Some(&Some(base)) = self.settings.waits.get(self.table) {
            self.table += 1;
            (self.ladder_window(base.into(), 0), WaitKind::Ladder)
        } else {
            let window = self.ladder_window(self.ladder_base(), self.previous);
            self.climbs += 1;
            self.previous = pick(window.0, window.1, draw);
            (window, WaitKind::Ladder)
        };
        match hinted {
            None => (own.0, own.1, kind),
            Some(hinted) => {
                let kind = if hinted.0 > own.0 { WaitKind::Hint } else { kind };
                (own.0.max(hinted.0), own.1.max(hinted.1), kind)
            }
        }
    }

    /// The wait that a window leads to, as the deadline allows it, and what decides it.
    fn before_the_deadline(
        &self,
        found: Found,
        head_start: Option<u128>,
        (earliest, latest, kind): (u128, u128, WaitKind),
        first_draw: u64,
        mut draw: impl FnMut() -> u64,
    ) -> Option<(u128, WaitKind)> {
        let drawn = (pick(earliest, latest, first_draw), kind);
        let (Some(left), Some(max_wait)) = (self.left(), self.settings.max_wait) else {
            return Some(drawn);
        };
        if !self.settings.last_poll {
            return Some(drawn).filter(|(wait, _)| *wait <= left);
        }
        let least = self.settings.least_spread();
        let most = u128::from(self.settings.least().min(max_wait));
        let spread = (left * self.settings.q() / 100).max(least).min(most).min(left);
        let asked = self.hint(found).unwrap_or(0).max(head_start.unwrap_or(0).min(left));
        let from = (left - spread).max(asked).max(1);
        let shortened = |from: u128, draw: u64| (pick(from, left.min(latest), draw), WaitKind::Last);
        if latest + least < left {
            return Some(drawn);
        }
        if earliest + 2 * least > left {
            return Some(shortened(from.min(earliest), draw()));
        }
        let truncated = if latest < left { latest.min(left - least - 1) } else { latest };
        let wait = pick(earliest, truncated, first_draw);
        Some(if wait + least < left { (wait, kind) } else { shortened(from, draw()) })
    }

    fn ladder_base(&self) -> u128 {
        let (numer, denom) = (u128::from(self.settings.multiplier.0), u128::from(self.settings.multiplier.1));
        let mut base = self.base;
        for _ in 0..self.climbs {
            base = (base * numer).div_ceil(denom).min(self.settings.max_backoff.into());
        }
        base
    }

    fn ladder_window(&self, base: u128, previous: u128) -> (u128, u128) {
        let (earliest, latest) = around(&self.settings, base, previous);
        (earliest.max(self.settings.floor()), latest.min(self.settings.max_backoff.into()))
    }

    fn left(&self) -> Option<u128> {
        self.settings.max_wait.map(|max_wait| u128::from(max_wait).saturating_sub(self.elapsed))
    }

    /// Adds up what passes from one reading to the next.
    fn read(&mut self, reading: Duration) {
        if !self.finished {
            let passed = reading.as_nanos().saturating_sub(self.latest_reading).min(LAST);
            self.elapsed = (self.elapsed + passed).min(LAST);
        }
        self.latest_reading = reading.as_nanos();
    }

    fn end(&mut self, reason: Reason) -> Reason {
        self.finished = true;
        reason
    }
}

/// The percentage by which jitter shortens the last wait, and lengthens a hint unless `hint_jitter` says otherwise.
pub(crate) fn q(jitter: Jitter) -> u128 {
    match jitter {
        Jitter::None => 0,
        Jitter::PlusMinus(percent) | Jitter::Above(percent) => u128::from(percent).min(20),
        Jitter::Full | Jitter::Equal | Jitter::Decorrelated => 20,
        other => panic!("the reference does not know {other:?}"),
    }
}

/// The window around a base, before any limit.
fn around(settings: &Settings, base: u128, previous: u128) -> (u128, u128) {
    let (first, cap) = (u128::from(settings.initial_wait), u128::from(settings.max_backoff));
    match settings.jitter {
        Jitter::PlusMinus(percent) => {
            let percent = u128::from(percent);
            ((base * (100 - percent)).div_ceil(100), base * (100 + percent) / 100)
        }
        Jitter::Above(percent) => {
            let whole = 100 + u128::from(percent);
            if base * whole / 100 > cap { ((cap * 100).div_ceil(whole), cap) } else { (base, base * whole / 100) }
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
