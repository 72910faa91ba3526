//! The promises that hold for every policy, outcome, clock and generator, each by its name.
//!
//! `play` judges nothing: it records what a poller does. Each test judges its own promise by that record, and only the test
//! of the reference compares with the reference.

use asyncpoll::{Decision, GaveUp, Jitter, Poller, Reason, WaitKind};
use core::{panic::AssertUnwindSafe, time::Duration};
use proptest::prelude::*;
use std::{panic::catch_unwind, rc::Rc};

use crate::support::{
    Tape,
    poller_model::{Expected, Found, LAST, Model, Settings},
    strategies,
};

/// What happens to a poller.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Found(Found),
    /// The clock goes on to the end of the last wait, and this much further.
    WakeUp(Duration),
    /// The clock reads this, wherever it was before.
    Jump(Duration),
    Look(Found),
    WaitFirst(Option<Duration>),
    Reset,
    SetBackoff(Duration),
    Cancel,
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let late = prop_oneof![3 => Just(Duration::ZERO), 1 => (0..90_000_000_000_u64).prop_map(Duration::from_nanos)];
    let reading = prop_oneof![
        (0..900_000_000_000_u64).prop_map(Duration::from_nanos),
        any::<u64>().prop_map(Duration::from_nanos),
        (any::<u64>(), 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
        Just(Duration::MAX),
    ];
    let event = prop_oneof![
        40 => (strategies::found(), late).prop_map(|(found, late)| vec![Event::Found(found), Event::WakeUp(late)]),
        8 => strategies::found().prop_map(|found| vec![Event::Found(found)]),
        2 => reading.prop_map(|reading| vec![Event::Jump(reading)]),
        3 => strategies::found().prop_map(|found| vec![Event::Look(found)]),
        1 => Just(vec![Event::Reset]),
        1 => strategies::durations().prop_map(|base| vec![Event::SetBackoff(Duration::from_nanos(base))]),
        1 => strategies::hints().prop_map(|hint| vec![Event::WaitFirst(hint)]),
        1 => Just(vec![Event::Cancel]),
    ];
    let first = prop::option::weighted(0.2, strategies::hints());
    (first, prop::collection::vec(event, 0..40)).prop_map(|(first, events)| {
        let first = first.map_or(vec![], |hint| vec![Event::WaitFirst(hint), Event::WakeUp(Duration::ZERO)]);
        [first, events.concat()].concat()
    })
}

pub(crate) fn tapes() -> impl Strategy<Value = Vec<u64>> {
    let values = prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX)];
    prop::collection::vec(values, 1..20)
}

/// What was fed, and what came of it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    found: Found,
    /// The time since the start that the poller has been shown, in nanoseconds.
    elapsed: u128,
    decision: Decision<(), ()>,
    /// It was an unscheduled look, or was taken for one.
    look: bool,
    /// It counts as a poll while polling.
    is_poll: bool,
    /// No wait had been decided before.
    is_first: bool,
    /// What the poller says of the wait.
    kind: Option<WaitKind>,
    /// When it says that the next poll is due.
    due: Option<Duration>,
    /// The poller's own count.
    polls: u32,
    draws: usize,
    /// The poller was cancelled before, or has decided to end.
    ended_before: bool,
}

impl Step {
    fn wait(&self) -> Option<u128> {
        match self.decision {
            Decision::Sleep(wait) => Some(wait.as_nanos()),
            _ => None,
        }
    }

    fn is(&self, kind: WaitKind) -> bool {
        self.wait().is_some() && self.kind == Some(kind)
    }

    /// Says whether the wait ends so near to the deadline that it can only be the last.
    fn ends_near_the_deadline(&self, settings: &Settings) -> bool {
        let least = settings.least_spread();
        matches!((self.wait(), settings.max_wait), (Some(wait), Some(max_wait)) if self.elapsed + wait + least >= max_wait.into())
    }
}

/// What a poller was told and what it said, up to the end of the events or to a panic.
#[derive(Debug, Default, PartialEq, Eq)]
struct Record {
    steps: Vec<Step>,
    cancels: Vec<GaveUp>,
    has_panicked: bool,
}

/// Plays events to a poller and records what it does.
fn play(settings: Settings, events: &[Event], tape: &[u64]) -> Record {
    let rng = Tape::new(tape);
    let counter = rng.draws();
    let mut poller = Poller::new(settings.policy(), rng, Duration::ZERO);
    let (mut clock, mut latest, mut due, mut elapsed, mut ended) = (Duration::ZERO, Duration::ZERO, Duration::ZERO, 0, false);
    let mut read = |clock: Duration| {
        elapsed = (elapsed + clock.saturating_sub(latest).as_nanos()).min(LAST);
        latest = clock;
        elapsed
    };
    let mut record = Record::default();
    for event in events {
        match *event {
            Event::WakeUp(late) => clock = clock.max(due.saturating_add(late)),
            Event::Jump(reading) => clock = reading,
            Event::Reset => poller.reset_backoff(),
            Event::SetBackoff(base) => poller.set_backoff(base),
            Event::Cancel => {
                read(clock);
                record.cancels.push(poller.cancel(clock));
                ended = true;
            }
            Event::Found(_) | Event::Look(_) | Event::WaitFirst(_) => {
                let elapsed = read(clock);
                let draws_before = counter.get();
                let is_first = poller.wait_kind().is_none();
                let is_poll = matches!(event, Event::Found(_));
                let look =
                    !is_poll && (matches!(event, Event::Look(_)) || !is_first || poller.polls() > 0 || poller.is_finished());
                let stepped = catch_unwind(AssertUnwindSafe(|| match *event {
                    Event::Found(found) => (found, poller.step(found.outcome(), clock)),
                    Event::Look(found) => (found, poller.look(found.outcome(), clock)),
                    Event::WaitFirst(hint) => (
                        Found::Pending(hint),
                        match poller.wait_first(hint, clock) {
                            Ok(wait) => Decision::Sleep(wait),
                            Err(gave_up) => Decision::GaveUp(gave_up.map_err(|error| match error {})),
                        },
                    ),
                    _ => unreachable!("nothing else is fed"),
                }));
                let Ok((found, decision)) = stepped else {
                    record.has_panicked = true;
                    break;
                };
                if let Decision::Sleep(wait) = decision {
                    due = clock.saturating_add(wait);
                }
                let draws = counter.get() - draws_before;
                let (kind, polls, due) = (poller.wait_kind(), poller.polls(), poller.due());
                let ended_before = ended;
                record.steps.push(Step {
                    found,
                    elapsed,
                    decision,
                    look,
                    is_poll,
                    is_first,
                    kind,
                    due,
                    polls,
                    draws,
                    ended_before,
                });
                ended |= !matches!(decision, Decision::Sleep(_));
            }
        }
    }
    record
}

/// What a poller says after an outcome: the decision, its polls, what decided its wait, and when the next poll is due.
type Told = (Expected, u32, Option<WaitKind>, Option<u128>);

/// Plays events to the reference.
fn expected(settings: Settings, events: &[Event], tape: &[u64]) -> (Vec<Told>, Vec<(Reason, Option<u128>)>) {
    let tape = Tape::new(tape);
    let mut model = Model::new(settings, Duration::ZERO);
    let (mut clock, mut due) = (Duration::ZERO, Duration::ZERO);
    let (mut decisions, mut cancels) = (Vec::new(), Vec::new());
    for event in events {
        match *event {
            Event::WakeUp(late) => clock = clock.max(due.saturating_add(late)),
            Event::Jump(reading) => clock = reading,
            Event::Reset => model.reset_backoff(),
            Event::SetBackoff(base) => model.set_backoff(base),
            Event::Cancel => cancels.push(model.cancel(clock)),
            Event::Found(_) | Event::Look(_) | Event::WaitFirst(_) => {
                let decision = match *event {
                    Event::Found(found) => model.step(found, clock, || tape.draw()),
                    Event::Look(found) => model.look(found, clock),
                    Event::WaitFirst(hint) => model.wait_first(hint, clock, || tape.draw()),
                    _ => unreachable!("nothing else is fed"),
                };
                if let Expected::Sleep(wait) = decision {
                    due = clock.saturating_add(Duration::from_nanos(wait.try_into().unwrap()));
                }
                decisions.push((decision, model.polls, model.kind, (!model.finished).then_some(model.due)));
            }
        }
    }
    (decisions, cancels)
}

/// Drops are counted by the count of its clones.
#[derive(Clone, Debug)]
struct Payload(#[expect(dead_code, reason = "held for its count")] Rc<()>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn reference_it_decides_as_the_reference_does(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let record = play(settings, &events, &tape);
        let told = |step: &Step| (Expected::from(&step.decision), step.polls, step.kind, step.due.map(|due| due.as_nanos()));
        let decisions: Vec<_> = record.steps.iter().map(told).collect();
        let left = |gave_up: &GaveUp| (gave_up.reason, gave_up.retry_after.map(|left| left.as_nanos()));
        let cancels: Vec<_> = record.cancels.iter().map(left).collect();
        prop_assert_eq!((decisions, cancels), expected(settings, &events, &tape), "the reference decides otherwise");
    }

    #[test]
    fn total_it_never_panics(settings in strategies::settings(), events in events(), tape in tapes()) {
        prop_assert!(!play(settings, &events, &tape).has_panicked, "Total: it panicked");
    }

    #[test]
    fn sticky_after_the_end_it_never_sleeps(settings in strategies::settings(), events in events(), tape in tapes()) {
        for step in play(settings, &events, &tape).steps.iter().filter(|step| step.ended_before) {
            let is_finished = match step.decision {
                Decision::Sleep(_) => false,
                Decision::Done(()) => step.found == Found::Done,
                Decision::Failed(()) => step.found == Found::Failed,
                Decision::GaveUp(gave_up) => gave_up.reason == Reason::Finished,
            };
            prop_assert!(is_finished, "Sticky: it had ended, and says {step:?}");
        }
    }

    #[test]
    fn capped_no_wait_without_a_hint_exceeds_max_backoff(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        for step in play(settings, &events, &tape).steps {
            let Some(wait) = step.wait() else { continue };
            let is_free = step.found.retry_after().is_none() && !step.look && !(step.is_first && settings.head_start.is_some());
            if is_free {
                prop_assert!(wait <= settings.max_backoff.into(), "Capped: the wait exceeds max_backoff: {step:?}");
            }
        }
    }

    #[test]
    fn alive_no_wait_but_a_head_start_and_the_last_is_below_a_tenth_of_the_least_base(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        for step in play(settings, &events, &tape).steps.iter().filter(|step| !step.look) {
            let Some(wait) = step.wait() else { continue };
            let least = match step.kind {
                Some(WaitKind::Last) => 1,
                Some(WaitKind::HeadStart) => settings.head_start.map_or(u128::MAX, u128::from),
                _ if matches!(settings.jitter, Jitter::Above(_)) && settings.waits == [None; 8] => settings.initial_wait.into(),
                _ => settings.floor(),
            };
            prop_assert!(wait >= least, "Alive: the wait is below {least} ns: {step:?}");
        }
    }

    #[test]
    fn deadline_no_wait_ends_after_it(settings in strategies::settings(), events in events(), tape in tapes()) {
        for step in play(settings, &events, &tape).steps {
            // After a look at an overdue poll there is nothing left to wait.
            let wait = step.wait().filter(|wait| *wait > 0 || !step.look);
            if let (Some(wait), Some(max_wait)) = (wait, settings.max_wait) {
                prop_assert!(step.elapsed + wait <= max_wait.into(), "Deadline: the wait ends after it: {step:?}");
            }
        }
    }

    #[test]
    fn polite_no_wait_ends_before_its_hint(settings in strategies::settings(), events in events(), tape in tapes()) {
        for step in play(settings, &events, &tape).steps {
            if let (Some(wait), Some(hint)) = (step.wait(), step.found.retry_after()) {
                let hint = settings.believed(hint);
                prop_assert!(wait >= hint, "Polite: the wait ends before the hint: {step:?}");
                if matches!(step.found, Found::Pending(_)) && hint >= settings.least().into() && !step.look {
                    let most = hint + hint * settings.hint_q() / 100;
                    prop_assert!(wait <= most, "Polite: the hint is lengthened by more than jitter may: {step:?}");
                }
            }
        }
    }

    #[test]
    fn one_last_wait_is_followed_by_nothing_but_the_end(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let mut steps = play(settings, &events, &tape).steps;
        steps.retain(|step| !step.look);
        for step in &steps {
            let is_near = step.ends_near_the_deadline(&settings);
            let is_last = step.is(WaitKind::Last);
            prop_assert!(!is_near || is_last || !settings.last_poll, "One last wait: this can only be it: {step:?}");
            prop_assert!(!is_last || settings.last_poll, "One last wait: the policy wants none: {step:?}");
        }
        if let Some(last) = steps.iter().position(|step| step.is(WaitKind::Last)) {
            let after = steps[last + 1..].iter().find(|step| step.wait().is_some());
            prop_assert!(after.is_none(), "One last wait: {:?} was the last wait, and then came {after:?}", steps[last]);
        }
    }

    #[test]
    fn counts_polls_are_the_outcomes_fed_while_polling(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let (mut polls, mut errors) = (0, 0);
        for step in play(settings, &events, &tape).steps {
            let counts = !step.ended_before && step.is_poll;
            polls += u32::from(counts);
            errors += u32::from(counts && matches!(step.found, Found::Transient(_)));
            prop_assert_eq!(step.polls, polls, "Counts: the outcomes fed while polling are others: {:?}", step);
            prop_assert!(polls <= settings.max_polls.unwrap_or(u32::MAX), "Counts: more than max_polls: {step:?}");
            if let Decision::GaveUp(gave_up) = step.decision {
                prop_assert_eq!((gave_up.polls, gave_up.errors), (polls, errors), "Counts: the account differs: {:?}", step);
                prop_assert_eq!(gave_up.retry_after, step.found.retry_after(), "Counts: the hint differs: {:?}", step);
            }
        }
    }

    #[test]
    fn ends_it_gives_up_after_a_computable_number_of_polls(
        settings in strategies::settings(),
        outcomes in prop::collection::vec(strategies::found(), 1..8),
        tape in tapes(),
        late in 0..1_000_000_000_u64,
    ) {
        // A limit that can be reached within some thousand polls, whatever is drawn.
        let max_wait = settings.max_wait.unwrap_or(LAST as u64 / 4).min(settings.least().saturating_mul(300)).max(1);
        let max_wait = max_wait.min(i64::MAX.unsigned_abs());
        let head_start = settings.head_start.map(|head_start| head_start.min(max_wait));
        let settings = Settings { head_start, max_wait: Some(max_wait), ..settings };
        let limit = 10 * u128::from(settings.max_wait.unwrap()) / u128::from(settings.least()) + 3;
        let unfinished = outcomes.iter().filter(|found| !matches!(found, Found::Done | Found::Failed)).copied();
        let events: Vec<Event> = unfinished
            .flat_map(|found| [Event::Found(found), Event::WakeUp(Duration::from_nanos(late))])
            .collect();
        prop_assume!(!events.is_empty());
        let polls = usize::try_from(limit).unwrap();
        let many: Vec<Event> = events.iter().cycle().take(2 * polls).copied().collect();
        let steps = play(settings, &many, &tape).steps;
        prop_assert!(steps.last().is_none_or(|last| last.wait().is_none()), "Ends: {} polls and no end", steps.len());
    }

    #[test]
    fn ends_max_polls_needs_no_clock(settings in strategies::settings(), max_polls in 1..200_u32, tape in tapes()) {
        let settings = Settings { max_polls: Some(max_polls), ..settings };
        let polls = vec![Event::Found(Found::Pending(None)); max_polls as usize];
        let last = play(settings, &polls, &tape).steps.pop();
        prop_assert!(last.is_none_or(|last| last.wait().is_none()), "Ends: {max_polls} polls and no end");
    }

    #[test]
    fn replayable_the_same_inputs_give_the_same_decisions(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let (once, again) = (play(settings, &events, &tape), play(settings, &events, &tape));
        prop_assert_eq!(once, again, "Replayable: the same inputs gave other decisions");
    }

    #[test]
    fn frugal_one_draw_a_wait_a_second_for_the_last_and_none_otherwise(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        for step in play(settings, &events, &tape).steps {
            let draws = match step.decision {
                Decision::Sleep(_) if step.look || !settings.draws() => 0,
                Decision::Sleep(_) => 1 + usize::from(step.is(WaitKind::Last)),
                // One that turned out too long.
                Decision::GaveUp(gave_up)
                    if gave_up.reason == Reason::MaxWait && step.elapsed < settings.max_wait.unwrap_or(0).into() =>
                {
                    prop_assert!(!settings.last_poll || step.draws == 0, "Frugal: {step:?}");
                    usize::from(!settings.last_poll && settings.draws())
                }
                _ => 0,
            };
            prop_assert_eq!(step.draws, draws, "Frugal: {:?}", step);
        }
    }

    #[test]
    fn conserving_every_payload_comes_out_or_is_dropped_with_its_sleep(
        settings in strategies::settings(),
        outcomes in prop::collection::vec(strategies::found(), 1..30),
        tape in tapes(),
        keeping: bool,
    ) {
        let mut poller = Poller::new(settings.policy(), Tape::new(tape), Duration::ZERO);
        let (owner, mut now, mut kept) = (Rc::new(()), Duration::ZERO, None);
        let payload = || Payload(Rc::clone(&owner));
        for found in outcomes {
            let (kept_before, outcome) =
                (usize::from(kept.is_some()), found.outcome().map(|()| payload()).map_err(|()| payload()));
            let fed = Rc::strong_count(&owner) - 1 - kept_before;
            let decision = if keeping { poller.step_keeping(outcome, now, &mut kept) } else { poller.step(outcome, now) };
            let held = Rc::strong_count(&owner) - 1;
            match &decision {
                Decision::Sleep(wait) => {
                    now = now.saturating_add(*wait);
                    let expected = if keeping { kept_before.max(fed) } else { 0 };
                    prop_assert_eq!(held, expected, "Conserving: what a Sleep leaves is in the slot alone");
                }
                Decision::Done(_) => prop_assert!(found == Found::Done && held == kept_before + 1, "Conserving: {found:?}"),
                Decision::Failed(_) => prop_assert!(found == Found::Failed && held == kept_before + 1, "Conserving: {found:?}"),
                Decision::GaveUp(gave_up) => {
                    prop_assert_eq!(held, kept_before + fed, "Conserving: something is lost at the end");
                    let (has_error, had_error) = (gave_up.last_error.is_some(), fed + kept_before > 0);
                    prop_assert_eq!(has_error, had_error, "Conserving: the end has no error, or one from nowhere");
                }
            }
            prop_assert_eq!(Rc::strong_count(&owner) - 1, held, "Conserving: the poller keeps a payload");
        }
        drop((poller, kept));
        prop_assert_eq!(Rc::strong_count(&owner), 1, "Conserving: the poller keeps a payload");
    }
}
