//! What holds for every cadence, clock, caller and generator, each law by its name.
//!
//! `play` judges nothing: it records what a ticker does. Each test judges its own law by that record, and only the test of the
//! reference compares with the reference.

use asyncpoll::{
    Ticker,
    ticker::{First, Missed, Phase, Tick},
};
use core::{panic::AssertUnwindSafe, time::Duration};
use proptest::prelude::*;
use std::panic::catch_unwind;

use crate::support::{
    Tape,
    every::{FIRSTS, MISSED, PHASES},
    ticker_model::{Expected, Model, Settings},
};

/// What happens to a ticker.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The clock goes on to the next tick, and this much further.
    WakeUp(Duration),
    /// The clock goes on by this many 256ths of what is left.
    TooEarly(u8),
    /// It goes on to the next tick, and by this many 256ths of the interval.
    Behind(u16),
    /// The clock reads this, wherever it was before.
    Jump(Duration),
    StepBack(Duration),
    Reset,
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let intervals = prop_oneof![
        4 => 1_000_000..600_000_000_000_u64,
        2 => 1..1_000_u64,
        1 => 1..1_u64 << 63,
        1 => Just(i64::MAX.unsigned_abs()),
    ];
    let jitters = prop_oneof![2 => Just(0), 4 => Just(10), 1 => Just(99), 2 => 0..100_u8];
    let kinds = (prop::sample::select(FIRSTS), prop::sample::select(PHASES), prop::sample::select(MISSED));
    (intervals, jitters, kinds).prop_map(|(interval, jitter, (first, phase, missed))| Settings {
        interval: interval.max(100_u64.div_ceil(100 - u64::from(jitter))),
        jitter,
        first,
        phase,
        missed,
    })
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let span = || {
        prop_oneof![
            (0..900_000_000_000_u64).prop_map(Duration::from_nanos),
            any::<u64>().prop_map(Duration::from_nanos),
            Just(Duration::MAX),
        ]
    };
    let event = prop_oneof![
        8 => Just(Event::WakeUp(Duration::ZERO)),
        2 => span().prop_map(Event::WakeUp),
        8 => (0..1_000_u16).prop_map(Event::Behind),
        4 => any::<u8>().prop_map(Event::TooEarly),
        1 => span().prop_map(Event::Jump),
        1 => span().prop_map(Event::StepBack),
        1 => Just(Event::Reset),
    ];
    prop::collection::vec(event, 0..40)
}

fn tapes() -> impl Strategy<Value = Vec<u64>> {
    let values = prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX)];
    prop::collection::vec(values, 1..20)
}

/// What a ticker was asked and what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    is_reset: bool,
    /// The time that the ticker has been shown, in nanoseconds: what was added up, with nothing for steps back.
    time: u128,
    /// What was left just before, and just after.
    until: [u128; 2],
    tick: Option<Tick>,
    draws: usize,
}

impl Step {
    /// When the tick it gave was due.
    fn due(&self) -> u128 {
        self.time - self.tick.unwrap().late.as_nanos()
    }

    /// Whether it gave a tick and says when that was due: not if it is 584 years late.
    fn has_due(&self) -> bool {
        self.tick.is_some_and(|tick| tick.late < Duration::from_nanos(u64::MAX))
    }
}

/// What a ticker was asked and what it said, up to the end of the events or to a panic. The first step is its start.
#[derive(Debug, Default, PartialEq, Eq)]
struct Record {
    steps: Vec<Step>,
    has_panicked: bool,
}

impl Record {
    /// Every tick and the next, if there was no reset between them.
    fn pairs(&self) -> impl Iterator<Item = [Step; 2]> {
        self.neighbours().filter(|[one, next]| one.has_due() && next.has_due())
    }

    /// Every start and the first tick after it.
    fn firsts(&self) -> impl Iterator<Item = [Step; 2]> {
        self.neighbours().filter(|[start, tick]| start.is_reset && tick.has_due())
    }

    fn neighbours(&self) -> impl Iterator<Item = [Step; 2]> {
        let spoke: Vec<_> = self.steps.iter().filter(|step| step.is_reset || step.tick.is_some()).copied().collect();
        (1..spoke.len()).map(move |next| [spoke[next - 1], spoke[next]])
    }

    /// The ticks after each start.
    fn runs(&self) -> impl Iterator<Item = Vec<Step>> {
        let runs = self.steps.split(|step| step.is_reset);
        runs.map(|steps| steps.iter().filter(|step| step.tick.is_some()).copied().collect())
    }
}

/// Returns the clock after `event`, with `until` left to the next tick.
fn moved(clock: Duration, event: Event, settings: Settings, until: Duration) -> Duration {
    match event {
        Event::WakeUp(late) => clock.saturating_add(until).saturating_add(late),
        Event::TooEarly(part) => clock.saturating_add(until / 256 * part.into()),
        Event::Behind(parts) => {
            let late = Duration::from_nanos(settings.interval) / 256 * parts.into();
            clock.saturating_add(until).saturating_add(late)
        }
        Event::Jump(reading) => reading,
        Event::StepBack(by) => clock.saturating_sub(by),
        Event::Reset => clock,
    }
}

/// Plays events to a ticker that starts when the clock reads `start`, and records what it does.
fn play(settings: Settings, start: Duration, events: &[Event], tape: &[u64]) -> Record {
    let rng = Tape::new(tape);
    let counter = rng.draws();
    let mut ticker = Ticker::new(settings.cadence(), rng, start);
    let (mut clock, mut latest, mut time) = (start, start, 0);
    let first = ticker.until_next_tick(start).as_nanos();
    let started = Step { is_reset: true, time, until: [first; 2], tick: None, draws: counter.get() };
    let mut record = Record { steps: vec![started], has_panicked: false };
    for event in events {
        clock = moved(clock, *event, settings, ticker.until_next_tick(clock));
        time += clock.saturating_sub(latest).as_nanos().min(u64::MAX.into());
        latest = clock;
        let draws_before = counter.get();
        let is_reset = matches!(event, Event::Reset);
        let asked = catch_unwind(AssertUnwindSafe(|| {
            let before = ticker.until_next_tick(clock).as_nanos();
            let tick = if is_reset {
                ticker.reset(clock);
                None
            } else {
                ticker.tick(clock)
            };
            (tick, [before, ticker.until_next_tick(clock).as_nanos()])
        }));
        let Ok((tick, until)) = asked else {
            record.has_panicked = true;
            break;
        };
        record.steps.push(Step { is_reset, time, until, tick, draws: counter.get() - draws_before });
    }
    record
}

fn expected(tick: Tick) -> Expected {
    Expected { number: tick.number, missed: tick.missed.into(), late: tick.late.as_nanos() }
}

proptest! {
    #[test]
    fn reference_it_ticks_as_the_reference_does(
        settings in settings(), start in any::<u64>().prop_map(Duration::from_nanos), events in events(), tape in tapes(),
    ) {
        let (rng, drawn) = (Tape::new(&*tape), Tape::new(&*tape));
        let mut ticker = Ticker::new(settings.cadence(), rng, start);
        let mut model = Model::start(settings, start.as_nanos(), || drawn.draw());
        let mut clock = start;
        for event in events {
            clock = moved(clock, event, settings, ticker.until_next_tick(clock));
            let reading = clock.as_nanos();
            if matches!(event, Event::Reset) {
                ticker.reset(clock);
                model.reset(reading, || drawn.draw());
            } else {
                let tick = ticker.tick(clock).map(expected);
                let mut reference = model.tick(reading, || drawn.draw());
                if let Some(tick) = &mut reference {
                    tick.late = tick.late.min(u64::MAX.into());
                }
                prop_assert_eq!(tick, reference, "the reference ticks otherwise after {:?}", event);
            }
            let until = ticker.until_next_tick(clock).as_nanos();
            prop_assert_eq!(until, model.until_next_tick(reading), "the reference has another next tick after {:?}", event);
            prop_assert_eq!(ticker.due().as_nanos(), model.due(), "the reference counts otherwise after {:?}", event);
        }
    }

    #[test]
    fn envelope_a_gap_is_the_interval_give_or_take_the_jitter(
        settings in settings(), events in events(), tape in tapes(),
    ) {
        let (interval, spread) = (settings.interval(), settings.spread());
        let envelope = |from: u128, intervals| (from + intervals * interval - spread)..=(from + intervals * interval + spread);
        let record = play(settings, Duration::ZERO, &events, &tape);
        for pair in record.pairs() {
            let missed = u128::from(pair[0].tick.unwrap().missed);
            let allowed = match (settings.missed, settings.phase) {
                (Missed::Delay, _) => envelope(pair[0].time, 1),
                (Missed::Skip, Phase::Free) if missed > 0 => envelope(pair[0].time, 1),
                (_, _) => envelope(pair[0].due(), 1 + missed),
            };
            prop_assert!(allowed.contains(&pair[1].due()), "Envelope: {allowed:?} does not hold {pair:#?}");
        }
        for [start, tick] in record.firsts() {
            let allowed = match settings.first {
                First::AtOnce => start.time..=start.time,
                First::Spread => start.time + 1..=start.time + interval + spread,
                _ => envelope(start.time, 1),
            };
            prop_assert!(allowed.contains(&tick.due()), "Envelope: {allowed:?} does not hold the first, {tick:?}");
        }
    }

    #[test]
    fn rate_a_locked_tick_is_within_half_the_jitter_of_its_place(
        settings in settings(), events in events(), tape in tapes(),
    ) {
        let missed = if settings.missed == Missed::Delay { Missed::Skip } else { settings.missed };
        let settings = Settings { phase: Phase::Locked, missed, ..settings };
        for run in play(settings, Duration::ZERO, &events, &tape).runs().filter(|run| !run.is_empty()) {
            // Where the first tick has its place is known to within its own half.
            let half = settings.spread().div_ceil(2);
            let (mut index, slack) = (0, if settings.first == First::AtOnce { half } else { 2 * half });
            for step in run.iter().take_while(|step| step.has_due()) {
                let place = run[0].due() + index * settings.interval();
                let off = step.due().abs_diff(place);
                prop_assert!(off <= slack, "Rate: {index} intervals after the first it is off by {off}: {step:?}");
                index += 1 + u128::from(step.tick.unwrap().missed);
            }
        }
    }

    #[test]
    fn rate_late_callers_do_not_slow_it_down(
        settings in settings(), behind in prop::collection::vec(0..256_u16, 1..9), seed: u64,
    ) {
        // A draw and its mirror image come to twice the mean. Only 584 years at a time can be told apart.
        let interval = settings.interval.min(1 << 61);
        let settings = Settings { interval, phase: Phase::Free, first: First::AtOnce, missed: Missed::Skip, ..settings };
        let mut events: Vec<_> = behind.iter().flat_map(|late| [Event::Behind(*late); 2]).collect();
        events.push(Event::WakeUp(Duration::ZERO));
        let record = play(settings, Duration::ZERO, &events, &[seed, !seed]);
        let last = record.steps.last().unwrap();
        let mean = (record.steps.len() - 2) as u128 * settings.interval();
        prop_assert!(last.due().abs_diff(mean) <= record.steps.len() as u128, "Rate: {last:?} was to be due at {mean}");
    }

    #[test]
    fn never_early_never_stale(settings in settings(), events in events(), tape in tapes()) {
        for step in play(settings, Duration::ZERO, &events, &tape).steps.iter().filter(|step| !step.is_reset) {
            let [before, after] = step.until;
            prop_assert_eq!(step.tick.is_some(), before == 0, "Never early: {:?}", step);
            prop_assert!(step.tick.is_some() || after == before, "Never early: None changes nothing: {step:?}");
            let is_made_up_for = settings.missed == Missed::Burst;
            prop_assert!(step.tick.is_none() || after > 0 || is_made_up_for, "Never stale: {step:?}");
        }
    }

    #[test]
    fn never_stale_the_missed_are_those_slept_through(settings in settings(), events in events(), tape in tapes()) {
        let half = settings.spread().div_ceil(2);
        for step in play(settings, Duration::ZERO, &events, &tape).steps {
            let Some(tick) = step.tick else { continue };
            let (missed, late) = (u128::from(tick.missed), tick.late.as_nanos());
            let allowed = match (settings.missed, settings.phase) {
                (Missed::Burst, _) => 0..=0,
                (_, Phase::Free) => late / settings.interval()..=late / settings.interval(),
                // What counts is the tick's place, not when it was due.
                (_, _) => late.saturating_sub(half) / settings.interval()..=(late + half) / settings.interval(),
            };
            prop_assert!(!step.has_due() || allowed.contains(&missed), "Missed: {allowed:?} and not {step:?}");
        }
    }

    #[test]
    fn never_stale_what_was_missed_in_a_burst_is_made_up_for(settings in settings(), behind in 0..2_000_u16, tape in tapes()) {
        let settings = Settings { missed: Missed::Burst, ..settings };
        let late = [Event::Behind(behind)];
        let all_at_once: Vec<_> = late.into_iter().chain([Event::TooEarly(0); 40]).collect();
        let on_time = [Event::WakeUp(Duration::ZERO); 41];
        let dues = |events: &[Event]| -> Vec<_> {
            let steps = play(settings, Duration::ZERO, events, &tape).steps;
            steps.iter().filter(|step| step.tick.is_some()).map(Step::due).collect()
        };
        let (late, on_time) = (dues(&all_at_once), dues(&on_time));
        prop_assert_eq!(&on_time[..late.len()], late, "Burst: late callers get the ticks of punctual ones");
    }

    #[test]
    fn total_it_never_panics(settings in settings(), events in events(), tape in tapes()) {
        prop_assert!(!play(settings, Duration::ZERO, &events, &tape).has_panicked, "Total: it panicked");
    }

    #[test]
    fn total_a_step_back_costs_itself_and_once(
        settings in settings(), part: u8, by in (0..900_000_000_000_u64).prop_map(Duration::from_nanos), tape in tapes(),
    ) {
        let start = Duration::from_secs(1_000_000);
        let mut ticker = Ticker::new(settings.cadence(), Tape::new(tape), start);
        let until = ticker.until_next_tick(start);
        let slept = until / 256 * part.into();
        let left = until - slept;
        prop_assume!(!left.is_zero());
        prop_assert_eq!(ticker.tick(start + slept), None);
        // The clock is set back while we sleep on: what it shows less is lost, and nothing else, however often it is read.
        let set_back = start + slept - by;
        prop_assert_eq!(ticker.until_next_tick(set_back), left, "Total: a step back makes no time pass");
        prop_assert_eq!([ticker.tick(set_back), ticker.tick(set_back)], [None; 2], "Total: nor a tick early");
        let almost = left - Duration::from_nanos(1);
        prop_assert_eq!(ticker.tick(set_back + almost), None);
        let tick = ticker.tick(set_back + left);
        prop_assert_eq!(tick.map(|tick| tick.late), Some(Duration::ZERO), "Total: time goes on from the step");
    }

    #[test]
    fn replayable_the_same_inputs_give_the_same_ticks_wherever_the_clock_starts(
        settings in settings(), ahead in any::<u64>().prop_map(Duration::from_nanos), events in events(), tape in tapes(),
    ) {
        // To jump is to name a reading, and so is to step back to the start of the clock.
        let relative = |event: &&Event| !matches!(event, Event::Jump(_) | Event::StepBack(_) | Event::WakeUp(Duration::MAX));
        let events: Vec<_> = events.iter().filter(relative).copied().collect();
        let (once, again) = (play(settings, Duration::ZERO, &events, &tape), play(settings, ahead, &events, &tape));
        prop_assert_eq!(once, again, "Replayable: the same inputs gave other ticks");
    }

    #[test]
    fn frugal_one_draw_a_tick_and_none_otherwise(settings in settings(), events in events(), tape in tapes()) {
        for step in play(settings, Duration::ZERO, &events, &tape).steps {
            let speaks = step.is_reset || step.tick.is_some();
            let draws = match settings.first {
                First::AtOnce if step.is_reset => 0,
                First::Spread if step.is_reset => 1 + usize::from(settings.jitter > 0),
                _ => usize::from(settings.jitter > 0 && speaks),
            };
            prop_assert_eq!(step.draws, draws, "Frugal: {:?}", step);
        }
    }
}

#[test]
fn envelope_both_ends_are_reached_in_either_phase() {
    // Most of these percentages are odd; and the shortest interval for 99 % leaves a nanosecond.
    let intervals = [100, 3_600_000_000_300_u64];
    let percentages = intervals.iter().flat_map(|interval| [1, 10, 33, 99].map(|percent| (*interval, percent)));
    for ((interval, jitter), missed) in percentages.flat_map(|kind| MISSED.iter().map(move |missed| (kind, *missed))) {
        let settings = Settings { interval, jitter, first: First::AtOnce, phase: Phase::Free, missed };
        let gaps = |phase, tape: &[u64]| {
            let record = play(Settings { phase, ..settings }, Duration::ZERO, &[Event::WakeUp(Duration::ZERO); 8], tape);
            let gaps: Vec<_> = record.pairs().map(|[one, next]| next.due() - one.due()).collect();
            (*gaps.iter().min().unwrap(), *gaps.iter().max().unwrap())
        };
        let ends = (settings.interval() - settings.spread(), settings.interval() + settings.spread());
        for phase in PHASES.iter().copied() {
            assert_eq!(gaps(phase, &[0, u64::MAX]), ends, "{interval} ns, {jitter} %, {phase:?}, {missed:?}");
        }
    }
}

#[test]
fn rate_a_million_ticks_take_a_million_intervals_however_late_the_callers() {
    const TICKS: u64 = 1_000_000;
    let interval = Duration::from_millis(10);
    for (phase, missed) in PHASES.iter().flat_map(|phase| [Missed::Skip, Missed::Burst].map(|missed| (*phase, missed))) {
        let builder = asyncpoll::Cadence::builder(interval).phase(phase).missed(missed).first(First::AtOnce);
        let (mut now, mut due, mut skipped) = (Duration::ZERO, Duration::ZERO, 0);
        let mut ticker = Ticker::seeded(builder.build().unwrap(), 7, now);
        for tick in 0..TICKS {
            due = now + ticker.until_next_tick(now);
            // Anything up to the whole interval.
            now = due + Duration::from_nanos(tick.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 10_000_000);
            skipped += ticker.tick(now).unwrap().missed;
        }
        let mean = due.as_secs_f64() / (TICKS - 1 + skipped) as f64;
        assert!((mean / interval.as_secs_f64() - 1.0).abs() < 0.001, "{phase:?}, {missed:?}: a mean of {mean} s");
    }
}

#[test]
fn rate_a_locked_ticker_is_on_its_grid_after_a_hundred_years() {
    let (interval, century) = (Duration::from_millis(1), Duration::from_secs(3_155_760_000));
    let cadence = asyncpoll::Cadence::builder(interval).phase(Phase::Locked).build().unwrap();
    let mut ticker = Ticker::seeded(cadence, 1, Duration::ZERO);
    let mut now = century;
    let first = ticker.tick(now).unwrap();
    assert_eq!(first.missed + 1, 3_155_760_000_000);
    for number in 1..=10_000_u32 {
        now += ticker.until_next_tick(now);
        assert_eq!(ticker.tick(now).map(|tick| tick.missed), Some(0));
        assert!(now.abs_diff(century + interval * number) <= interval / 20, "tick {number} is due at {now:?}");
    }
}

#[test]
fn never_stale_a_century_of_nanoseconds_is_skipped_at_once() {
    let century = Duration::from_secs(3_155_760_000);
    for (missed, phase) in [(Missed::Skip, Phase::Free), (Missed::Skip, Phase::Locked), (Missed::Delay, Phase::Locked)] {
        let cadence = asyncpoll::Cadence::builder(Duration::from_nanos(1)).jitter(0).phase(phase).missed(missed);
        let mut ticker = Ticker::new(cadence.build().unwrap(), Tape::none(), Duration::ZERO);
        let missed = ticker.tick(century).map(|tick| u128::from(tick.missed));
        assert_eq!(missed, Some(century.as_nanos() - 1));
        assert_eq!(ticker.until_next_tick(century), Duration::from_nanos(1));
    }
}

#[test]
fn total_the_time_does_not_run_out() {
    let longest = Duration::from_nanos(u64::MAX);
    for missed in MISSED.iter().copied() {
        let cadence = asyncpoll::Cadence::builder(Duration::from_secs(60)).jitter(0).missed(missed).build().unwrap();
        let mut ticker = Ticker::new(cadence, Tape::none(), Duration::ZERO);
        // From one end of the clock to the other, which counts as 584 years, again and again.
        for number in 1..=10 {
            let tick = ticker.tick(Duration::MAX).unwrap();
            assert_eq!((tick.number, tick.late), (number, longest - Duration::from_secs(60)));
            ticker.reset(Duration::ZERO);
            assert_eq!(ticker.until_next_tick(Duration::ZERO), Duration::from_secs(60));
        }
    }
}
