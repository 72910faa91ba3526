//! Durations as whole nanoseconds in a `u64`: all arithmetic of the crate is done on these.

use core::time::Duration;

/// The longest duration a policy may hold: 2⁶³−1 ns, 292 years.
pub(crate) const LONGEST: u64 = i64::MAX.unsigned_abs();

/// Converts to nanoseconds; what exceeds 2⁶⁴−1 ns saturates.
#[inline]
pub(crate) const fn from_duration(duration: Duration) -> u64 {
    duration.as_secs().saturating_mul(1_000_000_000).saturating_add(duration.subsec_nanos() as u64)
}

/// Returns what gives `nanos` with `percent` added to it, rounded down and rounded up.
#[inline]
pub(crate) const fn without_percent(percent: u8, nanos: u64) -> (u64, u64) {
    let whole = (percent as u64).wrapping_add(100);
    // In two parts, so that no product overflows. Their sum is at most `nanos`.
    let (part, rest) = (nanos.div_euclid(whole).wrapping_mul(100), nanos.rem_euclid(whole).wrapping_mul(100));
    (part.wrapping_add(rest.div_euclid(whole)), part.wrapping_add(rest.div_ceil(whole)))
}

/// Returns `percent` (at most 100) of `nanos`, rounded down.
#[inline]
pub(crate) const fn percent_of(percent: u8, nanos: u64) -> u64 {
    let percent = percent as u64;
    match nanos.checked_mul(percent) {
        Some(product) => product / 100,
        // From 5.8 years on, the hundreds and the rest apart.
        None => (nanos / 100).saturating_mul(percent).saturating_add((nanos % 100).saturating_mul(percent) / 100),
    }
}
