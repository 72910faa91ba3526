//! How many requests are left, as real servers say it: each row with who reported or defined what is sent.

use asyncpoll::http::quota;
use core::time::Duration;

use super::{headers, now};

/// Where it is from, the headers, what remains, and the seconds until it is reset.
type Row = (&'static str, &'static str, Option<(u64, Option<u64>)>);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // The draft.
    ("draft-ietf-httpapi-ratelimit-headers-10", "RateLimit: \"default\";r=50;t=30", Some((50, Some(30)))),
    ("docs of Cloudflare", "Ratelimit: \"default\";r=50;t=30\nRatelimit-Policy: \"burst\";q=100;w=60", Some((50, Some(30)))),
    ("draft-ietf-httpapi-ratelimit-headers-10, a partition", "RateLimit: \"peruser\";r=10;pk=:sdfjLJUOUA==:;t=5", Some((10, Some(5)))),
    ("ietf-wg-httpapi/ratelimit-headers#134",
     "RateLimit-Policy: \"peruser\";q=65535;qu=\"content-bytes\";w=10;pk=:sdfjLJUOUA==:\nRateLimit: \"peruser\";r=9;t=5", None),
    ("ietf-wg-httpapi/ratelimit-headers#165", "RateLimit-Policy: \"other\";q=9;qu=\"content-bytes\"\nRateLimit: \"peruser\";r=9;t=5", Some((9, Some(5)))),
    ("ietf-wg-httpapi/ratelimit-headers#121", "RateLimit: shortreqlimit; remaining=15; reset=5", None),
    ("ietf-wg-httpapi/ratelimit-headers#127", "RateLimit: limit=100, remaining=2; reset=5", Some((2, None))),
    ("express-rate-limit, draft-7", "RateLimit: limit=100, remaining=50, reset=30\nRateLimit-Policy: 100;w=60", Some((50, Some(30)))),
    ("draft-ietf-httpapi-ratelimit-headers-06", "RateLimit-Limit: 100, 100;w=60\nRateLimit-Remaining: 50\nRateLimit-Reset: 30", Some((50, Some(30)))),
    ("express-rate-limit/express-rate-limit#232", "Date: Tue, 04 May 2021 05:21:23 GMT\nRateLimit-Remaining: 3\nRateLimit-Reset: 1620105727", Some((3, Some(44)))),
    // `X-RateLimit-*`.
    ("zalando/restful-api-guidelines#379",
     "Date: Mon, 01 Jul 2013 17:27:06 GMT\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 56\nX-RateLimit-Reset: 1372700873", Some((56, Some(1247)))),
    ("zalando/restful-api-guidelines#379",
     "Date: Mon, 01 Jul 2013 17:27:06 GMT\nX-RateLimit-Limit: 60\nX-RateLimit-Remaining: 56\nX-RateLimit-Reset: 2513", Some((56, Some(2513)))),
    ("KnpLabs/php-github-api#1072", "Date: Mon, 13 Jun 2022 11:48:53 GMT\nX-RateLimit-Remaining: 14\nX-RateLimit-Reset: 1655120964", Some((14, Some(31)))),
    ("scala-steward-org/scala-steward#2355",
     "date: Wed, 10 Nov 2021 04:26:48 GMT\nx-ratelimit-remaining: 4290\nx-ratelimit-reset: 1636520514", Some((4290, Some(2106)))),
    ("superseriousbusiness/gotosocial#2129", "Date: Thu, 17 Aug 2023 08:05:00 GMT\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1692259524", Some((0, Some(24)))),
    ("superseriousbusiness/gotosocial#2129",
     "Date: Thu, 17 Aug 2023 08:42:00 GMT\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 2023-08-17T08:42:22+00:00", Some((0, Some(22)))),
    ("discord/discord-api-docs#1064", "Date: Tue, 02 Aug 2016 21:23:40 GMT\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1470173023", Some((0, Some(3)))),
    ("discord/discord-api-docs#5428", "Date: Mon, 29 Aug 2022 14:42:19 GMT\nX-RateLimit-Remaining: 1\nX-RateLimit-Reset: 1661784139.727", Some((1, Some(1)))),
    ("RocketChat/docs-old#1358", "Date: Fri, 05 Jul 2019 00:52:20 GMT\nX-RateLimit-Remaining: 9\nX-RateLimit-Reset: 1562287945000", Some((9, Some(5)))),
    ("appdotnet/api-spec#185", "X-RateLimit-Remaining: 4992\nX-RateLimit-Limit: 5000\nX-RateLimit-Reset: 2615", Some((4992, Some(2615)))),
    ("apache/apisix#9964", "X-RateLimit-Remaining: 0\nX-RateLimit-Reset: 0", Some((0, Some(0)))),
    ("throttled/throttled#55", "Retry-After: 1\nX-Ratelimit-Limit: 6\nX-Ratelimit-Remaining: 0\nX-Ratelimit-Reset: 6", Some((0, Some(1)))),
    ("praw-dev/praw#2046", "x-ratelimit-remaining: 3.0\nx-ratelimit-used: 997\nx-ratelimit-reset: 2", Some((3, Some(2)))),
    ("docs of Unipile", "x-ratelimit-limit: 50\nx-ratelimit-remaining: 12\nx-ratelimit-reset: 24", Some((12, Some(24)))),
    ("docs of lemlist",
     "X-RateLimit-Remaining: 7\nX-RateLimit-Reset: Tue Feb 16 2021 09:02:42 GMT+0100 (Central European Standard Time)", Some((7, None))),
    ("docs of pyannote", "X-RateLimit-Limit: 100\nX-RateLimit-Remaining: 99", Some((99, None))),
    ("hellosign/hellosign-nodejs-sdk#27", "X-Ratelimit-Limit: 2000\nX-Ratelimit-Limit-Remaining: 1999\nX-Ratelimit-Reset: 1430170900", None),
    // `X-Rate-Limit-*`.
    ("docs of Okta", "Date: Thu, 31 Dec 2020 23:59:00 GMT\nX-Rate-Limit-Remaining: 1199\nX-Rate-Limit-Reset: 1609459200", Some((1199, Some(60)))),
    ("jhurliman/node-rate-limiter#27", "X-Rate-Limit-Limit: 150\nX-Rate-Limit-Remaining: 92\nX-Rate-Limit-Reset: 58", Some((92, Some(58)))),
];

#[track_caller]
fn check(source: &str, lines: &str, expected: Option<(u64, Option<u64>)>) {
    let found = quota(&headers(lines), now()).map(|quota| (quota.remaining, quota.reset));
    let expected = expected.map(|(remaining, reset)| (remaining, reset.map(Duration::from_secs)));
    assert_eq!(found, expected, "{lines:?} of {source}");
}

#[test]
fn real_fields_give_what_their_servers_mean() {
    for (source, lines, expected) in ROWS {
        check(source, lines, *expected);
    }
}

#[test]
fn of_several_policies_the_one_that_allows_least_counts() {
    for (lines, expected) in [
        ("RateLimit: \"minute\";r=50;t=30, \"day\";r=7;t=3600", (7, Some(3600))),
        ("RateLimit: \"day\";r=7;t=3600, \"minute\";r=50;t=30", (7, Some(3600))),
        ("RateLimit: \"minute\";r=50;t=30\nRateLimit: \"day\";r=7;t=3600", (7, Some(3600))),
        ("RateLimit: \"minute\";r=0;t=30, \"day\";r=0;t=3600, \"hour\";r=0", (0, Some(3600))),
        (
            "RateLimit: \"bytes\";r=1;t=30, \"day\";r=7;t=3600\nRateLimit-Policy: \"bytes\";q=9;qu=\"content-bytes\"",
            (7, Some(3600)),
        ),
        ("RateLimit: \"day\";r=7;t=3600\nRateLimit-Policy: \"day\";q=9;qu=\"requests\"", (7, Some(3600))),
        ("X-RateLimit-Remaining: 50, 7\nX-RateLimit-Reset: 30, 3600", (7, Some(3600))),
        ("X-RateLimit-Remaining: 50\nX-RateLimit-Remaining: 7\nX-RateLimit-Reset: 30", (7, Some(30))),
    ] {
        check("the draft", lines, Some(expected));
    }
}

#[test]
fn the_window_of_a_policy_stands_for_a_reset_that_is_missing() {
    let policy = "RateLimit-Policy: \"day\";q=9;w=86400, \"minute\";q=9;w=60";
    check("the draft", &format!("{policy}\nRateLimit: \"minute\";r=7"), Some((7, Some(60))));
    check("the draft", &format!("{policy}\nRateLimit: \"minute\";r=7;t=5"), Some((7, Some(5))));
    check("the draft", &format!("{policy}\nRateLimit: \"hour\";r=7"), Some((7, None)));
    check("the draft", "RateLimit-Policy: 9;w=60\nRateLimit: \"minute\";r=7", Some((7, None)));
    check("the draft", policy, None);
}

#[test]
fn newer_headers_go_before_older_ones() {
    let mut lines = vec![
        "RateLimit: \"default\";r=1;t=1",
        "RateLimit-Remaining: 3",
        "X-RateLimit-Remaining: 4",
        "X-Rate-Limit-Remaining: 5",
    ];
    for expected in [(1, Some(1)), (3, None), (4, None), (5, None)] {
        check("the draft", &lines.join("\n"), Some(expected));
        lines.remove(0);
    }
}

#[test]
fn retry_after_wins_if_nothing_remains() {
    check("the draft", "Retry-After: 5\nRateLimit: \"a\";r=0;t=30", Some((0, Some(5))));
    check("the draft", "Retry-After: 5\nRateLimit: \"a\";r=0", Some((0, Some(5))));
    check("the draft", "Retry-After: 5\nRateLimit: \"a\";r=1;t=30", Some((1, Some(30))));
    check("the draft", "Retry-After: soon\nRateLimit: \"a\";r=0;t=30", Some((0, Some(30))));
}

#[test]
fn what_breaks_the_grammar_is_ignored() {
    for field in [
        "",
        "\"a",
        "\"a;r=5",
        "\"a\\x\";r=5",
        "\"a\tb\";r=5",
        "\"a\"r=5",
        "\"a\" ;r=5",
        "\"a\";R=5",
        "\"a\";r=",
        "\"a\";r=5,",
        ",\"a\";r=5",
        "\"a\";r=5;;t=1",
        "\"a\";r=5 \"b\";r=6",
        "\"a\";r=5x",
        "\"a\";r=5.",
        "\"a\";r=5;x=1.2345",
        "\"a\";r=5;x=.5",
        "\"a\";r=5;x=-.5",
        "\"a\";r=5;x=1234567890123.5",
        "\"a\";r=5;x=-",
        "\"a\";r=1234567890123456",
        "\"a\";r=5;x=:YQ",
        "\"a\";r=5;x=?2",
        "\"a\";r=5;x=@1.5",
        "\"a\";r=5;x=%a",
        "\"a\";r=5;x=%\"a",
        "\"a\";r=5;x=%\"\t\"",
        "\"a\";r=5;x=!",
        "(\"a\");r=5",
        "a=5, b",
        "limit=9, remaining",
        "limit=9, remaining=",
        "limit=9, remaining=5, RESET=1",
        // These keep the grammar, and have no count.
        "\"a\"",
        "\"a\";r",
        "\"a\";r=-5",
        "\"a\";r=5.0",
        "\"a\";r=\"5\"",
        "17;r=5",
        "limit=9",
        "remaining=-5",
    ] {
        let lines = format!("RateLimit: {field}\nRateLimit-Remaining: 9");
        check("the draft", &lines, Some((9, None)));
    }
    check("the draft", "RateLimit: \u{fc};r=5", None);
    for remaining in ["-1", "many", "", "1e3", "5;w=60"] {
        check("the draft", &format!("X-RateLimit-Remaining: {remaining}\nX-RateLimit-Reset: 5"), None);
    }
}

#[test]
fn what_the_grammar_allows_beside_a_count_is_passed_over() {
    for parameters in [
        "x",
        "x=1.5",
        "*x_y-z.1=1",
        "x=-7",
        "x=tok/en",
        "x=*",
        "x=\"q\\\"\\\\\"",
        "x=:YQ==:",
        "x=?0",
        "x=?1",
        "x=@1771401600",
        "x=%\"\\f%c3%bc\\\"",
    ] {
        check("RFC 9651", &format!("RateLimit: \"a\";{parameters};r=5; t=30"), Some((5, Some(30))));
        check("RFC 9651", &format!("RateLimit: x;{parameters};r=1;r=5;t=30 \t,\t \"b\";r=6"), Some((5, Some(30))));
        check("RFC 9651", &format!("RateLimit: remaining=5;{parameters},{parameters}, reset=30"), Some((5, Some(30))));
    }
}
