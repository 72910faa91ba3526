//! Anything at all done to one poller, and every promise asserted after each step.
#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::Outcome;
use asyncpoll_fuzz::{promises::Watched, settings::Settings, span::span, tape::Tape};

#[derive(Arbitrary, Clone, Debug)]
struct Steps {
    settings: Settings,
    #[arbitrary(with = span)]
    start: Duration,
    operations: Vec<Operation>,
    tape: Tape,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Step(#[arbitrary(with = outcome)] Outcome<(), ()>),
    /// The timer of the last `Sleep` fires.
    Sleep,
    /// It fires early, after so many 256ths of that.
    SleepPart(u8),
    Advance(#[arbitrary(with = span)] Duration),
    StepBack(#[arbitrary(with = span)] Duration),
    Cancel,
    ResetBackoff,
}

/// Makes up what a poll found; seldom an end, so that there is something to poll for.
fn outcome(u: &mut Unstructured<'_>) -> Result<Outcome<(), ()>> {
    Ok(match u.int_in_range(0..=15)? {
        0..=3 => Outcome::pending(),
        4..=7 => Outcome::pending().retry_after(span(u)?),
        8..=10 => Outcome::transient(()),
        11..=13 => Outcome::transient(()).retry_after(span(u)?),
        14 => Outcome::Done(()),
        _ => Outcome::Failed(()),
    })
}

fn check(Steps { settings, start, operations, tape }: Steps) {
    let mut poller = Watched::start(settings.mended(), &tape, start);
    let mut sleep = Duration::ZERO;
    for operation in operations {
        let now = poller.now();
        match operation {
            Operation::Step(outcome) => sleep = poller.step(outcome).unwrap_or(sleep),
            Operation::Sleep => poller.set_clock(now.saturating_add(sleep)),
            Operation::SleepPart(part) => poller.set_clock(now.saturating_add(sleep / 256 * part.into())),
            Operation::Advance(by) => poller.set_clock(now.saturating_add(by)),
            Operation::StepBack(by) => poller.set_clock(now.saturating_sub(by)),
            Operation::Cancel => poller.cancel(),
            Operation::ResetBackoff => poller.reset_backoff(),
        }
    }
}

asyncpoll_fuzz::target!(check: Steps);
