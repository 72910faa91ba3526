//! Random numbers: the generators, and a seed from the randomness that the standard library has already.

mod closure;
#[cfg(feature = "chacha")]
mod seeded;
mod small;

#[cfg(feature = "std")]
use core::hash::BuildHasher;
#[cfg(feature = "std")]
use std::hash::RandomState;

pub use closure::FnRng;
#[cfg(feature = "chacha")]
pub use seeded::SeededRng;
pub use small::SmallRng;

/// Returns a seed that differs at every call and in every process.
///
/// It comes from the random keys of std's [`RandomState`]: good enough to set pollers apart, not to keep a secret.
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
#[cfg(feature = "std")]
pub fn random_seed() -> u64 {
    RandomState::new().hash_one(())
}
