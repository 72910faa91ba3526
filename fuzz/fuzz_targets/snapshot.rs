//! Any bytes at all: they are refused, or pollers made of them, under any policy, keep to it, however often they are put away.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::restored::{Restored, Stored};

fn check(stored: &Stored) {
    stored.read();
    stored.operations.perform(&mut Restored::start(stored));
}

asyncpoll_fuzz::target!(check: Stored, seeds: "snapshot");
