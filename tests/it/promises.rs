//! The promises that hold for every policy, outcome, clock and generator, each by its name.

use asyncpoll::{Decision, Jitter, Outcome, Poller, Reason};
use core::time::Duration;
use proptest::prelude::*;
use std::rc::Rc;

use crate::{
    model::{Expected, Found, LAST, Model, Settings},
    strategies,
    support::Tape,
};

/// What happens to a poller.
#[derive(Clone, Copy, Debug)]
enum Event {
    Found(Found),
    /// The clock goes on to the end of the last wait, and this much further.
    WakeUp(Duration),
    /// The clock reads this, wherever it was before.
    Jump(Duration),
    Reset,
    Cancel,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
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
        2 => Just(vec![Event::Reset]),
        1 => Just(vec![Event::Cancel]),
    ];
    prop::collection::vec(event, 0..40).prop_map(|events| events.concat())
}

fn tapes() -> impl Strategy<Value = Vec<u64>> {
    let values = prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX)];
    prop::collection::vec(values, 1..20)
}

/// One outcome and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    found: Found,
    /// The latest time since the start that the poller has been shown, in nanoseconds.
    elapsed: u128,
    decision: Expected,
    polls: u32,
    draws: usize,
    /// The poller had finished before.
    finished: bool,
    /// The last wait before the deadline was decided here.
    last_wait: bool,
}

impl Step {
    fn wait(&self) -> Option<u128> {
        match self.decision {
            Expected::Sleep(wait) => Some(wait),
            _ => None,
        }
    }

    fn has_ended(&self) -> bool {
        self.wait().is_none()
    }
}

/// Plays events to a poller and to the reference, which must agree, and records what they decide.
fn play(settings: Settings, events: &[Event], tape: &[u64]) -> Vec<Step> {
    let tape_of_model = Tape::new(tape);
    let rng = Tape::new(tape);
    let drawn = rng.draws();
    let mut model = Model::new(settings);
    let mut poller = Poller::new(settings.policy(), rng, Duration::ZERO);
    let (mut clock, mut due, mut elapsed) = (Duration::ZERO, Duration::ZERO, 0);
    let mut steps = Vec::new();
    for event in events {
        match *event {
            Event::WakeUp(late) => clock = clock.max(due.saturating_add(late)),
            Event::Jump(reading) => clock = reading,
            Event::Reset => {
                poller.reset_backoff();
                model.reset_backoff();
            }
            Event::Cancel => assert_eq!(poller.cancel(clock).reason, model.cancel()),
            Event::Found(found) => {
                let finished = poller.is_finished();
                let (draws_before, last_wait_before) = (drawn.get(), model.last_wait_decided);
                elapsed = elapsed.max(clock.as_nanos().min(LAST));
                let decision = feed(&mut poller, found, clock);
                if let Expected::Sleep(wait) = decision {
                    due = clock.saturating_add(Duration::from_nanos(wait.try_into().unwrap()));
                }
                let draw = || tape_of_model.draw();
                assert_eq!(decision, model.step(found, clock.as_nanos(), draw), "{found:?} at {clock:?}");
                steps.push(Step {
                    found,
                    elapsed,
                    decision,
                    polls: poller.polls(),
                    draws: drawn.get() - draws_before,
                    finished,
                    last_wait: model.last_wait_decided && !last_wait_before,
                });
            }
        }
    }
    steps
}

/// Feeds an outcome, and checks that its payload comes back as it went in.
fn feed(poller: &mut Poller<Duration, Tape>, found: Found, now: Duration) -> Expected {
    let outcome = match found {
        Found::Pending(retry_after) => Outcome::Pending { retry_after },
        Found::Transient(retry_after) => Outcome::Transient { error: "transient", retry_after },
        Found::Done => Outcome::Done("done"),
        Found::Failed => Outcome::Failed("failed"),
    };
    let decision = poller.step(outcome, now);
    match decision {
        Decision::Sleep(_) => {}
        Decision::Done(value) => assert_eq!(value, "done"),
        Decision::Failed(error) => assert_eq!(error, "failed"),
        Decision::GaveUp(gave_up) => {
            assert_eq!(gave_up.last_error, outcome.error().copied());
            assert_eq!(gave_up.retry_after, hint(&outcome));
            assert_eq!((gave_up.polls, gave_up.elapsed), (poller.polls(), poller.elapsed(now)));
        }
    }
    Expected::from(&decision)
}

fn hint<T, E>(outcome: &Outcome<T, E>) -> Option<Duration> {
    match outcome {
        Outcome::Pending { retry_after } | Outcome::Transient { retry_after, .. } => *retry_after,
        Outcome::Done(_) | Outcome::Failed(_) => None,
    }
}

/// Drops are counted by the count of its clones.
#[derive(Clone, Debug)]
struct Payload(#[expect(dead_code, reason = "held for its count")] Rc<()>);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn total_it_never_panics_and_agrees_with_the_reference(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        play(settings, &events, &tape);
    }

    #[test]
    fn sticky_after_the_end_it_never_sleeps(settings in strategies::settings(), events in events(), tape in tapes()) {
        for step in play(settings, &events, &tape).iter().filter(|step| step.finished) {
            let passed_through = matches!(step.decision, Expected::Done | Expected::Failed);
            prop_assert!(passed_through || step.decision == Expected::GaveUp(Reason::Finished), "{step:?}");
        }
    }

    #[test]
    fn capped_no_wait_without_a_hint_exceeds_max_backoff(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        for step in play(settings, &events, &tape) {
            let Some(wait) = step.wait() else { continue };
            let is_first_wait = step.polls == 1 && settings.first_wait.is_some();
            if !is_first_wait && step.found.hint().is_none_or(|hint| hint < settings.initial_wait.into()) {
                prop_assert!(wait <= settings.max_backoff.into(), "{step:?}");
            }
        }
    }

    #[test]
    fn alive_no_wait_but_the_first_and_the_last_is_below_a_tenth_of_initial_wait(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        for step in play(settings, &events, &tape) {
            let Some(wait) = step.wait() else { continue };
            let is_first_wait = step.polls == 1 && settings.first_wait.is_some();
            prop_assert!(wait >= if is_first_wait || step.last_wait { 1 } else { settings.floor() }, "{step:?}");
        }
    }

    #[test]
    fn deadline_no_wait_ends_after_it(settings in strategies::settings(), events in events(), tape in tapes()) {
        for step in play(settings, &events, &tape) {
            if let (Some(wait), Some(max_wait)) = (step.wait(), settings.max_wait) {
                prop_assert!(step.elapsed + wait <= max_wait.into(), "{step:?}");
            }
        }
    }

    #[test]
    fn polite_no_wait_ends_before_its_hint(settings in strategies::settings(), events in events(), tape in tapes()) {
        for step in play(settings, &events, &tape) {
            if let (Some(wait), Some(hint)) = (step.wait(), step.found.hint()) {
                prop_assert!(wait >= hint, "{step:?}");
                let initial_wait = settings.initial_wait.into();
                if matches!(step.found, Found::Pending(_)) && hint >= initial_wait {
                    prop_assert!(wait <= hint + hint * settings.q() / 100, "{step:?}");
                }
            }
        }
    }

    #[test]
    fn one_cut_the_last_wait_is_followed_by_nothing_but_the_end(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let steps = play(settings, &events, &tape);
        prop_assert!(steps.iter().filter(|step| step.last_wait).count() <= 1);
        if let Some(last) = steps.iter().position(|step| step.last_wait) {
            prop_assert!(!steps[last].has_ended());
            prop_assert!(steps[last + 1..].iter().all(Step::has_ended), "{steps:?}");
        }
    }

    #[test]
    fn counts_polls_are_the_outcomes_fed_while_polling(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let mut polls = 0;
        for step in play(settings, &events, &tape) {
            polls += u32::from(!step.finished);
            prop_assert_eq!(step.polls, polls, "{:?}", step);
            prop_assert!(polls <= settings.max_polls.unwrap_or(u32::MAX));
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
        let max_wait = settings.max_wait.unwrap_or(LAST as u64 / 4).min(settings.initial_wait.saturating_mul(300)).max(1);
        let settings = Settings { max_wait: Some(max_wait.min(i64::MAX.unsigned_abs())), ..settings };
        let limit = 10 * u128::from(settings.max_wait.unwrap()) / u128::from(settings.initial_wait) + 3;
        let unfinished = outcomes.iter().filter(|found| !matches!(found, Found::Done | Found::Failed)).copied();
        let events: Vec<Event> = unfinished
            .flat_map(|found| [Event::Found(found), Event::WakeUp(Duration::from_nanos(late))])
            .collect();
        prop_assume!(!events.is_empty());
        let polls = usize::try_from(limit).unwrap();
        let many: Vec<Event> = events.iter().cycle().take(2 * polls).copied().collect();
        let steps = play(settings, &many, &tape);
        prop_assert!(steps.last().unwrap().has_ended(), "{} polls and no end", steps.len());
    }

    #[test]
    fn ends_max_polls_needs_no_clock(settings in strategies::settings(), max_polls in 1..200_u32, tape in tapes()) {
        let settings = Settings { max_polls: Some(max_polls), ..settings };
        let polls = vec![Event::Found(Found::Pending(None)); max_polls as usize];
        prop_assert!(play(settings, &polls, &tape).last().unwrap().has_ended());
    }

    #[test]
    fn replayable_the_same_inputs_give_the_same_decisions(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        prop_assert_eq!(play(settings, &events, &tape), play(settings, &events, &tape));
    }

    #[test]
    fn frugal_one_draw_a_sleep_at_most_and_none_otherwise(
        settings in strategies::settings(), events in events(), tape in tapes(),
    ) {
        let draws_at_all = !matches!(settings.jitter, Jitter::None | Jitter::PlusMinus(0));
        for step in play(settings, &events, &tape) {
            prop_assert_eq!(step.draws, usize::from(draws_at_all && step.wait().is_some()), "{:?}", step);
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
            let (kept_before, outcome) = (usize::from(kept.is_some()), match found {
                Found::Pending(retry_after) => Outcome::Pending { retry_after },
                Found::Transient(retry_after) => Outcome::Transient { error: payload(), retry_after },
                Found::Done => Outcome::Done(payload()),
                Found::Failed => Outcome::Failed(payload()),
            });
            let fed = Rc::strong_count(&owner) - 1 - kept_before;
            let decision = if keeping { poller.step_keeping(outcome, now, &mut kept) } else { poller.step(outcome, now) };
            let held = Rc::strong_count(&owner) - 1;
            match &decision {
                Decision::Sleep(wait) => {
                    now = now.saturating_add(*wait);
                    let expected = if keeping { kept_before.max(fed) } else { 0 };
                    prop_assert_eq!(held, expected, "what a Sleep leaves is in the slot alone");
                }
                Decision::Done(_) | Decision::Failed(_) => prop_assert_eq!(held, kept_before + 1),
                Decision::GaveUp(gave_up) => {
                    prop_assert_eq!(held, kept_before + fed, "none is lost at the end");
                    prop_assert_eq!(gave_up.last_error.is_some(), fed + kept_before > 0);
                }
            }
            prop_assert_eq!(Rc::strong_count(&owner) - 1, held);
        }
        drop((poller, kept));
        prop_assert_eq!(Rc::strong_count(&owner), 1, "a poller keeps no payload");
    }
}
