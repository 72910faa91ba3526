//! A driver on a coarse clock, whose sleeps are woken at any time, never polls before a wait is over.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::drivers::Drive;

fn check(drive: &Drive) {
    drive.perform();
}

asyncpoll_fuzz::target!(check: Drive, seeds: "drivers");
