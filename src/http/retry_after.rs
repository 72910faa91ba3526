//! How long a server asks to wait.

use core::time::Duration;
use std::time::SystemTime;

use ::http::{HeaderMap, header::RETRY_AFTER};

use super::reader::{Number, Reader};

/// Headers that hold milliseconds, in the order in which they are read.
const IN_MILLISECONDS: [&str; 2] = ["retry-after-ms", "x-ms-retry-after-ms"];

/// Returns how long the server asks to wait, or nothing if it does not say or what it says cannot be read.
///
/// The first of these that can be read counts: `retry-after-ms` and `x-ms-retry-after-ms`, which Azure sends beside the coarser
/// third, and `Retry-After` as [RFC 9110] defines it, in seconds or as a date. Servers send more than that allows, and more is
/// read:
///
/// | what is sent | what it means |
/// |---|---|
/// | `120` | 120 s |
/// | `8.5` | 9 s: a fraction is rounded up, here to a second, in the other two to a millisecond |
/// | `30,120`, or two lines | 120 s, the longest; what cannot be read among them is passed over |
/// | `99999999999999999999`, or more digits | [`Duration::MAX`] |
/// | `Fri, 31 Dec 1999 23:59:59 GMT`, or one of the two obsolete forms | until then |
/// | `Fri, 31 Dec 1999 23:59:59 +0000`, `1999-12-31T23:59:59Z` | the same; a zone is a number, or `Z` |
/// | `1771404540`: above 10⁹, which would be 32 years | the seconds of a Unix epoch: until then; above 10¹², its milliseconds |
/// | `-1`, `soon`, `30s` | nothing |
///
/// A date is measured from the `Date` of the answer, so that no clock but the server's matters. If `Date` is missing or cannot be
/// read, it is measured from `now`. A date that is past is a wait of zero.
///
/// ```
/// use asyncpoll::http::retry_after;
/// use http::HeaderMap;
/// use std::time::{Duration, SystemTime};
///
/// let mut headers = HeaderMap::new();
/// headers.insert("Date", "Fri, 31 Dec 1999 23:59:29 GMT".parse()?);
/// headers.insert("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT".parse()?);
/// let hint = retry_after(&headers, SystemTime::now());
/// assert_eq!(hint, Some(Duration::from_secs(30)), "whatever time it is");
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
///
/// [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let reader = Reader { headers, now };
    let milliseconds = IN_MILLISECONDS.iter().find_map(|name| reader.values(name).filter_map(milliseconds).max());
    milliseconds.or_else(|| reader.values(RETRY_AFTER.as_str()).filter_map(|value| reader.wait(value)).max())
}

fn milliseconds(text: &str) -> Option<Duration> {
    Some(match Number::read(text)?.up() {
        u64::MAX => Duration::MAX,
        number => Duration::from_millis(number),
    })
}
