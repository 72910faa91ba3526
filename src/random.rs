//! Random numbers: the generators, and a seed from the randomness that the standard library has already.

mod closure;
#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
mod seed;
#[cfg(feature = "chacha")]
mod seeded;
mod small;

pub use closure::FnRng;
#[cfg(all(feature = "std", not(all(target_family = "wasm", target_os = "unknown"))))]
pub use seed::random_seed;
#[cfg(feature = "chacha")]
pub use seeded::SeededRng;
pub use small::SmallRng;
