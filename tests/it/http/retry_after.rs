//! How long to wait, as real servers say it: each row with who reported or defined what is sent.

use asyncpoll::http::retry_after;
use core::time::Duration;
use std::time::SystemTime;

use super::{headers, now};

const NEVER: u64 = u64::MAX;

/// Where it is from, the headers, and the seconds to wait.
#[rustfmt::skip]
const SECONDS: &[(&str, &str, Option<u64>)] = &[
    // Whole seconds.
    ("RFC 9110, 10.2.3", "Retry-After: 120", Some(120)),
    ("RFC 9773", "Retry-After: 21600", Some(21_600)),
    ("urllib3/urllib3#1338", "Retry-After: 3600", Some(3600)),
    ("supabase/supabase-js#2634", "Retry-After: 86400", Some(86_400)),
    ("unixcharles/acme-client#260", "Retry-After: 2231", Some(2231)),
    ("throttled/throttled#55", "Retry-After: 1", Some(1)),
    ("nodejs/undici#5519", "Retry-After: 0", Some(0)),
    ("mdn/content#28330", "retry-after: 0", Some(0)),
    ("elizaOS/eliza#27447", "Retry-After:  5 ", Some(5)),
    ("denoland/std#7299", "Retry-After:  120", Some(120)),
    ("docs of lemlist", "Retry-After: 2", Some(2)),
    // Parts of a second.
    ("urllib3/urllib3#2861", "Retry-After: 0.503", Some(1)),
    ("SpaceTradersAPI/api-docs#24", "Retry-After: 0.493", Some(1)),
    ("getsentry/sentry#7919", "Retry-After: 292.052427053", Some(293)),
    ("opensearch-project/data-prepper#6927", "Retry-After: 299.997", Some(300)),
    ("opensearch-project/data-prepper#6927", "Retry-After: 123.39", Some(124)),
    ("wojtekmach/req#464", "Retry-After: 0.314", Some(1)),
    ("OpenFeign/feign#980", "Retry-After: 2.0", Some(2)),
    ("microsoftgraph/microsoft-graph-docs#17442", "Retry-After: 2.128", Some(3)),
    ("NousResearch/hermes-agent#24705", "Retry-After: 0.5", Some(1)),
    ("teng-lin/notebooklm-py#1275", "Retry-After: 1.5", Some(2)),
    ("teng-lin/notebooklm-py#1276", "Retry-After: 0.0", Some(0)),
    ("teng-lin/notebooklm-py#1276", "Retry-After:  2.5 ", Some(3)),
    // Several.
    ("microsoftgraph/msgraph-sdk-python#1159", "Retry-After: 30,120", Some(120)),
    ("elizaOS/eliza#27447", "Retry-After: 10, 20", Some(20)),
    ("aaronpowell/httpstatus#153", "Retry-After: 5\nRetry-After: 30", Some(30)),
    // Beyond.
    ("openclaw/clawscan#58", "Retry-After: 18446744073709551616", Some(NEVER)),
    ("urllib3/urllib3#3743", "Retry-After: 99999999999999999999", Some(NEVER)),
    // Dates.
    ("RFC 9110, 10.2.3", "Date: Fri, 31 Dec 1999 23:59:29 GMT\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT", Some(30)),
    ("RFC 9110, 5.6.7", "Date: Sun, 06 Nov 1994 08:49:07 GMT\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT", Some(30)),
    ("RFC 9110, 5.6.7", "Date: Sun, 06 Nov 1994 08:49:07 GMT\nRetry-After: Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
    ("RFC 9110, 5.6.7", "Date: Sun, 06 Nov 1994 08:49:07 GMT\nRetry-After: Sun Nov  6 08:49:37 1994", Some(30)),
    ("supabase/supabase-js#2634", "Date: Thu, 27 Aug 2026 11:10:53 GMT\nRetry-After: Thu, 27 Aug 2026 11:12:53 GMT", Some(120)),
    ("duolahypercho/codex-router#573", "Date: Sat, 25 Jul 2026 12:00:00 GMT\nRetry-After: Sat, 25 Jul 2026 12:05:00 GMT", Some(300)),
    ("pc-style/x-md#25", "Retry-After: Wed, 09 Sep 2026 12:00:00 GMT", Some(17_553_600)),
    ("openai/openai-java#878", "Retry-After: Wed, 21 Oct 2015 07:28:00 GMT", Some(0)),
    ("urllib3/urllib3#1896", "Date: Fri, 26 Jun 2020 04:28:00 GMT\nRetry-After: Fri, 26 Jun 2020 04:28:20 GMT", Some(20)),
    ("RFC 5322, 3.3", "Date: Fri, 21 Nov 1997 15:55:00 GMT\nRetry-After: Fri, 21 Nov 1997 09:55:06 -0600", Some(6)),
    ("RFC 5322, 3.3", "Date: Fri, 21 Nov 1997 09:55:06 -0600\nRetry-After: Fri, 21 Nov 1997 16:55:08 +0100", Some(2)),
    ("RFC 3339, 5.8", "Date: Fri, 12 Apr 1985 23:20:00 GMT\nRetry-After: 1985-04-12T23:20:50.52Z", Some(51)),
    ("RFC 3339, 5.8", "Date: Fri, 20 Dec 1996 00:39:00 GMT\nRetry-After: 1996-12-19T16:39:57-08:00", Some(57)),
    ("RFC 3339, 5.8", "Date: Fri, 01 Jan 1937 12:00:00 GMT\nRetry-After: 1937-01-01T12:00:27.87+00:20", None),
    ("icing/mod_md#318", "Date: Fri, 04 Aug 2023 10:39:00 GMT\nRetry-After: 2023-08-04T12:00:00Z", Some(4860)),
    ("superseriousbusiness/gotosocial#2129", "Date: Thu, 17 Aug 2023 08:42:00 GMT\nRetry-After: 2023-08-17T08:42:22+00:00", Some(22)),
    // Epochs.
    ("openclaw/clawhub#407", "Retry-After: 1771404540", Some(2940)),
    ("openclaw/clawhub#407", "Date: Wed, 18 Feb 2026 08:48:00 GMT\nRetry-After: 1771404540", Some(60)),
    ("mvanhorn/cli-printing-press#542", "Retry-After: 1771404540000", Some(2940)),
    ("agentclash/agentclash#975", "Retry-After: 9999999999", Some(8_228_598_399)),
    ("hashicorp/go-retryablehttp#297", "Retry-After: 9223372037", Some(7_451_970_437)),
    // Nothing.
    ("pydantic/pydantic-ai#7073", "Retry-After: -1", None),
    ("apify/crawlee-python#1995", "Retry-After: -5", None),
    ("stuartleeks/aoai-simulated-api#57", "Retry-After: -43", None),
    ("teng-lin/notebooklm-py#1276", "Retry-After: -1.5", None),
    ("teng-lin/notebooklm-py#1276", "Retry-After: inf", None),
    ("teng-lin/notebooklm-py#1276", "Retry-After: nan", None),
    ("teng-lin/notebooklm-py#1276", "Retry-After: 1e10000", None),
    ("CamaraDosDeputados/dados-abertos#286", "Retry-After: 30s", None),
    ("basecamp/basecamp-sdk#781", "Retry-After: 120junk", None),
    ("elizaOS/eliza#27447", "Retry-After: 0x10", None),
    ("rorkai/App-Store-Connect-CLI#2129", "Retry-After: 18446744073709551616x", None),
    ("supabase/supabase-js#2634", "Retry-After: soon", None),
    ("backblaze-labs/b2-mcp#288", "Retry-After: Sep 2027", None),
    ("backblaze-labs/b2-mcp#288", "Retry-After: Jan 1 2030", None),
    ("basecamp/basecamp-sdk#857", "Retry-After: 1 Jan 2099 00:00:00", None),
    ("will-ockmore/httpx-retries#58", "Retry-After: Fri, 26 Jun 2020 04:28:20", None),
    ("RFC 3261, 20.33", "Retry-After: 18000;duration=3600", None),
    ("RFC 3261, 20.33", "Retry-After: 120 (I'm in a meeting)", None),
];

/// The same, in milliseconds.
#[rustfmt::skip]
const MILLISECONDS: &[(&str, &str, Option<u64>)] = &[
    ("openai/openai-python#957", "retry-after-ms: 250\nRetry-After: 1", Some(250)),
    ("Azure/azure-sdk-for-python#9092", "x-ms-retry-after-ms: 250\nRetry-After: 1", Some(250)),
    ("microsoft/kernel-memory#795", "x-ms-retry-after-ms: 300\nretry-after-ms: 250\nRetry-After: 1", Some(250)),
    ("openai/openai-python#1046", "retry-after-ms: soon\nx-ms-retry-after-ms: 300\nRetry-After: 1", Some(300)),
    ("openai/openai-python#1046", "retry-after-ms: 12.5\nRetry-After: 1", Some(13)),
    ("anomalyco/opencode#41424", "retry-after-ms: -1\nRetry-After: 1", Some(1000)),
    ("anomalyco/opencode#41424", "retry-after-ms: -1", None),
    ("openai/openai-java#878", "Retry-After-Ms: -1\nRetry-After: -1", None),
    // A month: no epoch of milliseconds is meant.
    ("Azure/azure-sdk-for-python#9092", "x-ms-retry-after-ms: 2678400000", Some(2_678_400_000)),
    ("Azure/azure-sdk-for-python#9092", "x-ms-retry-after-ms: 99999999999999999999", Some(NEVER)),
];

fn check(rows: &[(&str, &str, Option<u64>)], unit: fn(u64) -> Duration) {
    let expected = |number| if number == NEVER { Duration::MAX } else { unit(number) };
    for (source, lines, number) in rows {
        assert_eq!(retry_after(&headers(lines), now()), number.map(expected), "{lines:?} of {source}");
    }
}

#[test]
fn real_values_give_what_their_servers_mean() {
    assert!(SECONDS.len() + MILLISECONDS.len() >= 60);
    check(SECONDS, Duration::from_secs);
    check(MILLISECONDS, Duration::from_millis);
}

#[test]
fn a_header_that_is_missing_or_no_text_is_no_hint() {
    for lines in ["", "Retry-After: ", "Retry-After: \u{b9}20", "Date: Fri, 31 Dec 1999 23:59:59 GMT"] {
        assert_eq!(retry_after(&headers(lines), now()), None, "{lines:?}");
    }
}

#[test]
fn the_longest_of_several_counts_and_what_cannot_be_read_is_passed_over() {
    for (value, expected) in [
        ("8, 1", 8),
        ("1, 8", 8),
        (", 8", 8),
        ("8,", 8),
        ("8, soon", 8),
        ("8, Wed, 18 Feb 2026 08:00:30 GMT", 30),
        ("Wed, 18 Feb 2026 08:00:30 GMT, 8", 30),
        ("Wednesday, 18-Feb-26 08:00:30 GMT, Wed, 18 Feb 2026 08:00:40 GMT", 40),
        ("Wed Feb 18 08:00:30 2026,8", 30),
    ] {
        let hint = retry_after(&headers(&format!("Retry-After: {value}")), now());
        assert_eq!(hint, Some(Duration::from_secs(expected)), "{value:?}");
        let lines = headers(&format!("Retry-After: {value}\nRetry-After: -1\nRetry-After: 50"));
        assert_eq!(retry_after(&lines, now()), Some(Duration::from_secs(50)), "{value:?}");
    }
}

#[test]
fn a_number_is_a_moment_only_above_a_billion() {
    for (value, expected) in [
        ("1000000000", Duration::from_secs(1_000_000_000)),
        ("1000000001", Duration::ZERO),
        ("1771401600.5", Duration::from_secs(1)),
        ("1000000000000", Duration::from_secs(1_000_000_000_000 - 1_771_401_600)),
        ("1000000000001", Duration::ZERO),
        ("1771401601500", Duration::from_millis(1500)),
        ("18446744073709551615", Duration::MAX),
    ] {
        assert_eq!(retry_after(&headers(&format!("Retry-After: {value}")), now()), Some(expected), "{value}");
    }
}

#[test]
fn a_date_is_one_that_the_calendar_has() {
    for (value, expected) in [
        ("2026-02-18T08:00:30Z", Some(30)),
        ("2026-02-18t08:00:30z", Some(30)),
        ("2026-02-18 08:00:30.000Z", Some(30)),
        ("2026-02-18T08:00:30.000000001Z", Some(31)),
        ("2026-02-18T09:00:30+01:00", Some(30)),
        ("2026-02-18T07:30:30-0030", Some(30)),
        ("2026-02-28T08:00:00Z", Some(864_000)),
        ("2026-03-01T08:00:00Z", Some(950_400)),
        ("1970-01-01T00:30:00+00:30", Some(0)),
        ("1970-01-01T00:30:00+01:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("2026-02-29T08:00:00Z", None),
        ("2026-13-18T08:00:00Z", None),
        ("2026-2-18T08:00:30Z", None),
        ("2026-02-18T08:00:30", None),
        ("2026-02-18T08:00Z", None),
        ("2026-02-18Z", None),
        ("2026-02T08:00:30Z", None),
        ("2026T08:00:30Z", None),
        ("2026-02-18T08:00:30.Z", None),
        ("2026-02-18T08:00:30.5.5Z", None),
        ("2026-02-18T08:00:30+24:00", None),
        ("2026-02-18T08:00:30+00:60", None),
        ("2026-02-18T08:00:30+1:00", None),
        ("2026-02-18T08:00:30+", None),
        ("Wed, 18 Feb 2026 08:00:30 +0000", Some(30)),
        ("Wed, 18 Feb 2026 08:00:30 +00:00", Some(30)),
        ("Thu, 18 Feb 2026 08:00:30 +0000", None),
        ("Wed, 18 Feb 2026 08:00:30 *0000", None),
        ("Wed, 18 Feb 2026 08:00:30 +00", None),
        ("Wed, 18 Feb 2026 08:00:30 CET", None),
        ("Thu, 18 Feb 2026 08:00:30 GMT", None),
    ] {
        let hint = retry_after(&headers(&format!("Retry-After: {value}")), now());
        assert_eq!(hint, expected.map(Duration::from_secs), "{value:?}");
    }
}

#[test]
fn a_date_is_measured_by_now_if_the_answer_has_none_that_can_be_read() {
    let hint = |date: &str| {
        let lines = format!("{date}Retry-After: Wed, 18 Feb 2026 08:00:30 GMT");
        retry_after(&headers(&lines), now() + Duration::from_millis(500))
    };
    assert_eq!(hint(""), Some(Duration::from_millis(29_500)));
    assert_eq!(hint("Date: yesterday\n"), Some(Duration::from_millis(29_500)));
    assert_eq!(hint("Date: Wed, 18 Feb 2026 08:00:10 GMT\n"), Some(Duration::from_secs(20)));
    assert_eq!(hint("Date: yesterday\nDate: Wed, 18 Feb 2026 08:00:10 GMT\n"), Some(Duration::from_secs(20)));
    assert_eq!(hint("Date: Wed, 18 Feb 2026 08:00:31 GMT\n"), Some(Duration::ZERO));
}

#[test]
fn a_clock_before_the_epoch_makes_no_hint_shorter() {
    let before = SystemTime::UNIX_EPOCH - Duration::from_secs(10);
    let hint = retry_after(&headers("Retry-After: Thu, 01 Jan 1970 00:00:30 GMT"), before);
    assert_eq!(hint, Some(Duration::from_secs(40)));
}
