//! Any settings at all: they are refused by a rule, or pollers uphold the promises and keep to the schedule.
#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use arbitrary::Arbitrary;
use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, rand_core::Rng as _};
use asyncpoll_fuzz::{
    operations::Subject as _,
    promises::Watched,
    refusals::refusals,
    settings::Settings,
    span::{nanos, span},
    tape::Tape,
    written::{assert_file, assert_line},
};

/// How many polls each poller is followed for.
const POLLS: u32 = 64;

#[derive(Arbitrary, Debug)]
struct Input {
    settings: Settings,
    #[arbitrary(with = span)]
    hint: Duration,
    /// How much too late timers fire, if they are not exact.
    #[arbitrary(with = span)]
    late: Duration,
    tape: Tape,
}

fn check(&Input { ref settings, hint, late, ref tape }: &Input) {
    let clamped = settings.builder().build_clamped();
    assert_eq!(clamped.to_builder().build(), Ok(clamped), "a policy that was clamped is refused");
    assert_eq!(clamped.to_builder().build_clamped(), clamped, "a policy that was clamped is clamped to another");
    assert_line(clamped);
    assert_file(&clamped);
    let refusals = refusals(settings);
    match settings.build() {
        Err(error) => {
            assert!(refusals.contains(&error), "build says {error:?}, but only {refusals:?} are true");
            let sentence = error.to_string();
            let names_limit = ["must be ", "must have at most"].iter().any(|limit| sentence.contains(limit));
            assert!(names_limit, "{error:?} says {sentence:?}");
        }
        Ok(policy) => {
            assert!(refusals.is_empty(), "build takes what {refusals:?} refuse");
            assert_eq!(policy.to_builder().build(), Ok(policy), "a builder made from a policy makes another");
            assert_eq!(settings.builder().build_clamped(), policy, "a policy that builds is clamped to another");
            assert_schedule(settings, policy);
            assert_waits(settings, policy, tape);
            follow_schedule(settings, policy, tape);
            follow(settings, tape, Outcome::pending().retry_after(hint), late);
            follow(settings, tape, Outcome::transient(()), Duration::ZERO);
            follow(settings, tape, Outcome::transient(()).retry_after(hint), late);
        }
    }
}

/// Reads the schedule by itself: it counts up, goes forwards, and ends with the policy.
fn assert_schedule(settings: &Settings, policy: Policy) {
    let most = settings.most_polls();
    let mut last = None;
    for (number, poll) in (1..=POLLS).zip(policy.schedule()) {
        assert_eq!(poll.number, number, "the schedule counts in another way: {poll:?}");
        assert!(most.is_none_or(|most| u128::from(number) <= most), "the schedule has a poll too many: {poll:?}");
        let times = [poll.earliest, poll.nominal, poll.latest];
        assert!(times.is_sorted(), "the schedule is out of order: {poll:?}");
        assert!(settings.max_wait.is_none_or(|max_wait| poll.latest <= max_wait), "a poll after the deadline: {poll:?}");
        let forwards = last.is_none_or(|last: [Duration; 3]| last.iter().zip(&times).all(|(last, time)| last <= time));
        assert!(forwards, "the schedule goes back, from {last:?} to {poll:?}");
        last = Some(times);
    }
}

/// Draws each wait by its number alone, beside a poller that stays pending without end.
fn assert_waits(settings: &Settings, policy: Policy, tape: &Tape) {
    let unlimited = policy.to_builder().no_max_wait().no_max_polls().build().expect("it has less to refuse");
    let draws = tape.rewound();
    let mut poller = Poller::new(unlimited, draws.clone(), Duration::ZERO);
    assert_eq!(policy.wait(0, &mut tape.rewound()), Duration::ZERO, "there is a wait before the first poll");
    for number in 1..=POLLS {
        let drawn_before = draws.draws();
        let decision = poller.step(Outcome::<(), ()>::pending(), Duration::ZERO);
        // Under decorrelated jitter, a wait depends on all those before it.
        let head_start = usize::from(settings.head_start.is_some());
        let first = if settings.jitter == Jitter::Decorrelated { drawn_before.min(head_start) } else { drawn_before };
        let mut rng = tape.rewound();
        for _ in 0..first {
            rng.next_u64();
        }
        let wait = policy.wait(number, &mut rng);
        assert_eq!(decision, Decision::Sleep(wait), "the wait after poll {number} is another by its number alone");
        let (alone, played) = (rng.draws() - first, draws.draws() - first);
        assert!(alone <= played.max(1), "the wait after poll {number} takes {alone} draws");
    }
}

/// Polls an operation that stays pending, with exact timers, beside the schedule.
fn follow_schedule(settings: &Settings, policy: Policy, tape: &Tape) {
    let mut poller = Watched::start(settings, tape, Duration::ZERO);
    let mut schedule = policy.schedule();
    for _ in 0..POLLS {
        let time = nanos(poller.now());
        let scheduled = schedule.next();
        // A poller may come to its end with more polls than the schedule, as its draws fall.
        if let Some(poll) = scheduled {
            let envelope = poll.earliest.as_nanos()..=poll.latest.as_nanos();
            assert!(envelope.contains(&time), "a poll at {time} ns is not within {poll:?}: {poller:#?}");
        }
        if !settings.draws() {
            assert!(scheduled.is_some_and(|poll| poll.earliest == poll.latest), "not one time for a poll: {scheduled:?}");
        }
        let Some(wait) = poller.step(Outcome::pending()) else { break };
        poller.set_clock(poller.now().saturating_add(wait));
    }
    if !settings.draws() {
        assert_eq!(schedule.next().is_none(), poller.is_finished(), "the schedule ends elsewhere: {schedule:?}, {poller:#?}");
    }
}

/// Polls an operation that has the same outcome each time, with timers that fire too late.
fn follow(settings: &Settings, tape: &Tape, outcome: Outcome<(), ()>, late: Duration) {
    let mut poller = Watched::start(settings, tape, Duration::ZERO);
    for _ in 0..POLLS {
        let Some(wait) = poller.step(outcome) else { break };
        poller.set_clock(poller.now().saturating_add(wait).saturating_add(late));
    }
}

asyncpoll_fuzz::target!(check: Input, seeds: "policy");
