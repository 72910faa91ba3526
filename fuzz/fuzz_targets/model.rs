//! Anything at all done to one poller and to the reference of the crate's own tests, which must agree to the nanosecond.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::{differential::Compared, operations::Operations};

fn check(operations: &Operations) {
    operations.perform(&mut Compared::start(operations));
}

asyncpoll_fuzz::target!(check: Operations, seeds: "operations");
