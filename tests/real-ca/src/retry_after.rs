//! The `Retry-After` of an answer, in both its forms.

use std::time::{Duration, SystemTime};

/// What a server said in `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// After this time.
    Seconds(Duration),
    /// At this time, by the server's clock.
    Date(SystemTime),
}

impl RetryAfter {
    /// Reads the header's value; `None` if it is neither a number of seconds nor a date.
    pub fn parse(value: &str) -> Option<Self> {
        let seconds = value.parse().ok().map(|seconds| Self::Seconds(Duration::from_secs(seconds)));
        seconds.or_else(|| httpdate::parse_http_date(value).ok().map(Self::Date))
    }

    /// Returns the hint: how long to wait from an answer that was sent at `date`, by the server's clock.
    ///
    /// Both dates are cut to the second, so the poll is made at the time named or less than a second after it. A date that
    /// is past asks for no wait.
    pub fn hint(self, date: SystemTime) -> Duration {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Date(at) => at.duration_since(date).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_the_hint() {
        let hint = RetryAfter::parse("120").map(|retry_after| retry_after.hint(SystemTime::UNIX_EPOCH));
        assert_eq!(hint, Some(Duration::from_mins(2)));
    }

    #[test]
    fn a_date_is_measured_against_the_date_of_the_answer() {
        let sent = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let hint = |value| RetryAfter::parse(value).map(|retry_after| retry_after.hint(sent));
        assert_eq!(hint("Sun, 06 Nov 1994 08:49:40 GMT"), Some(Duration::from_secs(3)));
        assert_eq!(hint("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(hint("Sun, 06 Nov 1994 08:49:30 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn anything_else_is_no_hint() {
        for value in ["", "-1", "1.5", "soon"] {
            assert_eq!(RetryAfter::parse(value), None, "{value:?}");
        }
    }
}
