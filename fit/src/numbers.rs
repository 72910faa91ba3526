//! Numbers that read well.

use core::time::Duration;

/// What a friendly number begins with.
const FRIENDLY: [f64; 14] = [1.0, 1.2, 1.5, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];

/// The shortest time that a clock of a poller tells, in seconds.
pub(crate) const NANOSECOND: f64 = 1e-9;

/// The digits that a wait of a table keeps.
const DIGITS: i32 = 3;

/// Returns the friendly numbers next to `value`, `count` on either side.
pub(crate) fn friendly(value: f64, count: usize) -> Vec<f64> {
    let magnitude = value.log10().floor() as i32;
    let all: Vec<f64> =
        (magnitude - 1..=magnitude + 1).flat_map(|power| FRIENDLY.map(|start| decimal(start * 10.0, power - 1))).collect();
    let above = all.partition_point(|&number| number < value);
    all[above.saturating_sub(count)..(above + count).min(all.len())].to_vec()
}

/// Returns `value` with three digits that are not zero, in whole nanoseconds.
pub(crate) fn rounded(value: f64) -> Duration {
    let power = value.log10().floor() as i32 + 1 - DIGITS;
    seconds(decimal((value / 10_f64.powi(power)).round(), power))
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
