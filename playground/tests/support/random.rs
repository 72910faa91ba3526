//! Random addresses: most of their settings are good, and some are nothing that anybody means.

use asyncpoll::{SeededRng, rand_core::Rng};

const TIMES: &[&str] = &["1ns", "100ms", "1s", "5s", "60s", "5m", "1h", "7d"];
const COUNTS: &[&str] = &["none", "1", "2", "3", "50"];

/// A setting, and good values of it.
type Setting = (&'static str, &'static [&'static str]);

/// The settings of each view, and good values of each.
const VIEWS: &[(&str, &[Setting])] = &[("policy", POLICY), ("fleet", FLEET), ("ticker", TICKER)];

const FIT: &[Setting] =
    &[("log", &["builds"]), ("policy", &["5s x1 10m", "30s x1 10m", "1m x1 2h"]), ("polls", &["as now", "3", "5"])];

const FLEET: &[Setting] = &[
    ("orders", &["1", "10", "100", "300"]),
    ("rate", &["1", "7", "40", "1000"]),
    ("retry_after", &["none", "1s", "2m"]),
    ("latency", &["0s", "200ms", "1m"]),
    ("replicas", &["1", "2", "8"]),
];

const TICKER: &[Setting] = &[
    ("loops", &["1", "10", "1,000"]),
    ("interval", &["10s", "1m", "90m"]),
    ("jitter", &["0%", "10%", "99%"]),
    ("first", &["after_one", "at_once", "spread"]),
    ("phase", &["free", "locked"]),
];

const POLICY: &[Setting] = &[
    ("initial_wait", TIMES),
    ("multiplier", &["1", "1.5", "3/2", "10", "4294967295"]),
    ("max_backoff", &["1h", "7d", "36500d"]),
    ("jitter", &["none", "20%", "100%", "+20%", "full", "equal", "decorrelated"]),
    ("max_wait", &["none", "8d", "36500d"]),
    ("head_start", TIMES),
    ("waits", &["none", "1s", "1s, 1ms, 30m"]),
    ("max_polls", COUNTS),
    ("max_consecutive_errors", COUNTS),
    ("hint_jitter", &["default", "none", "100%"]),
    ("max_hint", TIMES),
    ("last_poll", &["true", "false"]),
    ("seeds", &["1", "40", "200", "201"]),
    ("seed", &["0", "7", "18446744073709551615"]),
    ("scale", &["log", "linear"]),
    ("events", &["none", "done@3m", "429@1ns+1h,hint@5s+0s,error@0s,done@36500d", "hint@1s+36500d", "error@1s,error@2s"]),
    ("click", &["done", "429", "hint", "error"]),
    ("retry_after", TIMES),
];

const ODD: &[&str] = &["", "none", "0", "-1", "1e300", "NaN", "\0", "<b>", "🦀", "1s,", "99999999999999999999", "true", "%"];

/// Draws an address. No two are alike.
pub(crate) fn fragment(rng: &mut SeededRng) -> String {
    // A fit takes long, so few are asked for.
    let (view, fields) = if rng.next_u64().is_multiple_of(32) { ("fit", FIT) } else { pick(rng, VIEWS) };
    let version = pick(rng, &["1", "1", "1", "1", "1", "1", "1", "2", ""]);
    let mut address = form_urlencoded::Serializer::new(String::new());
    address.append_pair("v", version).append_pair("view", view);
    for (index, &(name, values)) in fields.iter().enumerate() {
        // The first says how much there is to play, and what is plain would take long.
        if index > 0 && !rng.next_u64().is_multiple_of(3) {
            continue;
        }
        let values = if rng.next_u64().is_multiple_of(24) { ODD } else { values };
        address.append_pair(name, pick(rng, values));
    }
    address.append_pair("unknown", &rng.next_u64().to_string()).finish()
}

fn pick<T: Copy>(rng: &mut SeededRng, from: &[T]) -> T {
    from[(rng.next_u64() % from.len() as u64) as usize]
}
