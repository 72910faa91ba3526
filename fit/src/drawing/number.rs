//! Numbers as text.

/// The digits that are shown of a number below 1,000.
const DIGITS: i32 = 3;

/// Shows a number that is not a time: to three digits, or as a whole number with a comma before every three digits.
///
/// ```
/// use asyncpoll_fit::drawing::number;
///
/// assert_eq!((number(5_000.0), number(1.25), number(0.5)), ("5,000".into(), "1.25".into(), "0.5".into()));
/// ```
pub fn number(value: f64) -> String {
    let whole = if value == 0.0 { 1 } else { value.abs().log10().floor() as i32 + 1 };
    let decimals = usize::try_from(DIGITS - whole).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = text.trim_start_matches('-').len();
    let sign = text.len() - digits;
    let mut grouped = text[..sign].to_owned();
    for (index, digit) in text[sign..].chars().enumerate() {
        if index > 0 && (digits - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
