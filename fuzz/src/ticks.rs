//! Anything at all done to one ticker, its timers and its clock; the laws, asserted after each step; and the reference of the
//! crate's own tests, which must agree to the nanosecond.
//!
//! The bookkeeping of the laws knows no draws and allows whatever a law does.

use std::{ops::RangeInclusive, time::Duration};

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::{
    Cadence, CadenceError, Ticker,
    ticker::{First, Missed, Phase, Tick},
};

use crate::{
    settings::LONGEST,
    span::{MOST, nanos, span},
    tape::Tape,
    ticker_model::{Expected, Model, Settings},
};

/// One ticker's cadence, its beginning, what is done to it, and what it draws.
#[derive(Arbitrary, Debug)]
pub struct Loop {
    /// What a builder is given, right or wrong.
    given: Given,
    /// The clock's reading at the start.
    #[arbitrary(with = span)]
    start: Duration,
    in_order: Vec<Operation>,
    tape: Tape,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Given {
    #[arbitrary(with = span)]
    interval: Duration,
    jitter: u8,
    #[arbitrary(with = first)]
    first: First,
    #[arbitrary(with = phase)]
    phase: Phase,
    #[arbitrary(with = missed)]
    missed: Missed,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Tick,
    /// The timer fires when the next tick is due.
    WakeUp,
    /// It fires early, after this many 256ths of that.
    WakeUpPart(u8),
    /// It fires late, by this many 256ths of the interval.
    WakeUpLate(u16),
    Advance(#[arbitrary(with = span)] Duration),
    StepBack(#[arbitrary(with = span)] Duration),
    Reset,
}

impl Loop {
    /// Asserts that what is given to the builder is refused by a rule, or else is what the cadence says.
    ///
    /// # Panics
    ///
    /// If it is not.
    pub fn assert_refusals(&self) {
        let Given { interval, jitter, first, phase, missed } = self.given;
        let builder = Cadence::every(interval).jitter(jitter).first(first).phase(phase).missed(missed);
        let mut refusals = Vec::new();
        let mut refuse = |when: bool, error| {
            if when {
                refusals.push(error);
            }
        };
        refuse(interval.is_zero(), CadenceError::ZeroInterval);
        refuse(interval > LONGEST, CadenceError::IntervalTooLong { interval });
        refuse(jitter > 99, CadenceError::JitterAboveNinetyNine { percent: jitter });
        let hundredths = interval.as_nanos() * u128::from(100_u8.saturating_sub(jitter));
        refuse(hundredths < 100, CadenceError::IntervalTooShort { interval, percent: jitter });
        match builder.build() {
            Err(error) => {
                assert!(refusals.contains(&error), "build says {error:?}, and only {refusals:?} are true");
                let sentence = error.to_string();
                assert!(sentence.contains(" must be at "), "{error:?} says {sentence:?}");
            }
            Ok(cadence) => {
                assert!(refusals.is_empty(), "build takes what {refusals:?} refuse");
                assert_eq!(cadence.to_builder(), builder, "a cadence is not what was given to its builder");
            }
        }
    }

    /// Does all of it, in order, and returns what the ticker said.
    ///
    /// # Panics
    ///
    /// If a law does not hold, or the reference says something else.
    pub fn perform(&self) -> Vec<(Option<Tick>, Duration)> {
        let settings = self.given.mended();
        let mut ticker = Watched::start(settings, &self.tape, self.start);
        for operation in &self.in_order {
            let now = ticker.clock;
            let until = ticker.ticker.until_next_tick(now);
            match *operation {
                Operation::Tick => ticker.tick(),
                Operation::WakeUp => ticker.wake_up(now.saturating_add(until)),
                Operation::WakeUpPart(part) => ticker.wake_up(now.saturating_add(until / 256 * part.into())),
                Operation::WakeUpLate(parts) => {
                    let late = Duration::from_nanos(settings.interval) / 256 * parts.into();
                    ticker.wake_up(now.saturating_add(until).saturating_add(late));
                }
                Operation::Advance(by) => ticker.clock = now.saturating_add(by),
                Operation::StepBack(by) => ticker.clock = now.saturating_sub(by),
                Operation::Reset => ticker.reset(),
            }
        }
        ticker.said
    }
}

impl Given {
    /// Returns settings near these that can be built.
    fn mended(self) -> Settings {
        let Self { interval, jitter, first, phase, missed } = self;
        let jitter = jitter % 100;
        let least = 100_u64.div_ceil(100 - u64::from(jitter));
        let interval = interval.clamp(Duration::from_nanos(least), LONGEST).as_nanos();
        let interval = interval.try_into().expect("the longest interval is below 2⁶³ ns");
        Settings { interval, jitter, first, phase, missed }
    }
}

/// A ticker beside its reference, and what the laws are asserted by.
#[derive(Debug)]
struct Watched {
    settings: Settings,
    ticker: Ticker<Duration, Tape>,
    model: Model,
    /// The one that the ticker draws from, and the one that the reference does.
    tapes: [Tape; 2],
    clock: Duration,
    latest: Duration,
    /// What was added up of the clock, in nanoseconds.
    time: u128,
    /// When the next tick may be due, and when it is, if that lay ahead.
    window: RangeInclusive<u128>,
    due: Option<u128>,
    /// When a tick was due, and how many intervals ago that was.
    grid: Option<(u128, u128)>,
    /// How far a tick may be from there: its own half of the jitter, and that of the other if it had one.
    slack: u128,
    number: u64,
    said: Vec<(Option<Tick>, Duration)>,
}

impl Watched {
    fn start(settings: Settings, tape: &Tape, now: Duration) -> Self {
        let tapes = [tape.rewound(), tape.rewound()];
        let ticker = Ticker::new(settings.cadence(), tapes[0].clone(), now);
        let model = Model::start(settings, now.as_nanos(), || draw(&tapes[1]));
        let (window, due, grid, slack, said) = (0..=u128::MAX, None, None, 0, Vec::new());
        let (clock, latest, time, number) = (now, now, 0, 0);
        let mut started = Self { settings, ticker, model, tapes, clock, latest, time, window, due, grid, slack, number, said };
        started.assert_start(0);
        started
    }

    fn wake_up(&mut self, clock: Duration) {
        self.clock = clock;
        self.tick();
    }

    fn read(&mut self) {
        self.time += nanos(self.clock.saturating_sub(self.latest));
        self.latest = self.clock;
    }

    fn reset(&mut self) {
        let draws_before = self.tapes[0].draws();
        self.read();
        self.ticker.reset(self.clock);
        self.model.reset(self.clock.as_nanos(), || draw(&self.tapes[1]));
        self.assert_start(draws_before);
    }

    /// Asserts what the laws say of a start, and takes note of the first tick.
    fn assert_start(&mut self, draws_before: usize) {
        let (interval, spread) = (self.settings.interval(), self.settings.spread());
        let draws = match self.settings.first {
            First::AtOnce => 0,
            First::Spread => 1 + usize::from(self.settings.jitter > 0),
            _ => usize::from(self.settings.jitter > 0),
        };
        assert_eq!(self.tapes[0].draws() - draws_before, draws, "Frugal: {self:#?}");
        self.window = match self.settings.first {
            First::AtOnce => self.time..=self.time,
            First::Spread => self.time + 1..=self.time + interval + spread,
            _ => self.time + interval - spread..=self.time + interval + spread,
        };
        let half = spread.div_ceil(2);
        (self.grid, self.slack) = (None, if self.settings.first == First::AtOnce { half } else { 2 * half });
        self.note_next();
        assert_eq!(self.due.is_none(), self.settings.first == First::AtOnce, "the first tick is due at once: {self:#?}");
        self.assert_reference();
    }

    fn tick(&mut self) {
        let draws_before = self.tapes[0].draws();
        let before = self.ticker.until_next_tick(self.clock);
        self.read();
        let tick = self.ticker.tick(self.clock);
        let expected = self.model.tick(self.clock.as_nanos(), || draw(&self.tapes[1]));
        assert_eq!(tick.is_some(), before.is_zero(), "Never early: {self:#?}");
        if let Some(due) = self.due {
            assert_eq!(tick.is_some(), self.time >= due, "Never early: {tick:?} at {} ns, {self:#?}", self.time);
        }
        if let Some(tick) = tick {
            let draws = usize::from(self.settings.jitter > 0);
            assert_eq!(self.tapes[0].draws() - draws_before, draws, "Frugal: {self:#?}");
            self.assert_tick(tick);
            self.note_next();
            let lies_ahead = self.due.is_some() || self.settings.missed == Missed::Burst;
            assert!(lies_ahead, "Never stale: after {tick:?} the next is due already, {self:#?}");
        } else {
            assert_eq!(self.ticker.until_next_tick(self.clock), before, "None changes nothing: {self:#?}");
            assert_eq!(self.tapes[0].draws(), draws_before, "Frugal: {self:#?}");
        }
        assert_eq!(tick.map(of_model), expected.map(saturated), "the reference ticks otherwise: {self:#?}");
        self.assert_reference();
        self.said.push((tick, self.ticker.until_next_tick(self.clock)));
    }

    /// Asserts what the laws say of a tick, and between which ends the next is due.
    fn assert_tick(&mut self, tick: Tick) {
        let (interval, spread) = (self.settings.interval(), self.settings.spread());
        let (late, missed) = (tick.late.as_nanos(), u128::from(tick.missed));
        self.number += 1;
        assert_eq!(tick.number, self.number, "the numbers of ticks go up by one: {self:#?}");
        let half = spread.div_ceil(2);
        if late == MOST {
            // Nobody knows when it was due.
            (self.window, self.grid, self.slack) = (0..=u128::MAX, None, 2 * half);
            return;
        }
        let due = self.time - late;
        assert!(self.due.is_none_or(|expected| expected == due), "{tick:?} was due at another time, {self:#?}");
        assert!(self.window.contains(&due), "Envelope: {tick:?} was due at {due} ns, {self:#?}");

        let allowed = match (self.settings.missed, self.settings.phase) {
            (Missed::Burst, _) => 0..=0,
            (_, Phase::Locked) => late.saturating_sub(half) / interval..=(late + half) / interval,
            (_, _) => late / interval..=late / interval,
        };
        assert!(allowed.contains(&missed), "{tick:?} was to say of {allowed:?} that they are missed, {self:#?}");

        if self.settings.phase == Phase::Locked && self.settings.missed != Missed::Delay {
            let (first, index) = self.grid.unwrap_or((due, 0));
            assert!(due.abs_diff(first + index * interval) <= self.slack, "Rate: {tick:?} was due at {due} ns, {self:#?}");
            self.grid = Some((first, index + missed + 1));
        }

        let from = match (self.settings.missed, self.settings.phase) {
            (Missed::Delay, _) => self.time,
            (Missed::Skip, Phase::Free) if missed > 0 => self.time,
            (_, _) => due + missed * interval,
        };
        self.window = from + interval - spread..=from + interval + spread;
    }

    /// Takes note of when the next tick is due, if that lies ahead.
    fn note_next(&mut self) {
        let until = self.ticker.until_next_tick(self.clock).as_nanos();
        self.due = (until > 0).then_some(self.time + until);
        assert!(
            self.due.is_none_or(|due| self.window.contains(&due)),
            "Envelope: the next is due at {:?}, {self:#?}",
            self.due
        );
    }

    /// Asserts that the next tick of the reference is due as the ticker's is: last, so that a law that is broken is named.
    fn assert_reference(&self) {
        let until = self.ticker.until_next_tick(self.clock).as_nanos();
        assert_eq!(until, self.model.until_next_tick(self.clock.as_nanos()), "the reference ticks at another time: {self:#?}");
        assert_eq!(self.ticker.due().as_nanos(), self.model.due(), "the reference counts otherwise: {self:#?}");
    }
}

fn draw(tape: &Tape) -> u64 {
    use asyncpoll::rand_core::Rng as _;

    tape.clone().next_u64()
}

fn of_model(tick: Tick) -> Expected {
    Expected { number: tick.number, missed: tick.missed.into(), late: tick.late.as_nanos() }
}

fn saturated(expected: Expected) -> Expected {
    Expected { late: expected.late.min(MOST), ..expected }
}

fn first(u: &mut Unstructured<'_>) -> Result<First> {
    Ok(*u.choose(&[First::AfterOne, First::AtOnce, First::Spread])?)
}

fn phase(u: &mut Unstructured<'_>) -> Result<Phase> {
    Ok(*u.choose(&[Phase::Free, Phase::Locked])?)
}

fn missed(u: &mut Unstructured<'_>) -> Result<Missed> {
    Ok(*u.choose(&[Missed::Skip, Missed::Burst, Missed::Delay])?)
}
