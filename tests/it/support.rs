//! What the tests share: generators that do as they are told, virtual time, and the timetable.

pub(crate) mod decisions;
pub(crate) mod drive;
pub(crate) mod every;
pub(crate) mod fleet_model;
pub(crate) mod fleet_pair;
pub(crate) mod fleet_play;
pub(crate) mod limit_rules;
pub(crate) mod log;
pub(crate) mod poller_model;
pub(crate) mod put_away;
pub(crate) mod shared_pace_model;
pub(crate) mod shared_pace_play;
pub(crate) mod shared_paces;
mod slots_model;
pub(crate) mod strategies;
pub(crate) mod ticker_model;
pub(crate) mod ticks;
pub(crate) mod upstream_model;

use asyncpoll::{
    Decision, Fleet, Instant, Jitter, Outcome, Policy, PolicyBuilder, Poller, Reason,
    fleet::{Due, DuePoll},
    rand_core::{Rng, TryRng},
};
use core::{
    cell::Cell,
    convert::Infallible,
    fmt::Debug,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};
use std::{rc::Rc, sync::RwLock};

/// The process-wide default, which one test changes. Others that would see it share this lock.
pub(crate) static DEFAULT_MAX_WAIT: RwLock<()> = RwLock::new(());

/// Seconds, also parts of one.
pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// The fields of a struct, as its debug text names them.
pub(crate) fn fields(of: &impl Debug) -> Vec<String> {
    let text = format!("{of:#?}");
    let lines = text.lines().filter_map(|line| line.strip_prefix("    ").filter(|line| !line.starts_with(' ')));
    let fields: Vec<_> = lines.filter_map(|line| line.split_once(": ")).map(|(field, _)| field.to_owned()).collect();
    assert!(!fields.is_empty(), "no field can be read from {text}");
    fields
}

/// Asserts that a sentence begins with a setting of this builder, and names no other: what looks like a name is one.
#[track_caller]
pub(crate) fn assert_names_settings(sentence: &str, builder: &impl Debug) {
    let settings = fields(builder);
    let mut words = sentence.split(|letter: char| !letter.is_alphanumeric() && letter != '_').enumerate();
    let unknown =
        words.find(|(index, word)| (*index == 0 || word.contains('_')) && !settings.iter().any(|setting| setting == word));
    assert_eq!(unknown, None, "{sentence:?} names what is no setting, which are {settings:?}");
}

/// A builder from the constants, without jitter.
pub(crate) const fn exact() -> PolicyBuilder {
    Policy::builder().jitter(Jitter::None)
}

/// The poll that a fleet hands out, if there is one. No operation is to end instead.
#[track_caller]
pub(crate) fn next_poll<R: Rng>(fleet: &mut Fleet<Duration, R>, now: Duration) -> Option<DuePoll> {
    match fleet.next_due(now)? {
        Due::Poll(poll) => Some(poll),
        Due::Ended(id, gave_up) => panic!("{id:?} {gave_up}"),
    }
}

/// A generator that plays back a tape, then starts again, and counts what was drawn.
#[derive(Clone, Debug)]
pub(crate) struct Tape {
    values: Vec<u64>,
    draws: Rc<Cell<usize>>,
}

impl Tape {
    pub(crate) fn new(values: impl Into<Vec<u64>>) -> Self {
        Self { values: values.into(), draws: Rc::default() }
    }

    /// Always the start of the window.
    pub(crate) fn lowest() -> Self {
        Self::new([0])
    }

    /// Always the end of the window.
    pub(crate) fn highest() -> Self {
        Self::new([u64::MAX])
    }

    /// Draws the next value.
    pub(crate) fn draw(&self) -> u64 {
        assert!(!self.values.is_empty(), "nothing is to be drawn here");
        let draw = self.draws.get();
        self.draws.set(draw + 1);
        self.values[draw % self.values.len()]
    }

    /// The number of draws, which can be read while a poller has the tape.
    pub(crate) fn draws(&self) -> Rc<Cell<usize>> {
        Rc::clone(&self.draws)
    }

    /// Draws forbidden.
    pub(crate) fn none() -> Self {
        Self::new([])
    }
}

impl TryRng for Tape {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("the poller draws 64 bits at a time")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw())
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        panic!("the poller draws 64 bits at a time")
    }
}

/// Runs a future whose parts are always ready.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("every part of it is ready"),
    }
}

/// A decision without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Sleep(Duration),
    Done,
    Failed,
    GaveUp(Reason),
}

impl<T, E> From<&Decision<T, E>> for Shape {
    fn from(decision: &Decision<T, E>) -> Self {
        match decision {
            Decision::Sleep(wait) => Self::Sleep(*wait),
            Decision::Done(_) => Self::Done,
            Decision::Failed(_) => Self::Failed,
            Decision::GaveUp(gave_up) => Self::GaveUp(gave_up.reason),
        }
    }
}

/// Feeds one outcome and returns the shape of the decision.
pub(crate) fn step<I: Instant>(poller: &mut Poller<I, Tape>, outcome: Outcome<(), &'static str>, now: I) -> Shape {
    Shape::from(&poller.step(outcome, now))
}

/// Feeds `Pending` at every wake-up until the end, and returns the times of the polls and the end. Fails after 10,000 polls.
pub(crate) fn polls_while_pending(poller: &mut Poller<Duration, Tape>) -> (Vec<Duration>, Shape) {
    let mut now = Duration::ZERO;
    let mut polls = Vec::new();
    for _ in 0..10_000 {
        polls.push(now);
        match step(poller, Outcome::pending(), now) {
            Shape::Sleep(wait) => now += wait,
            end => return (polls, end),
        }
    }
    panic!("no end after 10,000 polls");
}

/// Asserts a conversation with a poller, a row an outcome: at so many seconds it found this, so the poller decides that.
///
/// ```text
/// timetable!(poller;
///     at 0.0: pending => Sleep 5.0;
///     at 5.0: transient(30.0) => Sleep 30.0;
///     at 35.0: done => Done;
///     at 40.0: pending => GaveUp Finished;
/// );
/// ```
///
/// What stands in brackets is the hint, in seconds.
macro_rules! timetable {
    (
        $poller:expr;
        $(at $now:literal: $found:ident $(($hint:literal))? => $decision:ident $($wait:literal)? $($reason:ident)?;)+
    ) => {{
        let mut poller = $poller;
        $(
            let hint = None $(.or(Some(crate::support::seconds($hint))))?;
            assert_eq!(
                crate::support::step(&mut poller, timetable!(@found $found).retry_after(hint), crate::support::seconds($now)),
                timetable!(@shape $decision $($wait)? $($reason)?),
                "at {} s", $now,
            );
        )+
        poller
    }};
    (@found pending) => { asyncpoll::Outcome::pending() };
    (@found transient) => { asyncpoll::Outcome::transient("503") };
    (@found throttled) => { asyncpoll::Outcome::throttled("429") };
    (@found done) => { asyncpoll::Outcome::Done(()) };
    (@found failed) => { asyncpoll::Outcome::Failed("rejected") };
    (@shape Sleep $wait:literal) => { crate::support::Shape::Sleep(crate::support::seconds($wait)) };
    (@shape GaveUp $reason:ident) => { crate::support::Shape::GaveUp(asyncpoll::Reason::$reason) };
    (@shape $end:ident) => { crate::support::Shape::$end };
}

/// Gives a kind of jitter another percentage, if it has one.
pub(crate) fn with_percent(jitter: Jitter, percent: u8) -> Option<Jitter> {
    match jitter {
        Jitter::PlusMinus(_) => Some(Jitter::PlusMinus(percent)),
        Jitter::Above(_) => Some(Jitter::Above(percent)),
        Jitter::None | Jitter::Full | Jitter::Equal | Jitter::Decorrelated => None,
        other => panic!("whether {other:?} has a percentage is to be told here"),
    }
}

/// Starts a poller of virtual time at zero.
pub(crate) fn start(builder: PolicyBuilder, rng: Tape) -> Poller<Duration, Tape> {
    Poller::new(builder.build().unwrap(), rng, Duration::ZERO)
}
