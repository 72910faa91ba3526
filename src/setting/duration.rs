//! Durations as text, in the one form that the crate itself writes: `5s`, `1h30m`.

use core::{fmt, time::Duration};

use super::written;
use crate::wait::nanos;

/// The units, in nanoseconds, the longest first.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Reads numbers with their units, the longest unit first and each once at most: `5s`, `1h30m`, `1.5s`. A decimal is read
/// exactly, or not at all.
pub(super) fn read(text: &str) -> Option<Duration> {
    let (mut rest, mut units, mut nanos) = (text, UNITS.iter(), 0_u128);
    loop {
        let (number, tail) = split(rest, |letter| !letter.is_ascii_digit() && letter != '.')?;
        let (name, tail) = split(tail, |letter| !letter.is_ascii_alphabetic())?;
        // The search goes on from the unit before.
        let (_, unit) = units.find(|(unit, _)| *unit == name)?;
        nanos = nanos.saturating_add(part(number, *unit)?);
        if tail.is_empty() {
            let seconds = Duration::from_secs(u64::try_from(nanos / 1_000_000_000).ok()?);
            return seconds.checked_add(Duration::from_nanos((nanos % 1_000_000_000).try_into().ok()?));
        }
        rest = tail;
    }
}

/// Splits a text where the first letter is that ends its first part.
fn split(text: &str, ends: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    text.split_at_checked(text.find(ends).unwrap_or(text.len()))
}

/// Returns the nanoseconds of so many units.
fn part(number: &str, unit: u64) -> Option<u128> {
    let (whole, decimals) = written::split_once(number, '.').unwrap_or((number, "0"));
    if decimals.is_empty() {
        return None;
    }
    let mut nanos = u128::from(written::digits::<u64>(whole)?).saturating_mul(unit.into());
    let mut worth = unit;
    for digit in decimals.trim_end_matches('0').chars() {
        if worth % 10 != 0 {
            return None;
        }
        worth /= 10;
        nanos = nanos.saturating_add(u128::from(digit.to_digit(10)?).saturating_mul(worth.into()));
    }
    Some(nanos)
}

/// Shows a duration in the form that [`read`] reads, in whole numbers.
pub(super) struct DurationText(pub(super) Duration);

impl fmt::Display for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = nanos::from_duration(self.0);
        for (unit, length) in UNITS {
            if let (Some(count @ 1..), Some(left)) = (rest.checked_div(length), rest.checked_rem(length)) {
                write!(f, "{count}{unit}")?;
                rest = left;
            }
        }
        Ok(())
    }
}
