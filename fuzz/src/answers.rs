//! Answers of HTTP servers made of bytes: a line each, of a letter that stands for a header and the value.

use core::{fmt, time::Duration};
use std::time::SystemTime;

use arbitrary::{Arbitrary, Unstructured};
use asyncpoll::http::{Answer, classify, quota, retry_after};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use sfv::{BareItem, List, ListEntry, Parser};

/// The headers that are read, by the letters from `a` on.
const NAMES: [&str; 12] = [
    "date",
    "retry-after",
    "retry-after-ms",
    "x-ms-retry-after-ms",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
];

/// What a number may be that is a time to wait, in seconds.
const LONGEST: u64 = 1_000_000_000;

/// A status, headers, and when they were received.
pub struct Received {
    status: StatusCode,
    headers: HeaderMap,
    now: SystemTime,
}

impl<'a> Arbitrary<'a> for Received {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let text = bytes.bytes(bytes.len())?;
        let mut lines = text.split(|byte| *byte == b'\n');
        let first = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let (status, now) = first.split_once(' ').unwrap_or((&first, "0"));
        let status = status.parse().ok().and_then(|status: u16| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
        let since = |seconds: i64| {
            let span = Duration::from_secs(seconds.unsigned_abs());
            if seconds < 0 { SystemTime::UNIX_EPOCH.checked_sub(span) } else { SystemTime::UNIX_EPOCH.checked_add(span) }
        };
        let now = now.parse().ok().and_then(since).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut headers = HeaderMap::new();
        for line in lines {
            let Some((letter, value)) = line.split_first() else { continue };
            let name = NAMES[usize::from(letter.wrapping_sub(b'a')) % NAMES.len()];
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        Ok(Self { status, headers, now })
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?}", self.status, self.now, self.headers)
    }
}

impl Received {
    /// Reads the answer in every way.
    pub fn read(&self) {
        let hint = retry_after(&self.headers, self.now);
        self.check_hint(hint);
        self.check_quota();
        match classify(self.status, &self.headers, self.now) {
            Answer::Failed => {}
            answer => assert!(hint.is_none() || answer.retry_after() == hint, "the hint is lost: {answer:?} of {self:?}"),
        }
    }

    /// What is valid is a hint, and no shorter than integer parsing and `httpdate` say.
    fn check_hint(&self, hint: Option<Duration>) {
        if self.headers.contains_key("retry-after-ms") || self.headers.contains_key("x-ms-retry-after-ms") {
            return;
        }
        for value in self.headers.get_all("retry-after") {
            let Ok(text) = value.to_str() else { continue };
            let is_delay = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let least = match text.parse::<u64>() {
                Ok(seconds) if is_delay && seconds <= LONGEST => Duration::from_secs(seconds),
                // A moment.
                Ok(_) if is_delay => continue,
                Err(_) if is_delay => Duration::MAX,
                _ => match httpdate::parse_http_date(text) {
                    // It takes anything for the space after the day, even another comma.
                    Ok(date) if text.matches(',').count() < 2 => self.until(date),
                    _ => continue,
                },
            };
            assert!(hint >= Some(least), "{text:?} asks for {least:?}, not {hint:?}: {self:?}");
        }
    }

    /// How long it is until `date` by a `Date` that keeps the grammar, or by `now` if there is none at all.
    fn until(&self, date: SystemTime) -> Duration {
        let sent = match self.headers.get("date") {
            None => Some(self.now),
            Some(sent) => sent.to_str().ok().and_then(|sent| httpdate::parse_http_date(sent).ok()),
        };
        sent.and_then(|sent| date.duration_since(sent).ok()).unwrap_or_default()
    }

    /// What `sfv` reads as a list of policies is the quota that allows least, and what it refuses is none.
    fn check_quota(&self) {
        let found = quota(&self.headers, self.now);
        if NAMES[6..].iter().chain(&["ratelimit-policy"]).any(|name| self.headers.contains_key(*name)) {
            return;
        }
        let lines: Option<Vec<_>> = self.headers.get_all("ratelimit").iter().map(|line| line.to_str().ok()).collect();
        let field = lines.unwrap_or_default().join(", ");
        let list = match Parser::new(&field).parse::<List>() {
            Ok(list) if list.iter().any(|member| matches!(member, ListEntry::InnerList(_))) => return,
            Ok(list) => list,
            // What is encoded in bytes and in display strings is not looked at here.
            Err(_) if field.contains([':', '%']) => return,
            Err(_) => List::new(),
        };
        let count = |value: Option<&BareItem>| u64::try_from(i64::from(value?.as_integer()?)).ok();
        let least = list.iter().filter_map(|member| match member {
            ListEntry::Item(item) if item.bare_item.as_string().is_some() || item.bare_item.as_token().is_some() => {
                count(item.params.get("r"))
            }
            _ => None,
        });
        let least = least.min();
        // The seventh version of the draft has a dictionary.
        if least.is_some() || !field.contains("remaining") {
            assert_eq!(found.map(|quota| quota.remaining), least, "sfv reads another quota: {self:?}");
        }
    }
}
