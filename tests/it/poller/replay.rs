//! Replay: the decisions for three seeds and every jitter kind, to the nanosecond, and the ticks of every kind of cadence. The
//! files change only with a breaking change; `UPDATE_EXPECT=1 cargo test replay` writes them anew.

use asyncpoll::Jitter;
use expect_test::expect_file;

use crate::support::{decisions, every::JITTERS, ticks};

#[test]
fn the_decisions_are_those_of_the_golden_file() {
    expect_file!["../golden/decisions.txt"].assert_eq(&decisions::text());
}

#[test]
fn seeds_differ() {
    for (name, jitter) in JITTERS.iter().copied().filter(|(_, jitter)| *jitter != Jitter::None) {
        assert_ne!(decisions::decisions(jitter, false, 0), decisions::decisions(jitter, false, 1), "{name}");
    }
}

#[test]
fn the_ticks_are_those_of_the_golden_file() {
    expect_file!["../golden/ticks.txt"].assert_eq(&ticks::text());
}
