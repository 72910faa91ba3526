//! Spread: pollers started together do not make their last polls together.

use asyncpoll::{Decision, Jitter, Outcome, Policy, PolicyBuilder, Poller, Reason};
use core::time::Duration;

use crate::support::{every::JITTERS, poller_model::q, seconds};

const POLLERS: u64 = 10_000;

/// Every jitter that spreads, each with its `q` in percent.
fn kinds() -> impl Iterator<Item = (Jitter, u32)> {
    JITTERS.iter().map(|(_, jitter)| (*jitter, q(*jitter) as u32)).filter(|(_, q)| *q > 0)
}

/// Runs a fleet to its end and returns the largest share of last polls, in percent, in any stretch of a twentieth of the least
/// spread. What each poll finds is a function of its number.
fn crowding(builder: PolicyBuilder, least_spread: Duration, found: impl Fn(u32) -> Outcome<()>) -> f64 {
    let policy = builder.build().unwrap();
    let mut last_polls: Vec<Duration> = (0..POLLERS)
        .map(|seed| {
            let mut now = Duration::ZERO;
            let mut poller = Poller::seeded(policy, seed, now);
            loop {
                match poller.step(found(poller.polls() + 1), now) {
                    Decision::Sleep(wait) => now += wait,
                    Decision::GaveUp(gave_up) if gave_up.reason == Reason::MaxWait => return now,
                    other => panic!("the deadline is the end: {other:?}"),
                }
            }
        })
        .collect();
    last_polls.sort_unstable();
    let stretch = least_spread / 20;
    let mut start = 0;
    let mut most = 0;
    for (end, last_poll) in last_polls.iter().enumerate() {
        while *last_poll - last_polls[start] > stretch {
            start += 1;
        }
        most = most.max(end + 1 - start);
    }
    100.0 * f64::from(u32::try_from(most).unwrap()) / 10_000.0
}

/// Asserts the promise for every jitter kind; `initial_wait` is what the least spread is a part of.
fn spread(builder: PolicyBuilder, initial_wait: Duration, found: impl Fn(u32) -> Outcome<()>) {
    for (jitter, q) in kinds() {
        let share = crowding(builder.jitter(jitter), initial_wait * q / 100, &found);
        assert!(share <= 7.0, "{jitter:?}: {share} % of the last polls in one stretch");
    }
}

/// A ladder whose ceiling is its first base, or as near to it as its jitter allows.
fn at_ceiling(jitter: Jitter) -> PolicyBuilder {
    let percent = if let Jitter::Above(percent) = jitter { percent } else { 0 };
    Policy::builder().max_backoff(seconds(5.0) * (100 + u32::from(percent)) / 100).jitter(jitter)
}

#[test]
fn on_the_default_ladder() {
    spread(Policy::builder(), seconds(5.0), |_| Outcome::pending());
}

#[test]
fn on_a_constant_ladder_below_its_ceiling() {
    spread(Policy::builder().multiplier(1, 1).max_wait(seconds(61.0)), seconds(5.0), |_| Outcome::pending());
}

#[test]
fn on_a_constant_ladder_at_its_ceiling() {
    for max_wait in [61.0, 64.5, 59.3] {
        for (jitter, q) in kinds().filter(|(jitter, _)| *jitter != Jitter::Decorrelated) {
            let builder = at_ceiling(jitter).max_wait(seconds(max_wait));
            let share = crowding(builder, seconds(5.0) * q / 100, |_| Outcome::pending());
            assert!(share <= 7.0, "{jitter:?}, {max_wait} s: {share} % of the last polls in one stretch");
        }
    }
}

#[test]
fn where_the_head_start_is_the_last() {
    spread(Policy::builder().max_wait(seconds(5.0)), seconds(5.0), |_| Outcome::pending());
    spread(Policy::builder().max_wait(seconds(5.1)), seconds(5.0), |_| Outcome::pending());
    spread(Policy::builder().head_start(seconds(590.0)), seconds(5.0), |_| Outcome::pending());
}

#[test]
fn wherever_the_deadline_lies_from_one_base_to_three() {
    for max_wait in (100..300).step_by(37).map(|percent| seconds(5.0) * percent / 100) {
        for (jitter, q) in kinds() {
            let far = Policy::builder().jitter(jitter);
            for builder in if jitter == Jitter::Decorrelated { vec![far] } else { vec![far, at_ceiling(jitter)] } {
                let share = crowding(builder.max_wait(max_wait), seconds(5.0) * q / 100, |_| Outcome::pending());
                assert!(share <= 7.0, "{builder:?}, {max_wait:?}: {share} % in one stretch");
            }
        }
    }
}

#[test]
fn where_max_wait_is_below_initial_wait() {
    spread(Policy::builder().max_wait(seconds(3.0)), seconds(3.0), |_| Outcome::pending());
}

#[test]
fn after_a_hint_that_ends_shortly_before_the_deadline() {
    for hint in [400.0, 495.0, 590.0] {
        let first_hinted = |poll| Outcome::pending().retry_after((poll == 1).then_some(seconds(hint)));
        spread(Policy::builder(), seconds(5.0), first_hinted);
    }
}

#[test]
fn under_hints_all_along() {
    for hint in [5.0, 8.0, 30.0, 70.0] {
        // The hints stop when another could not be kept.
        let builder = Policy::builder();
        let polls = (600.0 / (1.2 * hint)) as u32 - 1;
        spread(builder, seconds(5.0), |poll| Outcome::pending().retry_after((poll <= polls).then_some(seconds(hint))));
    }
}
