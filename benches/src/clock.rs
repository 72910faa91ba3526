//! Readings of a clock that are the same in every run.

use std::time::{Duration, Instant};

/// A clock whose readings can be made up.
pub trait Clock: asyncpoll::Instant {
    /// Its name in the tables.
    const NAME: &'static str;

    /// Returns the reading so long after a moment that is the same in every run.
    fn at(elapsed: Duration) -> Self;
}

impl Clock for Duration {
    const NAME: &'static str = "Duration";

    fn at(elapsed: Duration) -> Self {
        elapsed
    }
}

impl Clock for Instant {
    const NAME: &'static str = "Instant";

    fn at(elapsed: Duration) -> Self {
        earliest() + Duration::from_millis(618) + elapsed
    }
}

/// Returns the earliest instant that can be had.
///
/// How many instructions it takes to subtract one instant from another depends on their nanoseconds, and the present one's
/// differ in every run.
fn earliest() -> Instant {
    let seconds = (0..64).rev().map(|shift| Duration::from_secs(1 << shift));
    let nanos = (0..30).rev().map(|shift| Duration::from_nanos(1 << shift));
    seconds.chain(nanos).fold(Instant::now(), |earliest, step| earliest.checked_sub(step).unwrap_or(earliest))
}
