//! How the events of the feature `tracing` show a duration.

use core::time::Duration;

use tracing::field::{DebugValue, debug};

/// Shows a duration to the millisecond, unless it is shorter.
pub(crate) fn short(duration: Duration) -> DebugValue<Duration> {
    let milliseconds = Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    debug(if milliseconds.is_zero() { duration } else { milliseconds })
}
