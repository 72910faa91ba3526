//! The value of a setting as somebody wrote it, yet to be read.

use core::{str::FromStr, time::Duration};

use super::duration;

/// The text of a value.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    text: &'a str,
    /// How durations are read here.
    durations: fn(&str) -> Option<Duration>,
}

impl<'a> Written<'a> {
    /// Text in which durations have the form that the crate itself writes.
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, durations: duration::read }
    }

    /// Text in which durations have other forms as well.
    #[cfg(feature = "serde")]
    pub(crate) const fn with_durations(self, durations: fn(&str) -> Option<Duration>) -> Self {
        Self { durations, ..self }
    }

    /// Returns the text as it stands.
    pub(crate) const fn text(self) -> &'a str {
        self.text
    }

    /// Reads a duration: `5s`, `1h30m`.
    pub(crate) fn duration(self) -> Option<Duration> {
        (self.durations)(self.text)
    }

    /// Reads a whole number.
    pub(crate) fn count(self) -> Option<u32> {
        digits(self.text)
    }

    /// Reads a percentage: `20%`, `20 %`.
    pub(crate) fn percent(self) -> Option<u8> {
        digits(self.text.strip_suffix('%')?.trim_end())
    }

    /// Reads a ratio: `3/2`, `3`, `1.5`.
    pub(crate) fn ratio(self) -> Option<(u32, u32)> {
        if let Some((numer, denom)) = split_once(self.text, '/') {
            return Some((digits(numer)?, digits(denom)?));
        }
        let Some((whole, decimals)) = split_once(self.text, '.') else {
            return Some((digits(self.text)?, 1));
        };
        let decimals = decimals.trim_end_matches('0');
        // There is room for nine of them.
        let denom = 10_u32.checked_pow(decimals.len().try_into().ok()?)?;
        let part = if decimals.is_empty() { 0 } else { digits(decimals)? };
        Some((digits::<u32>(whole)?.checked_mul(denom)?.checked_add(part)?, denom))
    }

    /// Returns what follows a `+`, if it begins with that: `+20%`.
    pub(crate) fn above(self) -> Option<Self> {
        Some(Self { text: self.text.strip_prefix('+')?, ..self })
    }

    /// Returns what is between the commas.
    pub(crate) fn elements(self) -> impl Iterator<Item = Self> {
        self.text.split([',']).map(move |text| Self { text: text.trim(), ..self })
    }

    /// Returns what follows `from `, if it begins with that: `from 16`.
    #[cfg(feature = "alloc")]
    pub(crate) fn from(self) -> Option<Self> {
        Some(Self { text: self.text.strip_prefix("from ")?, ..self })
    }

    /// Reads a truth value.
    pub(crate) fn switch(self) -> Option<bool> {
        self.text.parse().ok()
    }

    /// Reads a rate, so many in a time: `40/s`, `600/1m`.
    #[cfg(feature = "alloc")]
    pub(crate) fn rate(self) -> Option<(u32, Duration)> {
        let (count, time) = split_once(self.text, '/')?;
        let per = match time {
            "d" => Duration::from_secs(86_400),
            "h" => Duration::from_secs(3_600),
            "m" => Duration::from_secs(60),
            "s" => Duration::from_secs(1),
            "ms" => Duration::from_millis(1),
            _ => (self.durations)(time)?,
        };
        Some((digits(count)?, per))
    }
}

/// Splits a text at the first such letter. The search for a letter by itself, which is not in a list, has a panic in it.
pub(super) fn split_once(text: &str, at: char) -> Option<(&str, &str)> {
    text.split_once([at])
}

/// Reads a whole number of digits alone: `parse` would take a sign.
pub(super) fn digits<T: FromStr>(text: &str) -> Option<T> {
    if text.bytes().all(|digit| digit.is_ascii_digit()) { text.parse().ok() } else { None }
}
