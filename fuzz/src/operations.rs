//! What can be done to a poller, in any order, and its timers and clock.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::{Decision, Outcome, Poller, rand_core::Rng};

use crate::{
    settings::Settings,
    span::{optional_span, span},
    tape::Tape,
};

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

#[derive(Clone, Copy, Debug)]
enum Operation {
    Step(Outcome<(), ()>),
    /// An unscheduled look.
    Look(Outcome<(), ()>),
    /// The timer of the last `Sleep` fires.
    Sleep,
    /// It fires early, after this many 256ths of that.
    SleepPart(u8),
    Advance(Duration),
    StepBack(Duration),
    Cancel,
    ResetBackoff,
    SetBackoff(Duration),
    /// A wait before the first poll, if that is still to come.
    WaitFirst(Option<Duration>),
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
    /// Takes what an unscheduled look found, and returns what is left of the wait, if the answer is `Sleep`.
    fn look(&mut self, outcome: Outcome<(), ()>) -> Option<Duration>;
    /// Sets the base of the ladder's next wait.
    fn set_backoff(&mut self, base: Duration);
    /// Waits before the first poll, with a hint or without, and returns the wait, if there is one.
    fn wait_first(&mut self, hint: Option<Duration>) -> Option<Duration>;
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
                Operation::Look(outcome) => sleep = subject.look(outcome).unwrap_or(sleep),
                Operation::Sleep => subject.set_clock(now.saturating_add(sleep)),
                Operation::SleepPart(part) => subject.set_clock(now.saturating_add(sleep / 256 * part.into())),
                Operation::Advance(by) => subject.set_clock(now.saturating_add(by)),
                Operation::StepBack(by) => subject.set_clock(now.saturating_sub(by)),
                Operation::Cancel => subject.cancel(),
                Operation::ResetBackoff => subject.reset_backoff(),
                Operation::SetBackoff(base) => subject.set_backoff(base),
                Operation::WaitFirst(hint) => sleep = subject.wait_first(hint).unwrap_or(sleep),
            }
        }
    }
}

/// Has a poller wait first, and returns what it says as the decision after a poll is said.
pub(crate) fn wait_first<R: Rng>(poller: &mut Poller<Duration, R>, hint: Option<Duration>, now: Duration) -> Decision<(), ()> {
    match poller.wait_first(hint, now) {
        Ok(wait) => Decision::Sleep(wait),
        Err(gave_up) => Decision::GaveUp(gave_up.with_last_error(None)),
    }
}

impl Arbitrary<'_> for Operation {
    fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        // Quarters of sevenths of the range: a seventh each, of which a rarer operation has the last quarter.
        Ok(match (u64::from(u32::arbitrary(u)?) * 28) >> 32 {
            0..=2 => Self::Step(outcome(u)?),
            3 => Self::Look(outcome(u)?),
            4..=7 => Self::Sleep,
            8..=11 => Self::SleepPart(u8::arbitrary(u)?),
            12..=15 => Self::Advance(span(u)?),
            16..=19 => Self::StepBack(span(u)?),
            20..=22 => Self::Cancel,
            23 => Self::WaitFirst(optional_span(u)?),
            24..=26 => Self::ResetBackoff,
            _ => Self::SetBackoff(span(u)?),
        })
    }
}

/// Makes up what a poll found; seldom an end, so that there is something to poll for.
fn outcome(u: &mut Unstructured<'_>) -> Result<Outcome<(), ()>> {
    Ok(match u.int_in_range(0..=15)? {
        0..=3 => Outcome::pending(),
        4..=7 => Outcome::pending().retry_after(span(u)?),
        8..=9 => Outcome::transient(()),
        10 => Outcome::throttled(()),
        11..=12 => Outcome::transient(()).retry_after(span(u)?),
        13 => Outcome::throttled(()).retry_after(span(u)?),
        14 => Outcome::Done(()),
        _ => Outcome::Failed(()),
    })
}
