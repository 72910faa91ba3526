//! How many requests a server still takes, and until when.

use core::{cmp::Reverse, time::Duration};
use std::time::SystemTime;

use ::http::HeaderMap;

use super::{
    reader::{Number, Reader},
    retry_after::retry_after,
    structured::{Bare, Item, dictionary, last, list},
};

/// Headers that are older than the draft, in the order in which they are read: what remains, and when it is reset.
const PAIRS: [(&str, &str); 3] = [
    ("ratelimit-remaining", "ratelimit-reset"),
    ("x-ratelimit-remaining", "x-ratelimit-reset"),
    ("x-rate-limit-remaining", "x-rate-limit-reset"),
];

/// What is left of the requests that a server takes in a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Quota {
    /// How many more requests are served before the quota is reset. At zero, the next is refused.
    pub remaining: u64,
    /// How long it is until the quota is reset, if the server says so.
    pub reset: Option<Duration>,
}

/// Returns what the answer says about the requests that are left, or nothing if it says nothing that can be read.
///
/// Good answers carry it too, so that a client can slow down before it is refused. The first of these that can be read counts:
///
/// | headers | defined by |
/// |---|---|
/// | `RateLimit: "default";r=50;t=30` | the [draft] of the IETF, as Cloudflare sends it |
/// | `RateLimit: limit=100, remaining=50, reset=30` | its [seventh][draft-7] version, as express-rate-limit sends it |
/// | `RateLimit-Remaining`, `RateLimit-Reset` | its [sixth][draft-6] version and those before |
/// | `X-RateLimit-Remaining`, `X-RateLimit-Reset` | GitHub, Mastodon, Discord, Reddit and others |
/// | `X-Rate-Limit-Remaining`, `X-Rate-Limit-Reset` | Okta, X and others |
///
/// Of several policies the one that allows least counts: the fewest requests and, of two with as few, the later reset. A policy
/// whose unit is not requests (`qu` in `RateLimit-Policy`) counts for none. If `RateLimit` does not say when it is reset, that is
/// the window (`w`) of its policy at most, and counts as that.
///
/// A reset is read as a `Retry-After` is: seconds, the seconds of a Unix epoch, or a date, all by the server's clock. A fraction of
/// a request that remains is none. As the draft demands, `Retry-After` takes the place of the reset if nothing remains, and a field
/// that breaks its grammar is ignored.
///
/// ```
/// use asyncpoll::http::quota;
/// use http::HeaderMap;
/// use std::time::{Duration, SystemTime};
///
/// let mut headers = HeaderMap::new();
/// let policies = r#""minute";r=50;t=30, "day";r=7;t=3600"#;
/// headers.insert("RateLimit", policies.parse()?);
/// let quota = quota(&headers, SystemTime::now()).unwrap();
/// assert_eq!(quota.remaining, 7);
/// assert_eq!(quota.reset, Some(Duration::from_secs(3600)));
/// # Ok::<(), http::header::InvalidHeaderValue>(())
/// ```
///
/// [draft]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-10
/// [draft-6]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06
/// [draft-7]: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-07
pub fn quota(headers: &HeaderMap, now: SystemTime) -> Option<Quota> {
    let reader = Reader { headers, now };
    let mut quota = policies(reader).or_else(|| seventh(reader)).or_else(|| pair(reader))?;
    if quota.remaining == 0 {
        quota.reset = retry_after(headers, now).or(quota.reset);
    }
    Some(quota)
}

/// Reads the list of policies, and returns the one that allows least.
fn policies(reader: Reader<'_>) -> Option<Quota> {
    let (limits, policies) = (reader.field("ratelimit")?, reader.field("ratelimit-policy"));
    let policies = policies.as_deref().and_then(list).unwrap_or_default();
    let quota = |limit: &Item<'_>| {
        let policy = policies.iter().find(|policy| matches!(policy.value, Bare::Text(_)) && policy.value == limit.value);
        let unit = policy.and_then(|policy| policy.parameter("qu"));
        let window = || policy?.parameter("w");
        let counts = matches!(limit.value, Bare::Text(_)) && matches!(unit, None | Some(Bare::Text("requests")));
        let remaining = limit.parameter("r").and_then(count).filter(|_| counts)?;
        let reset = limit.parameter("t").or_else(window).and_then(count).map(Duration::from_secs);
        Some(Quota { remaining, reset })
    };
    // Of policies with as few requests, `Reverse` puts the latest reset first, and one that is not known last.
    list(&limits)?.iter().filter_map(quota).min_by_key(|quota| (quota.remaining, Reverse(quota.reset)))
}

/// Reads the one dictionary of the seventh version.
fn seventh(reader: Reader<'_>) -> Option<Quota> {
    let field = reader.field("ratelimit")?;
    let limits = dictionary(&field)?;
    let remaining = last(&limits, "remaining").and_then(count)?;
    Some(Quota { remaining, reset: last(&limits, "reset").and_then(count).map(Duration::from_secs) })
}

/// Reads the first pair of headers of which what remains can be read.
fn pair(reader: Reader<'_>) -> Option<Quota> {
    PAIRS.iter().find_map(|(remaining, reset)| {
        let remaining = reader.values(remaining).filter_map(Number::read).map(Number::down).min()?;
        Some(Quota { remaining, reset: reader.values(reset).filter_map(|value| reader.wait(value)).max() })
    })
}

/// Returns an integer that is not negative.
fn count(value: Bare<'_>) -> Option<u64> {
    match value {
        Bare::Integer(number) => u64::try_from(number).ok(),
        _ => None,
    }
}
