//! The stores of `docs/machines.md`, which give out slots of a known pace or keep the state of a pace that is found, the loop of a
//! process that asks them, and what it takes to run them at a real PostgreSQL and a real Redis.
//!
//! `.ci/tests machines` fetches both and runs all of it. Once it has done so, the tests of one subject alone are
//!
//! ```sh
//! cargo test --package asyncpoll-machines slots
//! ```
//!
//! and what four processes are refused if each finds a pace of its own is shown by
//!
//! ```sh
//! cargo test --package asyncpoll-machines own -- --ignored --nocapture
//! ```
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod connection;
pub mod orders;
pub mod pace;
pub mod polling;
pub mod redis_server;
pub mod slots;
pub mod states;
pub mod worker;

/// The code of the guide compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/machines.md")]
mod guide {}
