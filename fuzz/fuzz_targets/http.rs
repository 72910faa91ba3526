//! Any headers at all: they are read without a panic, no wait is shorter than what is valid says, and quotas agree with `sfv`.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::answers::Received;

fn check(answer: &Received) {
    answer.read();
}

asyncpoll_fuzz::target!(check: Received, seeds: "http");
