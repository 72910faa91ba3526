//! A poller for a web page: the browser has the seed, for std has none on `wasm32-unknown-unknown`.

use asyncpoll::{Policy, Poller};
use core::time::Duration;

#[cfg(feature = "random-seed")]
pub use asyncpoll::random_seed;

/// Starts a poller at zero, with a seed from the browser.
pub fn start(policy: Policy) -> Result<Poller<Duration>, getrandom::Error> {
    Ok(Poller::seeded(policy, getrandom::u64()?, Duration::ZERO))
}
