//! The device that the program runs on, and what it makes of asyncpoll's clock, generator and outcomes.

use core::{fmt, ops::RangeInclusive, str::FromStr, time::Duration};

use asyncpoll::{
    Cadence, CadenceError, FnRng, GaveUp, Instant, Jitter, NextWait, Outcome, ParsePolicyError, Policy, PolicyBuilder,
    PolicyError, ScheduledPoll,
    ticker::{First, Missed, Phase},
};

#[cfg(feature = "fleet")]
use asyncpoll::fleet::{Limits, LimitsError};

use crate::every::JITTERS;

/// What the device provides: functions and settings from elsewhere, so that no compiler can work out what comes of them and
/// leave out the rest.
#[derive(Debug)]
#[repr(C)]
pub struct Device {
    milliseconds: extern "C" fn() -> u32,
    random: extern "C" fn() -> u64,
    sleep: extern "C" fn(seconds: u64, nanoseconds: u32),
    status: extern "C" fn() -> u16,
    /// In seconds; zero if the server did not ask for a wait.
    retry_after: extern "C" fn() -> u32,
    has_progress: extern "C" fn() -> bool,
    is_stopped: extern "C" fn() -> bool,
    show: extern "C" fn(&Progress),
    show_poll: extern "C" fn(number: u32, earliest: u64, nominal: u64, latest: u64),
    show_polls: extern "C" fn(fewest: u64, most: u64),
    show_wait: extern "C" fn(polls: u32, seconds: u64, status: u16),
    stop: extern "C" fn(polls: u32, errors: u32, status: u16, retry_after: u64),
    print: extern "C" fn(byte: u8),
    work: extern "C" fn(number: u64, missed: u64, late: u64),
    settings: Settings,
    /// A policy as one line, of which so many bytes are text.
    line: [u8; 128],
    line_length: usize,
    cadence: CadenceSettings,
    #[cfg(feature = "fleet")]
    limits: LimitsSettings,
}

/// A policy, durations in milliseconds.
#[derive(Debug)]
#[repr(C)]
struct Settings {
    head_start: u64,
    waits: [u64; 9],
    /// How many of these there are.
    waits_length: usize,
    initial_wait: u64,
    multiplier: [u32; 2],
    max_backoff: u64,
    /// A place in the list of kinds, or else a percentage.
    jitter: u8,
    hint_jitter: u8,
    max_hint: u64,
    max_wait: u64,
    has_last_poll: bool,
    max_polls: u32,
    max_consecutive_errors: u32,
}

/// A cadence, its interval in milliseconds.
#[derive(Debug)]
#[repr(C)]
struct CadenceSettings {
    interval: u64,
    jitter: u8,
    first: u8,
    is_locked: bool,
    missed: u8,
}

/// Limits, the time in milliseconds.
#[cfg(feature = "fleet")]
#[derive(Debug)]
#[repr(C)]
struct LimitsSettings {
    polls: u32,
    per: u64,
    in_flight: u32,
    is_growing: bool,
    find_pace: bool,
    shared: bool,
    forgive: u32,
    longest_hold: u64,
    answer_within: u64,
}

/// What the device shows between polls, durations in seconds.
#[repr(C)]
pub(crate) struct Progress {
    pub(crate) polls: u32,
    pub(crate) elapsed: u64,
    pub(crate) remaining: u64,
    pub(crate) until_next_poll: u64,
    pub(crate) is_finished: bool,
    pub(crate) is_default: bool,
}

/// An HTTP status that is an error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Status(pub(crate) u16);

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered with status {}", self.0)
    }
}

impl core::error::Error for Status {}

impl Device {
    pub(crate) fn policy(&self) -> Result<Policy, PolicyError> {
        self.builder().build()
    }

    /// What the policy is built of, right or wrong.
    pub(crate) fn builder(&self) -> PolicyBuilder {
        let Settings { multiplier: [numer, denom], jitter, max_polls, max_consecutive_errors, .. } = self.settings;
        let waits = self.settings.waits.map(Duration::from_millis);
        let builder = Policy::builder()
            .waits(waits.get(..self.settings.waits_length).unwrap_or(&waits))
            .head_start(Duration::from_millis(self.settings.head_start))
            .initial_wait(Duration::from_millis(self.settings.initial_wait))
            .multiplier(numer, denom)
            .max_backoff(Duration::from_millis(self.settings.max_backoff))
            .jitter(JITTERS.get(usize::from(jitter)).map_or(Jitter::PlusMinus(jitter), |(_, jitter)| *jitter))
            .hint_jitter(self.settings.hint_jitter)
            .max_hint(Duration::from_millis(self.settings.max_hint))
            .max_wait(Duration::from_millis(self.settings.max_wait))
            .max_polls(max_polls)
            .max_consecutive_errors(max_consecutive_errors);
        if self.settings.has_last_poll { builder } else { builder.no_last_poll() }
    }

    pub(crate) fn cadence(&self) -> Result<Cadence, CadenceError> {
        let CadenceSettings { interval, jitter, first, is_locked, missed } = self.cadence;
        Cadence::builder(Duration::from_millis(interval))
            .jitter(jitter)
            .first(match first {
                0 => First::AtOnce,
                1 => First::Spread,
                _ => First::AfterOne,
            })
            .phase(if is_locked { Phase::Locked } else { Phase::Free })
            .missed(match missed {
                0 => Missed::Burst,
                1 => Missed::Delay,
                _ => Missed::Skip,
            })
            .build()
    }

    /// What the line says, or why it is no policy. What is no text is none.
    pub(crate) fn line(&self) -> Result<Policy, ParsePolicyError> {
        let bytes = self.line.get(..self.line_length).unwrap_or_default();
        Policy::from_str(core::str::from_utf8(bytes).unwrap_or_default())
    }

    #[cfg(feature = "fleet")]
    pub(crate) fn limits(&self) -> Result<Limits, LimitsError> {
        let LimitsSettings { polls, per, in_flight, is_growing, find_pace, shared, forgive, longest_hold, answer_within } =
            self.limits;
        let builder = Limits::builder().rate(polls, Duration::from_millis(per)).find_pace(find_pace).forgive(forgive);
        let builder = builder.shared(shared).longest_hold(Duration::from_millis(longest_hold));
        let builder = builder.answer_within(Duration::from_millis(answer_within));
        if is_growing { builder.in_flight_from(in_flight) } else { builder.in_flight(in_flight) }.build()
    }

    pub(crate) fn now(&self) -> Tick {
        Tick((self.milliseconds)())
    }

    pub(crate) fn seed(&self) -> u64 {
        (self.random)()
    }

    pub(crate) fn generator(&self) -> FnRng<impl FnMut() -> u64> {
        FnRng::new(|| self.seed())
    }

    pub(crate) fn poll(&self) -> Outcome<(), Status> {
        let seconds = (self.retry_after)();
        let hint = (seconds > 0).then_some(Duration::from_secs(seconds.into()));
        match (self.status)() {
            200 => Outcome::Done(()),
            202 => Outcome::pending().retry_after(hint),
            429 => Outcome::throttled(Status(429)).retry_after(hint),
            status @ 500.. => Outcome::transient(Status(status)).retry_after(hint),
            status => Outcome::Failed(Status(status)),
        }
    }

    pub(crate) fn sleep(&self, wait: Duration) {
        (self.sleep)(wait.as_secs(), wait.subsec_nanos());
    }

    pub(crate) fn work(&self, tick: &asyncpoll::ticker::Tick) {
        (self.work)(tick.number, tick.missed, tick.late.as_secs());
    }

    pub(crate) fn has_progress(&self) -> bool {
        (self.has_progress)()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        (self.is_stopped)()
    }

    pub(crate) fn show(&self, progress: &Progress) {
        (self.show)(progress);
    }

    pub(crate) fn show_poll(&self, poll: &ScheduledPoll) {
        (self.show_poll)(poll.number, poll.earliest.as_secs(), poll.nominal.as_secs(), poll.latest.as_secs());
    }

    pub(crate) fn show_polls(&self, polls: &RangeInclusive<u64>) {
        (self.show_polls)(*polls.start(), *polls.end());
    }

    pub(crate) fn show_wait(&self, wait: &NextWait<'_, Status>) {
        let status = wait.error.map_or(0, |Status(status)| *status);
        (self.show_wait)(wait.polls, wait.length.as_secs(), status);
    }

    pub(crate) fn stop(&self, gave_up: &GaveUp<Status>) {
        let GaveUp { polls, errors, last_error, retry_after, .. } = *gave_up;
        let status = last_error.map_or(0, |Status(status)| status);
        (self.stop)(polls, errors, status, retry_after.map_or(0, |retry_after| retry_after.as_secs()));
    }

    pub(crate) fn console(&self) -> Console {
        Console(self.print)
    }
}

/// A reading of the clock, in milliseconds; the counter wraps.
#[derive(Clone, Copy, Debug)]
pub struct Tick(u32);

impl Instant for Tick {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        match self.0.wrapping_sub(earlier.0) {
            ahead @ ..0x8000_0000 => Duration::from_millis(ahead.into()),
            _behind => Duration::ZERO,
        }
    }
}

/// The generator of what the device keeps.
pub type Generator = FnRng<fn() -> u64>;

/// The device's display.
pub(crate) struct Console(extern "C" fn(byte: u8));

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| (self.0)(byte));
        Ok(())
    }
}
