//! The preview: nominal times, and an envelope that no draw leaves.

use asyncpoll::{Jitter, Policy, PolicyBuilder};
use core::time::Duration;
use proptest::prelude::*;

use crate::support::{Tape, exact, poller_model::Settings, polls_while_pending, seconds, start, strategies};

fn nominal(builder: PolicyBuilder) -> Vec<f64> {
    builder.build().unwrap().schedule().map(|poll| poll.nominal.as_secs_f64()).collect()
}

#[test]
fn the_nominal_times_are_exact_without_jitter_and_means_with_it() {
    assert_eq!(nominal(exact()), [0.0, 5.0, 20.0, 65.0, 200.0, 500.0, 600.0]);
    // [240, 300] instead of 300, then the last wait: [125, 130] of the 130 s that are left.
    assert_eq!(nominal(Policy::builder()), [0.0, 5.0, 20.0, 65.0, 200.0, 470.0, 597.5]);
    // [0.5, 5], [0.5, 15], [0.5, 45]
    assert_eq!(nominal(Policy::builder().jitter(Jitter::Full).max_polls(4)), [0.0, 2.75, 10.5, 33.25]);
    // [2.5, 5], [7.5, 15], [22.5, 45]
    assert_eq!(nominal(Policy::builder().jitter(Jitter::Equal).max_polls(4)), [0.0, 3.75, 15.0, 48.75]);
    // [90, 108], then [4, 6]
    assert_eq!(nominal(Policy::builder().head_start(seconds(90.0)).max_polls(3)), [0.0, 99.0, 104.0]);
}

#[test]
fn decorrelated_jitter_is_shown_with_every_wait_in_the_middle() {
    // [5, 15] → 10; [5, 30] → 17.5; [5, 52.5] → 28.75; the middle of an even number of nanoseconds is the upper one.
    let builder = Policy::builder().jitter(Jitter::Decorrelated).max_polls(4);
    assert_eq!(nominal(builder), [0.0, 10.0, 27.5, 56.25]);
}

#[test]
fn limits_end_it() {
    assert_eq!(nominal(exact().max_polls(3)), [0.0, 5.0, 20.0]);
    assert_eq!(nominal(exact().max_polls(1)), [0.0]);
    assert_eq!(nominal(exact().max_wait(seconds(20.0))), [0.0, 5.0, 20.0]);
    assert_eq!(nominal(exact().max_wait(seconds(2.0))), [0.0, 2.0]);
    assert_eq!(nominal(exact().max_consecutive_errors(1)), nominal(exact()));
}

#[test]
fn an_endless_policy_has_an_endless_schedule() {
    let policy = Policy::builder().no_max_wait().build().unwrap();
    let poll = policy.schedule().nth(100_000).unwrap();
    assert_eq!(poll.number, 100_001);
    // Four waits, 200 s in all, and then 270 s each: the mean of what the ceiling leaves of [240, 360].
    assert_eq!(poll.nominal, seconds(200.0 + 270.0 * 99_996.0));
}

#[test]
fn the_envelope_of_the_default_policy() {
    let polls: Vec<_> = Policy::builder().build().unwrap().schedule().collect();
    let earliest: Vec<f64> = polls.iter().map(|poll| poll.earliest.as_secs_f64()).collect();
    let latest: Vec<f64> = polls.iter().map(|poll| poll.latest.as_secs_f64()).collect();
    assert_eq!(earliest, [0.0, 4.0, 16.0, 52.0, 160.0, 400.0, 595.0]);
    assert_eq!(latest, [0.0, 6.0, 24.0, 78.0, 240.0, 540.0, 600.0]);
}

#[test]
fn the_envelope_has_room_for_a_last_wait_that_ends_before_a_plain_one() {
    // At 160 s at the earliest, 243 s are left, of which [240, 300] takes 240 at least; but the last wait is from [238, 243].
    let polls: Vec<_> = Policy::builder().max_wait(seconds(403.0)).build().unwrap().schedule().collect();
    assert_eq!(polls[5].earliest, seconds(398.0));
}

#[test]
fn after_its_end_it_stays_ended() {
    let mut schedule = exact().max_polls(1).build().unwrap().schedule();
    assert!(schedule.next().is_some());
    assert!(schedule.next().is_none());
    assert!(schedule.next().is_none());
}

proptest! {
    #[test]
    fn no_draw_leaves_the_envelope(settings in strategies::settings(), tape in prop::collection::vec(any::<u64>(), 1..40)) {
        let policy = settings.policy();
        let mut poller = asyncpoll::Poller::new(policy, Tape::new(tape), Duration::ZERO);
        let mut now = Duration::ZERO;
        for poll in policy.schedule().take(60) {
            prop_assert!(poll.earliest <= poll.nominal && poll.nominal <= poll.latest, "{poll:?} of {policy:?}");
            prop_assert!(poll.earliest <= now && now <= poll.latest, "{now:?} is outside {poll:?} of {policy:?}");
            match poller.step(asyncpoll::Outcome::<()>::pending(), now) {
                asyncpoll::Decision::Sleep(wait) => now = now.saturating_add(wait),
                _ => break,
            }
            now = now.min(Duration::from_nanos(u64::MAX));
        }
    }

    #[test]
    fn without_jitter_it_is_what_happens(settings in strategies::settings()) {
        let settings = Settings { jitter: Jitter::None, hint_jitter: None, max_wait: settings.max_wait.or(Some(1_000)), ..settings };
        let settings = Settings { head_start: settings.head_start.map(|wait| wait.min(settings.max_wait.unwrap())), ..settings };
        let policy = settings.policy();
        prop_assume!(policy.schedule().nth(5_000).is_none());
        let (polls, _) = polls_while_pending(&mut start(policy.to_builder(), Tape::none()));
        prop_assert_eq!(policy.schedule().map(|poll| poll.nominal).collect::<Vec<_>>(), polls);
    }
}
