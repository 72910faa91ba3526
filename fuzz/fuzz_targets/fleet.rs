//! Anything at all done to a fleet, and all that it does compared with the naive fleet of the crate's own tests.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::fleet::Operations;

fn check(operations: &Operations) {
    operations.perform();
}

asyncpoll_fuzz::target!(check: Operations, seeds: "fleet");
