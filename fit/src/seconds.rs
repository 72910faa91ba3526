//! Times as text.

use jiff::Span;

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
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = 7 * i64::from(span.get_weeks()) + i64::from(span.get_days());
    let seconds = 86_400 * days + 3_600 * i64::from(span.get_hours()) + 60 * span.get_minutes() + span.get_seconds();
    let parts = [(span.get_milliseconds(), 1e3), (span.get_microseconds(), 1e6), (span.get_nanoseconds(), 1e9)];
    Some(parts.into_iter().fold(seconds as f64, |sum, (count, unit)| sum + count as f64 / unit))
}

/// The units of time from a minute on, in seconds.
const LONG: [(f64, &str); 3] = [(86_400.0, "d"), (3_600.0, "h"), (60.0, "min")];

/// Shows a time: in the longest unit in which it is whole, or else to three digits.
///
/// ```
/// use asyncpoll_fit::show_seconds;
///
/// assert_eq!((show_seconds(120.0), show_seconds(7_200.0)), ("2 min".into(), "2 h".into()));
/// assert_eq!((show_seconds(118.34), show_seconds(0.25)), ("118 s".into(), "250 ms".into()));
/// ```
pub fn show(seconds: f64) -> String {
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    let whole = LONG.into_iter().map(|(length, unit)| (seconds / length, unit));
    if let Some((value, unit)) = whole.into_iter().find(|(value, _)| value.fract() == 0.0 && value.abs() < 1e3) {
        return format!("{value} {unit}");
    }
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
