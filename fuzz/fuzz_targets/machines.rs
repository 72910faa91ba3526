//! A row with any bytes and any asks, and then a few fleets that share one: what is granted, and what each does with it, compared
//! with the naive ones of the crate's own tests.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::machines::Machines;

fn check(machines: &Machines) {
    machines.read();
    assert_eq!(machines.perform(), machines.perform(), "Replayable: the same inputs made another row: {machines:#?}");
}

asyncpoll_fuzz::target!(check: Machines, seeds: "machines");
