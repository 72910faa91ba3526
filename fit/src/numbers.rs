//! Numbers that read well.

use core::time::Duration;

/// The shortest time that a clock of a poller tells, in seconds.
pub(crate) const NANOSECOND: f64 = 1e-9;

/// The digits that a wait before the ladder may have.
const DIGITS: i32 = 3;

/// Returns `value` with three digits that are not zero, in whole nanoseconds.
pub(crate) fn rounded(value: f64) -> Duration {
    digits(value, f64::round)
}

/// Returns the first number of three digits from `value` on, in whole nanoseconds.
pub(crate) fn rounded_up(value: f64) -> Duration {
    // What is above three digits by less than a millionth is so by the errors of floating point.
    digits(value, |digits| (digits - 1e-6).ceil())
}

fn digits(value: f64, round: impl Fn(f64) -> f64) -> Duration {
    let power = value.log10().floor() as i32 + 1 - DIGITS;
    seconds(decimal(round(value / 10_f64.powi(power)), power))
}

/// Returns a duration of so many seconds, a nanosecond at least and a hundred years at most.
pub(crate) fn seconds(seconds: f64) -> Duration {
    let nanos = (seconds * 1e9).round().clamp(1.0, 3.2e18);
    Duration::from_nanos(nanos as u64)
}

/// Returns `digits` × 10^`power`, by a division if that is the exact way.
fn decimal(digits: f64, power: i32) -> f64 {
    if power < 0 { digits / 10_f64.powi(-power) } else { digits * 10_f64.powi(power) }
}
