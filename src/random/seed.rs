//! A seed from the randomness that the standard library has already.

use core::hash::BuildHasher;
use std::hash::RandomState;

/// Returns a seed that differs at every call and in every process.
///
/// It comes from the random keys of std's [`RandomState`]: good enough to set pollers apart, not to keep a secret.
///
/// There is no such function on `wasm32-unknown-unknown`, where std has no entropy and the seed would be the same at every call.
/// There, call `getrandom::u64()` of the crate `getrandom`; in a browser it takes its feature `wasm_js`.
///
/// # Example
///
/// ```
/// use asyncpoll::{Policy, Poller, random_seed};
/// use std::time::Instant;
///
/// assert_ne!(random_seed(), random_seed());
/// let poller = Poller::seeded(Policy::default(), random_seed(), Instant::now());
/// assert_eq!(poller.polls(), 0);
/// ```
pub fn random_seed() -> u64 {
    RandomState::new().hash_one(())
}
