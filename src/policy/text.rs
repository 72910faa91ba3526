//! Settings as text, as a file of configuration has them.

use core::{
    fmt::{self, Write},
    time::Duration,
};

use jiff::{Span, SpanRelativeTo};

use crate::wait::{Jitter, nanos};

/// The units that a duration is written in, in nanoseconds.
const UNITS: [(&str, u64); 7] = [
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Reads a duration: `5s`, `1h 30m`, `2d`, `PT5S`, `00:05:00`. A day has 24 hours; what varies in length is refused.
pub(super) fn duration(text: &str) -> Option<Duration> {
    // Not as a duration, which would refuse days.
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?.try_into().ok()
}

/// Reads a multiplier: `3/2`, `3`, `1.5`.
pub(super) fn multiplier(text: &str) -> Option<(u32, u32)> {
    if let Some((numer, denom)) = text.split_once('/') {
        return Some((numer.parse().ok()?, denom.parse().ok()?));
    }
    let Some((whole, decimals)) = text.split_once('.') else {
        return Some((text.parse().ok()?, 1));
    };
    let decimals = decimals.trim_end_matches('0');
    if !decimals.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // There is room for nine of them.
    let denom = 10_u32.checked_pow(decimals.len().try_into().ok()?)?;
    let part: u32 = if decimals.is_empty() { 0 } else { decimals.parse().ok()? };
    Some((whole.parse::<u32>().ok()?.checked_mul(denom)?.checked_add(part)?, denom))
}

/// Reads a multiplier that a parser has made a float of, from its shortest decimal, so that 1.1 is 11/10.
pub(super) fn multiplier_of_float(float: f64) -> Option<(u32, u32)> {
    let mut decimal = Decimal::default();
    write!(decimal, "{float}").ok()?;
    multiplier(decimal.as_str()?)
}

/// Reads a kind of jitter: `none`, `full`, `equal`, `decorrelated`, `20%`.
pub(super) fn jitter(text: &str) -> Option<Jitter> {
    Some(match text {
        "none" => Jitter::None,
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        _ => {
            let (kind, percent): (fn(u8) -> Jitter, _) = match text.strip_prefix('+') {
                Some(percent) => (Jitter::Above, percent),
                None => (Jitter::PlusMinus, text),
            };
            kind(percent.strip_suffix('%')?.trim_end().parse().ok()?)
        }
    })
}

/// Shows a duration in the form that [`duration`] reads.
pub(super) struct DurationText(pub(super) Duration);

impl fmt::Display for DurationText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = nanos::from_duration(self.0);
        let mut space = "";
        for (unit, length) in UNITS {
            if let (Some(count @ 1..), Some(left)) = (rest.checked_div(length), rest.checked_rem(length)) {
                write!(f, "{space}{count}{unit}")?;
                (space, rest) = (" ", left);
            }
        }
        Ok(())
    }
}

/// Shows a kind of jitter in the form that [`jitter`] reads.
pub(super) struct JitterText(pub(super) Jitter);

impl fmt::Display for JitterText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Jitter::None => f.write_str("none"),
            Jitter::PlusMinus(percent) => write!(f, "{percent}%"),
            Jitter::Above(percent) => write!(f, "+{percent}%"),
            Jitter::Full => f.write_str("full"),
            Jitter::Equal => f.write_str("equal"),
            Jitter::Decorrelated => f.write_str("decorrelated"),
        }
    }
}

/// The text of a number. One that has no room is none that could be read.
#[derive(Default)]
struct Decimal {
    bytes: [u8; 32],
    length: usize,
}

impl Decimal {
    fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.bytes.get(..self.length)?).ok()
    }
}

impl Write for Decimal {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length.saturating_add(text.len());
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
