//! A policy that is printed needs no line of its own: a driver, a fleet and a preview take it as they take any other.

use core::time::Duration;

use asyncpoll::{Driver, Fleet, NextPoll, Outcome, Policy, Poller, fleet::Limits};
use asyncpoll_fit::{Fit, estimate, toml};
use tokio::time::{Instant, sleep};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated,
};

#[test]
fn it_drives() {
    println!("TODO");
}
