//! What fitted policies keep of the present one, and how far jitter moves their waits.

use core::time::Duration;

use asyncpoll::{Jitter, Policy};

use crate::numbers::{rounded, rounded_up};

/// The jitter in place of one that leaves little to fit.
const JITTER: Jitter = Jitter::PlusMinus(20);

/// Returns the jitter that a fitted policy has if the present one has `jitter`: the same, or ±20 % in place of one that leaves
/// little to fit.
pub(crate) const fn kept(jitter: Jitter) -> Jitter {
    match jitter {
        Jitter::Full | Jitter::Equal | Jitter::Decorrelated => JITTER,
        _ => jitter,
    }
}

/// Returns the policy that a fitted one is made from: the present one with this jitter, and with no limit but `max_wait`.
pub(crate) fn base(present: Policy, jitter: Jitter) -> Policy {
    present.to_builder().no_waits().no_max_polls().jitter(kept(jitter)).build().unwrap_or(present)
}

/// Returns the parts of a base that its shortest and its longest wait are.
fn window(base: Policy) -> (f64, f64) {
    let part = |percent: u8| f64::from(percent) / 100.0;
    match base.jitter() {
        Jitter::PlusMinus(percent) => (1.0 - part(percent), 1.0 + part(percent)),
        Jitter::Above(percent) => (1.0, 1.0 + part(percent)),
        _ => (1.0, 1.0),
    }
}

/// Returns by what part of its mean a wait may be shorter or longer.
pub(crate) fn jitter(base: Policy) -> f64 {
    let (shortest, longest) = window(base);
    (longest - shortest) / (longest + shortest)
}

/// Returns the base of a wait that takes so many seconds in the mean, of three digits.
pub(crate) fn base_of(base: Policy, mean: f64) -> Duration {
    let (shortest, longest) = window(base);
    rounded(mean / f64::midpoint(shortest, longest))
}

/// Returns the ceiling, of three digits, under which jitter has its whole window around a base.
pub(crate) fn ceiling(base: Policy, wait: Duration) -> Duration {
    rounded_up(wait.as_secs_f64() * window(base).1)
}

/// Returns the `max_backoff` of waits that never grow, if this is the longest: the default, which does nothing then, if that is no
/// shorter.
pub(crate) fn at_rest(base: Policy, longest: Duration) -> Duration {
    Policy::default().max_backoff().max(ceiling(base, longest))
}
