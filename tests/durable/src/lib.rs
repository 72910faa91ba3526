//! The worker of `docs/durable.md`, and what it takes to run it by the hundred orders at a real database, an authority
//! that answers over HTTP, and processes that are killed.
//!
//! `.ci/tests durable` fetches PostgreSQL and runs all of it. Once it has done so, one kind of claim alone is
//!
//! ```sh
//! cargo test --package asyncpoll-durable lease
//! ```
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod ask_sql;
pub mod authority;
pub mod daemon;
pub mod database;
pub mod limited;
#[expect(missing_debug_implementations, reason = "a client of PostgreSQL has no such text")]
pub mod polling;
pub mod proxy;
pub mod settling;
pub mod shown;
#[expect(missing_debug_implementations, reason = "a client of PostgreSQL has no such text")]
pub mod slots;
pub mod worker;

/// The code of the guide compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/durable.md")]
mod guide {}
