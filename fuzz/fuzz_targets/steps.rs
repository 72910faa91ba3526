//! Anything at all done to one poller, and every promise asserted after each step.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::{operations::Operations, promises::Watched};

fn check(operations: &Operations) {
    operations.perform(&mut Watched::start(&operations.settings(), &operations.tape, operations.start));
}

asyncpoll_fuzz::target!(check: Operations, seeds: "operations");
