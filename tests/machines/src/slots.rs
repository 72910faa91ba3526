//! The slots that a store gives out, and times in whole microseconds.

use std::time::Duration;

use anyhow::{Context as _, ensure};

pub mod postgres;
pub mod redis;

/// Slots that a store has given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots {
    /// How many there are. Each is a spacing after the one before.
    pub slots: u32,
    /// The time from the answer until the first slot or, if there is none,
    /// until the next that is free.
    pub first: Duration,
    /// What is left of the hold.
    pub held: Duration,
    /// The store's clock when it answered, since 1970.
    pub at: Duration,
}

impl Slots {
    /// Reads the answer of a store: a number, and three times in microseconds.
    pub fn read([slots, first, held, at]: [i64; 4]) -> anyhow::Result<Self> {
        let time = |micros| anyhow::Ok(Duration::from_micros(u64::try_from(micros)?));
        Ok(Self { slots: slots.try_into()?, first: time(first)?, held: time(held)?, at: time(at)? })
    }
}

/// Returns a spacing in whole microseconds, rounded up.
pub fn spacing_micros(spacing: Duration) -> anyhow::Result<i64> {
    ensure!(!spacing.is_zero(), "the spacing of an upstream is 0 s, and must be longer");
    micros("spacing", spacing)
}

/// Returns what is left of a hold in whole microseconds, rounded up.
pub fn hold_micros(hold: Duration) -> anyhow::Result<i64> {
    micros("hold", hold)
}

/// Returns a time in whole microseconds. A date that it is added to is still a
/// whole number in the arithmetic of Redis, which has 53 bits.
fn micros(name: &str, time: Duration) -> anyhow::Result<i64> {
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    let error = || format!("the {name} of an upstream is {time:?}, and must be {LONGEST:?} at most");
    let micros = i64::try_from(time.as_nanos().div_ceil(1_000)).with_context(error)?;
    ensure!(time <= LONGEST, error());
    Ok(micros)
}
