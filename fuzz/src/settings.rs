//! Everything a builder can be given, right or wrong.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::{Jitter, Policy, PolicyBuilder, PolicyError};

use crate::{
    every::KINDS,
    poller_model,
    span::{nanos, optional_span, span},
};

/// The longest duration a policy may hold.
pub const LONGEST: Duration = Duration::from_nanos(i64::MAX as u64);

/// The most waits that a table may have.
pub const MOST_WAITS: usize = 8;

/// What a builder is given; the fields are named after its setters.
#[derive(Arbitrary, Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the setters of `PolicyBuilder` have the docs")]
pub struct Settings {
    #[arbitrary(with = optional_span)]
    pub head_start: Option<Duration>,
    #[arbitrary(with = span)]
    pub initial_wait: Duration,
    #[arbitrary(with = multiplier)]
    pub multiplier: (u32, u32),
    #[arbitrary(with = span)]
    pub max_backoff: Duration,
    #[arbitrary(with = jitter)]
    pub jitter: Jitter,
    #[arbitrary(with = optional_span)]
    pub max_wait: Option<Duration>,
    #[arbitrary(with = limit)]
    pub max_polls: Option<u32>,
    #[arbitrary(with = limit)]
    pub max_consecutive_errors: Option<u32>,
    #[arbitrary(with = waits)]
    pub waits: Waits,
    pub hint_jitter: Option<u8>,
    #[arbitrary(with = optional_span)]
    pub max_hint: Option<Duration>,
    pub no_last_poll: bool,
}

/// The waits of a table: those that a policy takes, and one too many.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    table: [Duration; MOST_WAITS + 1],
    count: usize,
}

impl Waits {
    /// Returns them as a builder takes them.
    pub fn as_slice(&self) -> &[Duration] {
        &self.table[..self.count]
    }

    /// Changes each, and leaves out all after the first few.
    #[must_use]
    pub fn map(self, most: usize, change: impl FnMut(Duration) -> Duration) -> Self {
        Self { table: self.table.map(change), count: self.count.min(most) }
    }
}

impl Settings {
    /// Returns settings near these that every rule of `build` allows.
    #[must_use]
    pub fn mended(self) -> Self {
        let wait = |wait: Duration| wait.clamp(Duration::from_nanos(1), LONGEST);
        let percent = |percent| percent % 101;
        let (numer, denom) = self.multiplier;
        let (one, other) = (wait(self.initial_wait), wait(self.max_backoff));
        let (initial_wait, max_backoff) = (one.min(other), one.max(other));
        let jitter = match self.jitter {
            Jitter::PlusMinus(above) => Jitter::PlusMinus(percent(above)),
            Jitter::Above(above) => Jitter::Above(percent(above)),
            jitter => jitter,
        };
        let jitter = if has_room(initial_wait, max_backoff, jitter) { jitter } else { Jitter::Equal };
        let most_waits = if jitter == Jitter::Decorrelated { 0 } else { MOST_WAITS };
        Self {
            head_start: self.head_start.map(|head_start| wait(head_start).min(self.max_wait.map_or(LONGEST, wait))),
            initial_wait,
            multiplier: (numer.max(denom).max(1), denom.min(numer).max(1)),
            max_backoff,
            jitter,
            max_wait: self.max_wait.map(wait),
            max_polls: self.max_polls.map(|polls| polls.max(1)),
            max_consecutive_errors: self.max_consecutive_errors.map(|errors| errors.max(1)),
            waits: self.waits.map(most_waits, |one| with_three_digits(wait(one).min(max_backoff))),
            hint_jitter: self.hint_jitter.map(percent),
            max_hint: self.max_hint.map(wait),
            no_last_poll: self.no_last_poll,
        }
    }

    /// Gives the settings to a builder.
    pub fn builder(&self) -> PolicyBuilder {
        // All of them by name: one that is not passed on is a variable that nobody uses.
        let Self {
            head_start,
            initial_wait,
            multiplier: (numer, denom),
            max_backoff,
            jitter,
            max_wait,
            max_polls,
            max_consecutive_errors,
            waits,
            hint_jitter,
            max_hint,
            no_last_poll,
        } = *self;
        let mut builder = Policy::builder()
            .waits(waits.as_slice())
            .initial_wait(initial_wait)
            .multiplier(numer, denom)
            .max_backoff(max_backoff)
            .jitter(jitter)
            .no_max_wait();
        if let Some(wait) = head_start {
            builder = builder.head_start(wait);
        }
        if let Some(percent) = hint_jitter {
            builder = builder.hint_jitter(percent);
        }
        if let Some(hint) = max_hint {
            builder = builder.max_hint(hint);
        }
        if let Some(wait) = max_wait {
            builder = builder.max_wait(wait);
        }
        if no_last_poll {
            builder = builder.no_last_poll();
        }
        if let Some(polls) = max_polls {
            builder = builder.max_polls(polls);
        }
        if let Some(errors) = max_consecutive_errors {
            builder = builder.max_consecutive_errors(errors);
        }
        builder
    }

    /// Gives the settings to a builder and builds.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    pub fn build(&self) -> std::result::Result<Policy, PolicyError> {
        self.builder().build()
    }

    /// Returns the settings as the reference of the crate's own tests has them, if they build.
    pub(crate) fn of_model(&self) -> poller_model::Settings {
        let nanos = |duration: Duration| duration.as_nanos().try_into().expect("a wait that builds is below 2⁶³ ns");
        let mut waits = [None; MOST_WAITS];
        for (place, wait) in waits.iter_mut().zip(self.waits.as_slice()) {
            *place = Some(nanos(*wait));
        }
        poller_model::Settings {
            head_start: self.head_start.map(nanos),
            waits,
            initial_wait: nanos(self.initial_wait),
            max_backoff: nanos(self.max_backoff),
            multiplier: self.multiplier,
            jitter: self.jitter,
            hint_jitter: self.hint_jitter,
            max_hint: self.max_hint.map(nanos),
            max_wait: self.max_wait.map(nanos),
            last_poll: !self.no_last_poll,
            max_polls: self.max_polls,
            max_consecutive_errors: self.max_consecutive_errors,
        }
    }

    /// Returns whether waits are drawn at all: also if hints and head starts alone are spread.
    pub fn draws(&self) -> bool {
        let ladder_draws = !matches!(self.jitter, Jitter::None | Jitter::PlusMinus(0) | Jitter::Above(0));
        ladder_draws || self.hint_jitter.is_some_and(|percent| percent > 0)
    }

    /// Returns the least base, in nanoseconds: the shortest of `initial_wait` and the waits before the ladder.
    pub(crate) fn least(&self) -> u128 {
        let waits = self.waits.as_slice().iter().copied();
        waits.fold(self.initial_wait, Duration::min).as_nanos()
    }

    /// Returns the shortest wait that the ladder or a hint may lead to: a tenth of the least base, or all of `initial_wait` if
    /// jitter only lengthens.
    pub(crate) fn floor(&self) -> u128 {
        match self.jitter {
            Jitter::Above(_) if self.waits.as_slice().is_empty() => self.initial_wait.as_nanos(),
            _ => self.least().div_ceil(10),
        }
    }

    /// Returns how long a hint counts, in nanoseconds.
    pub(crate) fn believed(&self, hint: Duration) -> u128 {
        nanos(self.max_hint.map_or(hint, |most| hint.min(most)))
    }

    /// Returns the most polls that a poller can make whose clock advances by each `Sleep` at least.
    pub fn most_polls(&self) -> Option<u128> {
        let by_time = self.max_wait.map(|max_wait| 10 * max_wait.as_nanos() / self.least() + 3);
        let by_count = self.max_polls.map(u128::from);
        by_time.into_iter().chain(by_count).min()
    }
}

/// Returns whether `max_backoff` is so far above `initial_wait` that this jitter has something to spread.
pub(crate) fn has_room(initial_wait: Duration, max_backoff: Duration, jitter: Jitter) -> bool {
    let (base, ceiling) = (initial_wait.as_nanos(), max_backoff.as_nanos());
    match jitter {
        Jitter::Above(percent) => base * u128::from(100 + u16::from(percent)) <= 100 * ceiling,
        Jitter::Decorrelated => 6 * base <= 5 * ceiling,
        _ => true,
    }
}

/// Returns a wait with its first three significant digits alone.
pub(crate) fn with_three_digits(wait: Duration) -> Duration {
    let mut unit = 1;
    while wait.as_nanos() / unit > 999 {
        unit *= 10;
    }
    let nanos = wait.as_nanos() / unit * unit;
    Duration::from_nanos(u64::try_from(nanos).expect("it is no longer than a wait may be"))
}

fn multiplier(u: &mut Unstructured<'_>) -> Result<(u32, u32)> {
    Ok(if bool::arbitrary(u)? { u.arbitrary()? } else { (u8::arbitrary(u)?.into(), u8::arbitrary(u)?.into()) })
}

fn jitter(u: &mut Unstructured<'_>) -> Result<Jitter> {
    Ok(match *u.choose(KINDS)? {
        Jitter::PlusMinus(_) => Jitter::PlusMinus(u.arbitrary()?),
        Jitter::Above(_) => Jitter::Above(u.arbitrary()?),
        kind => kind,
    })
}

fn limit(u: &mut Unstructured<'_>) -> Result<Option<u32>> {
    Ok(match u.int_in_range(0..=2)? {
        0 => None,
        1 => Some(u8::arbitrary(u)?.into()),
        _ => Some(u.arbitrary()?),
    })
}

/// Makes up to one wait too many; of half of the tables, each wait has three digits.
fn waits(u: &mut Unstructured<'_>) -> Result<Waits> {
    let mut waits = Waits { table: [Duration::ZERO; MOST_WAITS + 1], count: u.int_in_range(0..=MOST_WAITS + 1)? };
    if waits.count > 0 {
        let is_short = bool::arbitrary(u)?;
        for place in &mut waits.table[..waits.count] {
            let wait = span(u)?;
            *place = if is_short { with_three_digits(wait.min(LONGEST)) } else { wait };
        }
    }
    Ok(waits)
}
