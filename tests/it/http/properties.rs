//! What holds for any bytes, and of what is valid.

use asyncpoll::http::{classify, quota, retry_after};
use core::time::Duration;
use proptest::{collection::vec, prelude::*};
use std::time::SystemTime;

use ::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{headers, now};

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

/// Any bytes, and text that comes near to what is read.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        "[-+]?[0-9]{0,25}(\\.[0-9]{0,12})?",
        "[0-9]{4}-[0-9]{2}-[0-3][0-9][Tt ][0-9:.]{5,14}([Zz]|[+-][0-9:]{2,5})?",
        "(Mon|Tuesday|Sun),? [0-9]{2}[- ](Jan|Feb|Dec)[- ][0-9]{2,4} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|[+-][0-9]{4})",
        "[\"a-z0-9;=:?@%., \\\\-]{0,40}",
    ];
    prop_oneof![vec(any::<u8>(), 0..40), text.prop_map(String::into_bytes)]
}

fn answer() -> impl Strategy<Value = HeaderMap> {
    vec((0..NAMES.len(), value()), 0..8).prop_map(|lines| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(NAMES[name]), value);
            }
        }
        headers
    })
}

fn moment() -> impl Strategy<Value = SystemTime> {
    (any::<bool>(), 0..1_u64 << 62).prop_map(|(is_past, seconds)| {
        let since = Duration::from_secs(seconds);
        let moment =
            if is_past { SystemTime::UNIX_EPOCH.checked_sub(since) } else { SystemTime::UNIX_EPOCH.checked_add(since) };
        moment.unwrap_or(SystemTime::UNIX_EPOCH)
    })
}

proptest! {
    #[test]
    fn no_answer_panics(headers in answer(), status in 100_u16..1000, now in moment()) {
        let answer = classify(StatusCode::from_u16(status).unwrap(), &headers, now);
        let hint = retry_after(&headers, now);
        let reset = quota(&headers, now).filter(|quota| quota.remaining == 0).and_then(|quota| quota.reset);
        prop_assert!(answer.retry_after().is_none_or(|wait| Some(wait) == hint.or(reset)));
    }

    #[test]
    fn seconds_are_never_shortened(seconds in 0..=1_000_000_000_u64, fraction in 0..1_000_000_000_u32) {
        let whole = retry_after(&headers(&format!("Retry-After: {seconds}")), now());
        prop_assert_eq!(whole, Some(Duration::from_secs(seconds)));
        let hint = retry_after(&headers(&format!("Retry-After: {seconds}.{fraction:09}")), now()).unwrap();
        // From there on, it is a moment.
        if seconds < 1_000_000_000 {
            prop_assert!(hint >= Duration::new(seconds, fraction));
        }
    }

    #[test]
    fn a_date_is_as_far_away_as_httpdate_says(sent in 0..250_000_000_000_u64, named in 0..250_000_000_000_u64) {
        let (sent, named) = (Duration::from_secs(sent), Duration::from_secs(named));
        let date = |since| httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + since);
        let answer = headers(&format!("Date: {}\nRetry-After: {}", date(sent), date(named)));
        prop_assert_eq!(retry_after(&answer, now()), Some(named.saturating_sub(sent)));
        let answer = headers(&format!("Retry-After: {}", date(named)));
        prop_assert_eq!(retry_after(&answer, SystemTime::UNIX_EPOCH + sent), Some(named.saturating_sub(sent)));
    }

    #[test]
    fn the_forms_of_a_date_are_one_date(named in 86_400..250_000_000_000_u64, zone in 0..1440_u64) {
        let utc = SystemTime::UNIX_EPOCH + Duration::from_secs(named);
        let expected = retry_after(&headers(&format!("Retry-After: {}", httpdate::fmt_http_date(utc))), now());
        let text = humantime::format_rfc3339_seconds(utc).to_string();
        prop_assert_eq!(retry_after(&headers(&format!("Retry-After: {text}")), now()), expected);
        for (sign, local) in [("+", utc + Duration::from_secs(60 * zone)), ("-", utc - Duration::from_secs(60 * zone))] {
            let (hours, minutes) = (zone / 60, zone % 60);
            let text = httpdate::fmt_http_date(local).replace("GMT", &format!("{sign}{hours:02}{minutes:02}"));
            prop_assert_eq!(retry_after(&headers(&format!("Retry-After: {text}")), now()), expected, "{}", text);
            let text = humantime::format_rfc3339_seconds(local).to_string();
            let text = text.replace('Z', &format!("{sign}{hours:02}:{minutes:02}"));
            prop_assert_eq!(retry_after(&headers(&format!("Retry-After: {text}")), now()), expected, "{}", text);
        }
    }

    #[test]
    fn a_further_value_makes_no_hint_shorter(first in value(), second in value()) {
        let hint = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    headers.append("retry-after", value);
                }
            }
            retry_after(&headers, now())
        };
        prop_assert_eq!(hint(&[&first, &second]), hint(&[&first]).max(hint(&[&second])));
    }

    #[test]
    fn what_a_quota_says_is_what_remains(remaining in 0..1_000_000_000_000_000_u64, reset in 0..1_000_000_000_u64) {
        for lines in [
            format!("RateLimit: \"default\";r={remaining};t={reset}"),
            format!("RateLimit: limit=9, remaining={remaining}, reset={reset}"),
            format!("RateLimit-Remaining: {remaining}\nRateLimit-Reset: {reset}"),
            format!("X-RateLimit-Remaining: {remaining}.5\nX-RateLimit-Reset: {reset}"),
            format!("X-Rate-Limit-Remaining: {remaining}\nX-Rate-Limit-Reset: {reset}"),
        ] {
            let quota = quota(&headers(&lines), now()).unwrap();
            prop_assert_eq!((quota.remaining, quota.reset), (remaining, Some(Duration::from_secs(reset))));
        }
    }
}
