//! The best constant interval, beside which a fitted policy has to be worth its waits.

use asyncpoll::Policy;

use crate::{
    Distribution,
    base::at_rest,
    cost::Brief,
    numbers::{NANOSECOND, rounded},
    players::Players,
};

/// How often a range of intervals is halved.
const HALVINGS: u32 = 18;

/// Returns the policy of the constant interval, of `min_wait` at least, whose polls are nearly `polls` in the mean, and no more.
pub(crate) fn constant(times: &Distribution, base: Policy, polls: f64, min_wait: f64) -> Policy {
    let few = Players::new(8);
    let last = times.edges().last().copied().unwrap_or(0.0);
    let (mut low, mut high) = (min_wait.clamp(NANOSECOND, last.max(NANOSECOND)).ln(), last.max(NANOSECOND).ln());
    let at = |interval: f64| -> Policy {
        let interval = rounded(interval);
        let builder = base.to_builder().no_head_start().multiplier(1, 1).initial_wait(interval);
        builder.max_backoff(at_rest(base, interval)).build().unwrap_or(base)
    };
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        let is_more = Brief::of(&at(middle.exp()), times, &few).polls > polls;
        if is_more { low = middle } else { high = middle }
    }
    at(high.exp())
}
