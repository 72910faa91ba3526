//! The hint: the `Retry-After` of an answer, in both its forms.

use core::{num::IntErrorKind, time::Duration};
use std::time::SystemTime;

use http::{
    HeaderMap,
    header::{DATE, HeaderName, RETRY_AFTER},
};

/// Returns how long the server asked us to wait: no time if it names a date that is past, and `None` if what it says is
/// neither a number of seconds nor a date.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?;
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Some(Duration::MAX),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            // By the server's own clock, from which ours may differ. Its `Date` is cut to the second, so that the wait comes
            // out too long by less than a second, and never too short.
            let sent = text(headers, DATE).and_then(|date| httpdate::parse_http_date(date).ok());
            Some(date.duration_since(sent.unwrap_or_else(SystemTime::now)).unwrap_or_default())
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
