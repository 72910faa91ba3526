//! A driver on a coarse clock, whose sleeps are woken at any time, never polls before a wait is over.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::drivers::Drive;

fn check(drive: &Drive) {
    drive.perform();
}

// A sleep that moves nothing is followed by ten thousand readings of the clock, so that an input takes milliseconds.
asyncpoll_fuzz::target!(check: Drive, seeds: "drivers", made: 500);
