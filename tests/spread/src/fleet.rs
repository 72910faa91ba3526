//! A fleet: the policy that all of its pollers have, and what their polls find.

use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

use asyncpoll::{Jitter, Outcome, Policy, PolicyError};

/// `initial_wait` in grains, the unit of every other length. What is shorter than a grain is lost in the narrowest stretch.
pub(crate) const INITIAL_WAIT: u64 = 100_000;

/// Pollers that are started together, with the same policy and the same answers. Lengths are in grains, because the rules are
/// in proportion: `grain` alone says how long all of it takes, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fleet {
    pub(crate) grain: u64,
    pub(crate) head_start: Option<u64>,
    /// The waits before the ladder, which a policy rounds.
    pub(crate) waits: Vec<u64>,
    pub(crate) multiplier: (u32, u32),
    pub(crate) max_backoff: u64,
    pub(crate) jitter: Jitter,
    pub(crate) hint_jitter: Option<u8>,
    pub(crate) max_wait: u64,
    /// What the first polls find, by their numbers.
    pub(crate) stages: Vec<Stage>,
    /// What all polls after these find.
    pub(crate) rest: Found,
}

/// So many polls in a row that find the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) polls: u32,
    pub(crate) found: Found,
}

/// What a poll finds: nothing yet, in one of two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) transient: bool,
    pub(crate) hint: Option<u64>,
}

impl Found {
    pub(crate) const PENDING: Self = Self { transient: false, hint: None };
}

impl Fleet {
    pub(crate) fn policy(&self) -> Result<Policy, PolicyError> {
        let waits: Vec<_> = self.waits().map(Duration::from_nanos).collect();
        let mut builder = Policy::builder()
            .waits(&waits)
            .initial_wait(self.duration(INITIAL_WAIT))
            .multiplier(self.multiplier.0, self.multiplier.1)
            .max_backoff(self.duration(self.max_backoff))
            .jitter(self.jitter)
            .max_wait(self.duration(self.max_wait));
        if let Some(percent) = self.hint_jitter {
            builder = builder.hint_jitter(percent);
        }
        match self.head_start {
            Some(head_start) => builder.head_start(self.duration(head_start)),
            None => builder,
        }
        .build()
    }

    /// Returns what the poll of this number finds; the first is poll 1.
    pub(crate) fn found(&self, poll: u32) -> Found {
        let mut last = 0;
        let stage = self.stages.iter().find(|stage| {
            last += stage.polls;
            poll <= last
        });
        stage.map_or(self.rest, |stage| stage.found)
    }

    pub(crate) fn outcome(&self, found: Found) -> Outcome<(), ()> {
        let outcome = if found.transient { Outcome::transient(()) } else { Outcome::pending() };
        outcome.retry_after(found.hint.map(|hint| self.duration(hint)))
    }

    /// Returns the waits before the ladder, in nanoseconds, rounded down to three significant digits.
    fn waits(&self) -> impl Iterator<Item = u64> {
        self.waits.iter().map(|wait| {
            let nanos = wait * self.grain;
            let mut unit = 1;
            while nanos / unit > 999 {
                unit *= 10;
            }
            nanos / unit * unit
        })
    }

    /// Returns `q`, in percent.
    fn percent(&self) -> u8 {
        match self.jitter {
            Jitter::None => 0,
            Jitter::PlusMinus(percent) | Jitter::Above(percent) => percent.min(20),
            Jitter::Full | Jitter::Equal | Jitter::Decorrelated => 20,
            other => panic!("the `q` of {other:?} is to be told here"),
        }
    }

    /// Returns whether hints are spread as far as other waits are, which the promise takes for granted.
    pub(crate) fn spreads_hints(&self) -> bool {
        self.hint_jitter.is_none_or(|percent| percent >= self.percent())
    }

    /// Returns the least `s` in nanoseconds.
    pub(crate) fn least_spread(&self) -> u64 {
        let shortest = (self.max_wait * self.grain).min(INITIAL_WAIT * self.grain);
        self.waits().fold(shortest, u64::min) / 100 * u64::from(self.percent())
    }

    /// Returns the stretch of time that promise 13 is about, in nanoseconds.
    pub(crate) fn stretch(&self) -> u64 {
        self.least_spread() / 20
    }

    /// Returns whether hint or head start leaves less than the least `s` before the deadline, so that the promise says nothing
    /// of the poll after it. The poll of this number found this, with so many nanoseconds left.
    pub(crate) fn is_exempt(&self, poll: u32, found: Found, left: u64) -> bool {
        let head_start = if poll == 1 && (found.transient || found.hint.is_none()) { self.head_start } else { None };
        let asked = found.hint.max(head_start).unwrap_or(0) * self.grain;
        asked + self.least_spread() > left
    }

    fn duration(&self, grains: u64) -> Duration {
        Duration::from_nanos(grains * self.grain)
    }
}

/// The fleet as Rust that the tests of the crate understand: a builder, and a closure from the number of a poll to its outcome.
impl Display for Fleet {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = |grains: u64| format!("seconds({:?})", (grains * self.grain) as f64 / 1e9);
        writeln!(f, "let builder = Policy::builder()")?;
        if let Some(head_start) = self.head_start {
            writeln!(f, "    .head_start({})", seconds(head_start))?;
        }
        if !self.waits.is_empty() {
            let waits: Vec<_> = self.waits().map(|wait| format!("seconds({:?})", wait as f64 / 1e9)).collect();
            writeln!(f, "    .waits(&[{}])", waits.join(", "))?;
        }
        writeln!(f, "    .initial_wait({})", seconds(INITIAL_WAIT))?;
        writeln!(f, "    .multiplier({}, {})", self.multiplier.0, self.multiplier.1)?;
        writeln!(f, "    .max_backoff({})", seconds(self.max_backoff))?;
        writeln!(f, "    .jitter(Jitter::{:?})", self.jitter)?;
        if let Some(percent) = self.hint_jitter {
            writeln!(f, "    .hint_jitter({percent})")?;
        }
        writeln!(f, "    .max_wait({});", seconds(self.max_wait))?;

        let outcome = |found: Found| {
            let outcome = if found.transient { "Outcome::transient(())" } else { "Outcome::pending()" };
            found.hint.map_or_else(|| outcome.to_owned(), |hint| format!("{outcome}.retry_after({})", seconds(hint)))
        };
        writeln!(f, "let found = |poll| match poll {{")?;
        let mut first = 1;
        for stage in &self.stages {
            let last = first + stage.polls - 1;
            writeln!(f, "    {first}..={last} => {},", outcome(stage.found))?;
            first = last + 1;
        }
        write!(f, "    _ => {},\n}};", outcome(self.rest))
    }
}
