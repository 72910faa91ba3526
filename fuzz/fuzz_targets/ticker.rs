//! Anything at all done to one ticker: every law asserted after each step, beside the reference, and then once more.
#![cfg_attr(fuzzing, no_main)]

use asyncpoll_fuzz::ticks::Loop;

fn check(ticks: &Loop) {
    ticks.assert_refusals();
    assert_eq!(ticks.perform(), ticks.perform(), "Replayable: the same inputs gave other ticks: {ticks:#?}");
}

asyncpoll_fuzz::target!(check: Loop, seeds: "ticker");
