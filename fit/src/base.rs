//! What fitted policies share: the jitter that they keep to, and no limit but `max_wait`.

use core::time::Duration;

use asyncpoll::{Jitter, Policy};

use crate::numbers::seconds;

/// The jitter in place of one that leaves little to fit.
const JITTER: Jitter = Jitter::PlusMinus(20);

/// Returns the policy that a fitted one is made from.
pub(crate) fn base(present: Policy) -> Policy {
    let builder = match present.jitter() {
        Jitter::None | Jitter::PlusMinus(_) => present.to_builder(),
        _ => present.to_builder().jitter(JITTER),
    };
    builder.no_max_polls().build().unwrap_or(present)
}

/// Returns by what part of a base its wait may be shorter or longer.
pub(crate) fn jitter(base: Policy) -> f64 {
    if let Jitter::PlusMinus(percent) = base.jitter() { f64::from(percent) / 100.0 } else { 0.0 }
}

/// Returns the ceiling under which jitter has its whole window around a wait.
pub(crate) fn ceiling(base: Policy, wait: Duration) -> Duration {
    seconds(wait.as_secs_f64() * (1.0 + jitter(base)))
}

/// Returns the `max_backoff` of a wait that never grows: the default, which does nothing then, if that is no shorter.
pub(crate) fn at_rest(base: Policy, wait: Duration) -> Duration {
    Policy::default().max_backoff().max(ceiling(base, wait))
}
