//! The slots that a store gives out, and times in whole microseconds.

use std::time::Duration;

use anyhow::ensure;

pub mod ask;
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

/// The longest spacing and the longest hold. A date a hundred years from now
/// is still exact in the arithmetic of Redis, which has 53 bits.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// Returns a spacing and a hold in microseconds, rounded up.
pub fn micros(spacing: Duration, hold: Duration) -> anyhow::Result<(i64, i64)> {
    ensure!(!spacing.is_zero(), "the spacing of an upstream is 0 s, and must be longer");
    let whole = |name, time: Duration| {
        ensure!(time <= LONGEST, "the {name} of an upstream is {time:?}, and must be {LONGEST:?} at most");
        Ok(i64::try_from(time.as_nanos().div_ceil(1_000))?)
    };
    Ok((whole("spacing", spacing)?, whole("hold", hold)?))
}
