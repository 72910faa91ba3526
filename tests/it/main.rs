//! The tests, one behaviour a file.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test, to panic is to fail"
)]

#[macro_use]
mod support;
mod model;

mod bounds;
mod cancelling;
mod clocks;
mod compile_fail;
mod deadline;
mod default_max_wait;
mod distribution;
mod faithful;
mod finished;
mod first_wait;
mod fleet;
mod hints;
mod jitter;
mod ladder;
mod limits;
mod outcome;
mod policy_errors;
mod programs;
mod promises;
mod random_seed;
mod replay;
mod resetting;
mod schedule;
