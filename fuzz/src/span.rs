//! Lengths of time, of every order of magnitude.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};

/// The most nanoseconds that a poller tells apart; what a clock or a hint has beyond them saturates.
pub const MOST: u128 = u64::MAX as u128;

/// Returns `duration` in nanoseconds, saturated as a poller does it.
pub fn nanos(duration: Duration) -> u128 {
    duration.as_nanos().min(MOST)
}

/// Makes up a length of time, from nothing to `Duration::MAX`.
///
/// # Errors
///
/// Those of the `arbitrary` crate.
pub fn span(u: &mut Unstructured<'_>) -> Result<Duration> {
    Ok(match u.int_in_range(0..=6)? {
        0 => Duration::from_nanos(u8::arbitrary(u)?.into()),
        1 => Duration::from_micros(u16::arbitrary(u)?.into()),
        2 => Duration::from_millis(u16::arbitrary(u)?.into()),
        3 => Duration::from_secs(u16::arbitrary(u)?.into()),
        4 => Duration::from_nanos(u64::arbitrary(u)?),
        5 => Duration::arbitrary(u)?,
        _ => Duration::MAX,
    })
}

/// Makes up a length of time, or none.
///
/// # Errors
///
/// Those of the `arbitrary` crate.
pub fn optional_span(u: &mut Unstructured<'_>) -> Result<Option<Duration>> {
    Ok(if bool::arbitrary(u)? { Some(span(u)?) } else { None })
}
