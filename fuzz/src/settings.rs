//! Everything a builder can be given, right or wrong.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::{Jitter, Policy, PolicyError};

use crate::{
    every::KINDS,
    poller_model,
    span::{optional_span, span},
};

/// The longest duration a policy may hold.
pub const LONGEST: Duration = Duration::from_nanos(i64::MAX as u64);

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
}

impl Settings {
    /// Returns settings near these that every rule of `build` allows.
    #[must_use]
    pub fn mended(self) -> Self {
        let wait = |wait: Duration| wait.clamp(Duration::from_nanos(1), LONGEST);
        let (numer, denom) = self.multiplier;
        let (one, other) = (wait(self.initial_wait), wait(self.max_backoff));
        Self {
            head_start: self.head_start.map(|head_start| wait(head_start).min(self.max_wait.map_or(LONGEST, wait))),
            initial_wait: one.min(other),
            multiplier: (numer.max(denom).max(1), denom.min(numer).max(1)),
            max_backoff: one.max(other),
            jitter: match self.jitter {
                Jitter::PlusMinus(percent) => Jitter::PlusMinus(percent % 101),
                Jitter::Decorrelated if one.max(other).as_nanos() * 5 < one.min(other).as_nanos() * 6 => Jitter::Equal,
                jitter => jitter,
            },
            max_wait: self.max_wait.map(wait),
            max_polls: self.max_polls.map(|polls| polls.max(1)),
            max_consecutive_errors: self.max_consecutive_errors.map(|errors| errors.max(1)),
        }
    }

    /// Gives the settings to a builder and builds.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    pub fn build(&self) -> std::result::Result<Policy, PolicyError> {
        // All of them by name: one that is not passed on is a variable that nobody uses.
        let Self { head_start, initial_wait, multiplier, max_backoff, jitter, max_wait, max_polls, max_consecutive_errors } =
            *self;
        let (numer, denom) = multiplier;
        let mut builder = Policy::builder()
            .initial_wait(initial_wait)
            .multiplier(numer, denom)
            .max_backoff(max_backoff)
            .jitter(jitter)
            .no_max_wait();
        if let Some(wait) = head_start {
            builder = builder.head_start(wait);
        }
        if let Some(wait) = max_wait {
            builder = builder.max_wait(wait);
        }
        if let Some(polls) = max_polls {
            builder = builder.max_polls(polls);
        }
        if let Some(errors) = max_consecutive_errors {
            builder = builder.max_consecutive_errors(errors);
        }
        builder.build()
    }

    /// Returns the settings as the reference of the crate's own tests has them, if they build.
    pub(crate) fn of_model(&self) -> poller_model::Settings {
        let nanos = |duration: Duration| duration.as_nanos().try_into().expect("a wait that builds is below 2⁶³ ns");
        poller_model::Settings {
            head_start: self.head_start.map(nanos),
            initial_wait: nanos(self.initial_wait),
            max_backoff: nanos(self.max_backoff),
            multiplier: self.multiplier,
            jitter: self.jitter,
            max_wait: self.max_wait.map(nanos),
            max_polls: self.max_polls,
            max_consecutive_errors: self.max_consecutive_errors,
        }
    }

    /// Returns whether waits are drawn at all.
    pub fn draws(&self) -> bool {
        !matches!(self.jitter, Jitter::None | Jitter::PlusMinus(0))
    }

    /// Returns the shortest wait that the ladder or a hint may lead to: a tenth of `initial_wait`.
    pub(crate) fn floor(&self) -> u128 {
        self.initial_wait.as_nanos().div_ceil(10)
    }

    /// Returns the most polls that a poller can make whose clock advances by each `Sleep` at least.
    pub fn most_polls(&self) -> Option<u128> {
        let by_time = self.max_wait.map(|max_wait| 10 * max_wait.as_nanos() / self.initial_wait.as_nanos() + 3);
        let by_count = self.max_polls.map(u128::from);
        by_time.into_iter().chain(by_count).min()
    }
}

fn multiplier(u: &mut Unstructured<'_>) -> Result<(u32, u32)> {
    Ok(if bool::arbitrary(u)? { u.arbitrary()? } else { (u8::arbitrary(u)?.into(), u8::arbitrary(u)?.into()) })
}

fn jitter(u: &mut Unstructured<'_>) -> Result<Jitter> {
    Ok(match *u.choose(KINDS)? {
        Jitter::PlusMinus(_) => Jitter::PlusMinus(u.arbitrary()?),
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
