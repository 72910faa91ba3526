//! What can be done to a fleet, in any order, and its clock.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::Outcome;

use crate::{
    fleet_pair::Pair,
    limit_rules::Rules,
    settings::Settings,
    span::{optional_span, span},
    tape::Tape,
};

/// A hundred days. The longest of times are for `steps`: a fleet tells centuries apart, and all of these together are to end
/// before.
const LONGEST: Duration = Duration::from_nanos(1 << 53);

/// The upstreams and policies of a fleet, its beginning, what is done to it, and what it draws.
#[derive(Arbitrary, Debug)]
pub struct Operations {
    #[arbitrary(with = span)]
    start: Duration,
    #[arbitrary(with = a_few)]
    upstreams: Vec<Limited>,
    #[arbitrary(with = a_few)]
    policies: Vec<Settings>,
    #[arbitrary(with = nearly_all)]
    in_order: Vec<Operation>,
    /// What is left.
    tape: Tape,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) struct Limited {
    #[arbitrary(with = rate)]
    rate: Option<(u32, Duration)>,
    /// None at zero.
    in_flight: u8,
    #[arbitrary(with = optional_hint)]
    longest_hold: Option<Duration>,
    #[arbitrary(with = optional_hint)]
    answer_within: Option<Duration>,
    /// Whether there is one to be found, and in the other bits what is forgiven, none at zero.
    pace: u8,
    is_default: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Start {
        upstream: u8,
        policy: u8,
    },
    /// Polls are asked for until there is none.
    All,
    Next,
    /// A poll in flight has found this.
    Answer(u8, #[arbitrary(with = outcome)] Outcome<(), ()>),
    /// Any operation is fed this.
    Step(u8, #[arbitrary(with = outcome)] Outcome<(), ()>),
    Look(u8, #[arbitrary(with = outcome)] Outcome<(), ()>),
    Release(u8),
    SlowDown(u8, #[arbitrary(with = optional_hint)] Option<Duration>),
    Cancel(u8),
    ResetBackoff(u8),
    SetBackoff(u8, #[arbitrary(with = span)] Duration),
    /// The clock goes on to the next poll.
    WakeUp,
    Advance(#[arbitrary(with = short)] Duration),
    StepBack(#[arbitrary(with = span)] Duration),
    /// Any operation is put away, and goes on elsewhere after this long.
    PutAway {
        which: u8,
        upstream: u8,
        policy: u8,
        #[arbitrary(with = short)]
        away: Duration,
    },
    /// The answer of a poll in flight never comes.
    Lose(u8),
    Pause(u8),
    Resume(u8),
    Quota(u8, u8, #[arbitrary(with = optional_hint)] Option<Duration>),
    SetLimits(u8, Limited),
    /// A poll and at most so many in all go out in one request.
    Batch(u8),
    /// Any poll that was ever handed out has found this.
    StepPoll(u8, #[arbitrary(with = outcome)] Outcome<(), ()>),
    LosePoll(u8),
    ReleasePoll(u8),
    /// Twenty polls fail, one after another.
    Fail,
}

impl Operations {
    /// Does all of it to a fleet and to the naive one of the crate's own tests, which agree.
    pub fn perform(&self) {
        let rules: Vec<_> = self.upstreams.iter().map(Limited::rules).collect();
        let policies: Vec<_> = self.policies.iter().map(|settings| patient(settings).build().expect("they build")).collect();
        let start = self.start.min(Duration::MAX / 2);
        let mut pair = Pair::new([self.tape.rewound(), self.tape.rewound()], &rules, start);
        for operation in &self.in_order {
            match *operation {
                Operation::Start { upstream, policy } => {
                    pair.start(upstream.into(), &policies[usize::from(policy) % policies.len()]);
                }
                Operation::All => while pair.next() {},
                Operation::Next => {
                    pair.next();
                }
                Operation::Answer(which, outcome) => pair.answer(which.into(), outcome),
                Operation::Step(which, outcome) => pair.step(which.into(), outcome),
                Operation::Look(which, outcome) => pair.look(which.into(), outcome),
                Operation::Lose(which) => pair.lose(which.into()),
                Operation::Fail => (0..20).for_each(|_| pair.fail()),
                Operation::Release(which) => pair.release(which.into()),
                Operation::SlowDown(upstream, hint) => pair.slow_down(upstream.into(), hint),
                Operation::Pause(upstream) => pair.pause(upstream.into()),
                Operation::Resume(upstream) => pair.resume(upstream.into()),
                Operation::Batch(most) => pair.batch(most.into()),
                Operation::StepPoll(which, outcome) => pair.step_poll(which.into(), outcome),
                Operation::LosePoll(which) => pair.lose_poll(which.into()),
                Operation::ReleasePoll(which) => pair.release_poll(which.into()),
                Operation::Quota(upstream, remaining, reset) => pair.quota(upstream.into(), remaining.into(), reset),
                Operation::SetLimits(upstream, limited) => pair.set_limits(upstream.into(), &limited.rules()),
                Operation::Cancel(which) => pair.cancel(which.into()),
                Operation::ResetBackoff(which) => pair.reset_backoff(which.into()),
                Operation::SetBackoff(which, base) => pair.set_backoff(which.into(), base),
                Operation::WakeUp => pair.wake_up(Duration::ZERO),
                Operation::Advance(by) => pair.set_clock(pair.now() + by),
                Operation::StepBack(by) => pair.set_clock(pair.now().saturating_sub(by)),
                Operation::PutAway { which, upstream, policy, away } => {
                    pair.put_away(which.into(), upstream.into(), &policies[usize::from(policy) % policies.len()], away);
                }
            }
        }
    }
}

impl Limited {
    pub(crate) fn rules(&self) -> Rules {
        let in_flight = (self.in_flight > 0).then_some(self.in_flight.into());
        let longest_hold = self.longest_hold.filter(|longest| !longest.is_zero());
        let answer_within = self.answer_within.filter(|within| !within.is_zero());
        let find_pace = self.pace & 1 == 1;
        let forgive = (self.pace > 1).then_some(u32::from(self.pace >> 1));
        let shared = false;
        let rules =
            Rules { rate: self.rate, in_flight, is_growing: false, find_pace, shared, forgive, longest_hold, answer_within };
        if self.is_default { Rules::DEFAULT } else { rules }
    }
}

/// Returns settings near these that build, with waits that end.
fn patient(settings: &Settings) -> Settings {
    let short = |wait: Duration| wait.min(LONGEST);
    let Settings { head_start, initial_wait, max_backoff, max_wait, .. } = *settings;
    let (initial_wait, max_backoff) = (short(initial_wait), short(max_backoff));
    let (head_start, max_wait) = (head_start.map(short), max_wait.map(short));
    Settings { head_start, initial_wait, max_backoff, max_wait, ..*settings }.mended()
}

/// Makes up what a poll found; seldom an end.
pub(crate) fn outcome(u: &mut Unstructured<'_>) -> Result<Outcome<(), ()>> {
    Ok(match u.int_in_range(0..=15)? {
        0..=5 => Outcome::pending(),
        6..=7 => Outcome::pending().retry_after(short(u)?),
        8..=9 => Outcome::transient(()),
        10 => Outcome::transient(()).retry_after(short(u)?),
        11 => Outcome::throttled(()),
        12..=13 => Outcome::throttled(()).retry_after(short(u)?),
        14 => Outcome::Done(()),
        _ => Outcome::Failed(()),
    })
}

pub(crate) fn short(u: &mut Unstructured<'_>) -> Result<Duration> {
    Ok(span(u)?.min(LONGEST))
}

pub(crate) fn optional_hint(u: &mut Unstructured<'_>) -> Result<Option<Duration>> {
    Ok(optional_span(u)?.map(|hint| hint.min(LONGEST)))
}

fn rate(u: &mut Unstructured<'_>) -> Result<Option<(u32, Duration)>> {
    let polls = u8::arbitrary(u)?;
    Ok(if polls == 0 { None } else { Some((polls.into(), short(u)?.max(Duration::from_nanos(1)))) })
}

/// Makes operations of all bytes but the last few, which are the tape: in so short an input, much is to happen.
fn nearly_all(u: &mut Unstructured<'_>) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    while u.len() > 16 {
        operations.push(Operation::arbitrary(u)?);
    }
    Ok(operations)
}

/// Makes up one to three.
fn a_few<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<Vec<T>> {
    let count = u.int_in_range(1..=3)?;
    (0..count).map(|_| T::arbitrary(u)).collect()
}
