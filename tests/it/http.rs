//! What HTTP servers say.

mod classify;
mod clocks;
mod properties;
mod quota;
mod retry_after;

use core::time::Duration;
use std::time::SystemTime;

use ::http::{HeaderMap, HeaderName, HeaderValue};

/// Headers as an answer has them, a line each; what follows the first space is the value.
pub(crate) fn headers(text: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in text.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

/// Wed, 18 Feb 2026 08:00:00 GMT, by the client's clock.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_771_401_600)
}
