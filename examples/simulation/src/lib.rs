//! Polling in virtual time, for programs and tests to share: what orders at a server with a limit cost it, and when their ends are
//! noticed, whoever polls them; how many loops tick in each second of an hour; and when a policy polls.
//!
//! Nothing here reads a clock or draws a seed. The same scenario is played the same way, whenever and wherever that is.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::unchecked_time_subtraction,
    reason = "figures of a simulation, for people to read"
)]

pub mod backlog;
pub mod loops;
mod orders;
pub mod preview;
mod replica;
mod replica_tables;
pub mod replicas;
pub mod scenario;
pub mod server;
pub mod store;
pub mod tables;
pub mod tally;
