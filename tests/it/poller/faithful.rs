//! Without jitter and hints, the waits are those of the Go package `asyncpoll` that this crate descends from: a poll at once,
//! then waits that triple from an initial one up to a cap, the last one cut so that one more poll is made at the deadline.

use asyncpoll::Reason;
use core::time::Duration;

use crate::support::{Shape, Tape, exact, polls_while_pending, start};

/// The times of the polls, in nanoseconds, by the rule above.
fn ancestor(initial_wait: u64, max_backoff: u64, max_wait: u64) -> Vec<u64> {
    let mut polls = vec![0];
    let (mut now, mut wait) = (0, initial_wait);
    while now < max_wait {
        now = (now + wait).min(max_wait);
        polls.push(now);
        wait = (wait * 3).min(max_backoff);
    }
    polls
}

#[track_caller]
fn follows(initial_wait: u64, max_backoff: u64, max_wait: u64, expected: &[u64]) {
    let nanos = Duration::from_nanos;
    let builder = exact().initial_wait(nanos(initial_wait)).max_backoff(nanos(max_backoff)).max_wait(nanos(max_wait));
    let (polls, end) = polls_while_pending(&mut start(builder, Tape::none()));
    assert_eq!(polls, expected.iter().copied().map(nanos).collect::<Vec<_>>());
    assert_eq!(end, Shape::GaveUp(Reason::MaxWait));
}

const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLISECOND;

#[test]
fn policies_worked_out_by_hand() {
    let seconds = |times: &[u64]| times.iter().map(|time| time * SECOND).collect::<Vec<_>>();
    // Its default: 5 + 15 + 45 + 135 + 300 + 100 = 600.
    follows(5 * SECOND, 300 * SECOND, 600 * SECOND, &seconds(&[0, 5, 20, 65, 200, 500, 600]));
    // 1 + 3 + 9 + 27 + 20 = 60.
    follows(SECOND, 300 * SECOND, 60 * SECOND, &seconds(&[0, 1, 4, 13, 40, 60]));
    // 10 + 30 + 60 + 60 + 20 = 180.
    follows(10 * SECOND, 60 * SECOND, 180 * SECOND, &seconds(&[0, 10, 40, 100, 160, 180]));
    // A constant ladder: 20 + 20 + 20 + 5 = 65.
    follows(20 * SECOND, 20 * SECOND, 65 * SECOND, &seconds(&[0, 20, 40, 60, 65]));
    // The first wait is the last.
    follows(30 * SECOND, 300 * SECOND, 7 * SECOND, &seconds(&[0, 7]));
    // The last wait ends at the deadline by itself: 2 + 6 = 8.
    follows(2 * SECOND, 300 * SECOND, 8 * SECOND, &seconds(&[0, 2, 8]));
    // 1 + 3 + 4 + 4 + 1 = 13 ns.
    follows(1, 4, 13, &[0, 1, 4, 8, 12, 13]);
}

#[test]
fn forty_five_policies_by_the_rule() {
    let mut policies = 0;
    for initial_wait in [1, 7, 250 * MILLISECOND, 5 * SECOND, 1_234_567_891] {
        for cap in [1, 4, 1_000] {
            for rest in [0, 1, 33 * initial_wait + 1] {
                let (max_backoff, max_wait) = (initial_wait * cap, 2 * initial_wait + rest);
                follows(initial_wait, max_backoff, max_wait, &ancestor(initial_wait, max_backoff, max_wait));
                policies += 1;
            }
        }
    }
    assert_eq!(policies, 45);
}
