//! Any text at all: it is read as a line or a file of settings, which are written and read back to the same, or refused.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::written::Written;

fn check(written: &Written) {
    written.read();
}

asyncpoll_fuzz::target!(check: Written, seeds: "settings");
