//! Any bytes at all: they are read as a log of completion times, or refused with the numbers of the lines that are wrong.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::logs::Text;

fn check(text: &Text) {
    text.read();
}

asyncpoll_fuzz::target!(check: Text, seeds: "log");
