//! Times as text.

use jiff::{Span, SpanRelativeTo};

/// Reads a time: a number of seconds, or a duration as a policy has them in a file, such as `5m3s`, `1h 30m` or `250ms`.
///
/// It may be negative or not a number: that is for the one who knows what it is.
///
/// ```
/// use asyncpoll_fit::parse_seconds;
///
/// assert_eq!(parse_seconds("5m3s"), Some(303.0));
/// assert_eq!(parse_seconds("soon"), None);
/// ```
pub fn parse(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let span: Span = text.parse().ok()?;
    Some(span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?.as_secs_f64())
}

/// Shows a time to three digits.
pub(crate) fn show(seconds: f64) -> String {
    let (value, unit) = match seconds {
        seconds if seconds > 0.0 && seconds < 0.000_000_999_5 => (seconds * 1e9, "ns"),
        seconds if seconds < 0.000_999_5 => (seconds * 1e6, "µs"),
        seconds if seconds < 0.999_5 => (seconds * 1e3, "ms"),
        seconds if seconds < 600.0 => (seconds, "s"),
        seconds if seconds < 36_000.0 => (seconds / 60.0, "min"),
        seconds if seconds < 360_000.0 => (seconds / 3_600.0, "h"),
        seconds => (seconds / 86_400.0, "d"),
    };
    let decimals = match value {
        value if value.fract().abs() < 1e-9 && value < 1e3 => 0,
        value if value < 9.995 => 2,
        value if value < 99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}
