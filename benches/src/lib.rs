//! What `asyncpoll` costs and how it behaves, beside its peers.
//!
//! `peers` has a file for each: how it is given the policy that all are measured with, or the nearest it can say. `conduct` has
//! another for each: how it is run in virtual time; `watched` has what is seen of it there, and `summary` puts that in one
//! table.
#![expect(clippy::float_arithmetic, reason = "a measurement is not a whole number")]

#[cfg(feature = "costs")]
pub mod callgrind;
#[cfg(feature = "costs")]
pub mod cases;
#[cfg(feature = "asyncpoll")]
pub mod clock;
#[cfg(feature = "tables")]
pub mod conduct;
#[cfg(feature = "costs")]
pub mod fleets;
#[cfg(feature = "costs")]
pub mod measured;
pub mod numbers;
pub mod peers;
pub mod small_generator;
pub mod subject;
#[cfg(feature = "tables")]
pub mod summary;
#[cfg(feature = "costs")]
pub mod ticks;
#[cfg(feature = "tables")]
pub mod watched;
