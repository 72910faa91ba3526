//! What the scenarios in `tests/scenarios/` need to put `asyncpoll` before a real certificate authority.
//!
//! The authority is Pebble, a test server for ACME (RFC 8555). Each test starts its own, on a loopback address of its own,
//! and stops it by its id. `.ci/tests real-ca` fetches what is missing and runs all of them. Once it has done so, one scenario
//! alone is
//!
//! ```sh
//! cargo test --package real-ca hung_server
//! ```
//!
//! A poll is one request: neither the HTTP client nor [`Account::post`](account::Account::post) sends anything twice.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod account;
pub mod acme_error;
pub mod answer;
pub mod certificate;
pub mod client;
mod debian;
pub mod gateway;
pub mod journal;
pub mod jws;
pub mod loopback;
pub mod order;
pub mod patience;
pub mod pebble;
pub mod responder;
pub mod server_process;
pub mod shared_order;
