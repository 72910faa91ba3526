#![doc = include_str!("../README.md")]
//!
//! # How it works
//!
//! [`estimate`] makes a [`Distribution`] of [`Record`]s, and [`Fit`] makes policies of that. All of them are judged by playing
//! asyncpoll's own [`Poller`](asyncpoll::Poller) in virtual time, jitter and deadline included.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "shares and seconds are floating point here, and a few digits are enough"
)]

mod base;
mod code;
mod constant;
mod cost;
mod distribution;
pub mod drawing;
mod estimate;
mod fitting;
mod goal;
mod ladder;
mod log;
mod numbers;
mod optimum;
mod picture;
mod players;
mod record;
mod report;
mod search;
mod seconds;
mod warnings;

/// The code of the guide compiles.
#[cfg(doctest)]
#[doc = include_str!("../guide.md")]
mod guide {}

pub use code::{rust, rust_of, toml};
pub use cost::Cost;
pub use distribution::Distribution;
pub use estimate::{EstimateError, estimate};
pub use fitting::{Fit, Fitted};
pub use goal::{Goal, GoalError};
pub use log::{Excerpt, Log, LogError, Refused, Why};
pub use optimum::{least_delay, optimum};
pub use picture::picture;
pub use record::{Record, RecordError};
pub use report::Report;
pub use seconds::{parse as parse_seconds, show as show_seconds};
pub use warnings::warnings;
