//! Figures as words: one way to say times, counts and shares.

pub(crate) use asyncpoll_fit::show_seconds as time;

/// Says a number with a comma before each three digits.
pub(crate) fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Says a mean to one digit, and to none if it is large.
pub(crate) fn mean(number: f64) -> String {
    if number < 99.95 { format!("{number:.1}") } else { count(number.round() as u64) }
}

/// Marks a figure in a sentence of HTML.
pub(crate) fn figure(text: impl AsRef<str>) -> String {
    format!("<b>{}</b>", escaped(text.as_ref()))
}

/// Returns text as it stands in HTML and in SVG.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_their_form() {
        assert_eq!([0_u64, 999, 1_000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0.0, 5.04, 99.94, 99.95, 1_234.5].map(mean), ["0.0", "5.0", "99.9", "100", "1,235"]);
        assert_eq!(figure("a<b"), "<b>a&lt;b</b>");
    }
}
