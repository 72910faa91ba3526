//! What can be done to a poller, in any order, and its timers and clock.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::Outcome;

use crate::{settings::Settings, span::span, tape::Tape};

/// One poller's policy, its beginning, what is done to it, and what it draws.
#[derive(Arbitrary, Debug)]
pub struct Operations {
    settings: Settings,
    /// The clock's reading at the start.
    #[arbitrary(with = span)]
    pub start: Duration,
    in_order: Vec<Operation>,
    /// What the poller draws from.
    pub tape: Tape,
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

/// What the operations are done to: a poller, and its clock.
pub trait Subject {
    /// Returns the time on the clock.
    fn now(&self) -> Duration;
    /// Sets the clock, forwards or back.
    fn set_clock(&mut self, now: Duration);
    /// Feeds what a poll found, and returns the wait, if the answer is `Sleep`.
    fn step(&mut self, outcome: Outcome<(), ()>) -> Option<Duration>;
    /// Cancels the poller.
    fn cancel(&mut self);
    /// Starts the ladder again.
    fn reset_backoff(&mut self);
}

impl Operations {
    /// Returns the settings of the policy, which build.
    pub fn settings(&self) -> Settings {
        self.settings.mended()
    }

    /// Does all of it to `subject`, in order.
    pub fn perform(&self, subject: &mut impl Subject) {
        let mut sleep = Duration::ZERO;
        for operation in &self.in_order {
            let now = subject.now();
            match *operation {
                Operation::Step(outcome) => sleep = subject.step(outcome).unwrap_or(sleep),
                Operation::Sleep => subject.set_clock(now.saturating_add(sleep)),
                Operation::SleepPart(part) => subject.set_clock(now.saturating_add(sleep / 256 * part.into())),
                Operation::Advance(by) => subject.set_clock(now.saturating_add(by)),
                Operation::StepBack(by) => subject.set_clock(now.saturating_sub(by)),
                Operation::Cancel => subject.cancel(),
                Operation::ResetBackoff => subject.reset_backoff(),
            }
        }
    }
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
