//! How long a refusal holds an upstream, what ends a hold, and how the polls that it held come back.

use asyncpoll::{
    Fleet, Jitter, Outcome, Policy, PolicyBuilder,
    fleet::{Limits, LimitsBuilder, Upstream},
};
use core::time::Duration;
use std::collections::BTreeSet;

use crate::support::{Tape, exact, next_poll, seconds};

const POINT: u64 = 1 << 63;

/// Ten operations without a deadline at an upstream that has no limits.
fn ten() -> (Fleet<Duration, Tape>, Upstream) {
    held(exact(), Limits::none().to_builder(), [0])
}

/// Ten operations without a deadline, and what is drawn for holds: waits are drawn too, so a draw may have to stand on the tape twice.
fn held(policy: PolicyBuilder, limits: LimitsBuilder, tape: impl Into<Vec<u64>>) -> (Fleet<Duration, Tape>, Upstream) {
    let mut fleet = Fleet::new(Tape::new(tape), Duration::ZERO);
    let upstream = fleet.add_upstream(limits.build().unwrap());
    for _ in 0..10 {
        fleet.start(upstream, policy.no_max_wait().build().unwrap(), Duration::ZERO);
    }
    (fleet, upstream)
}

/// Has the next poll refused at `now`.
fn refuse(fleet: &mut Fleet<Duration, Tape>, hint: f64, now: f64) {
    let id = next_poll(fleet, seconds(now)).expect("a poll is due").id;
    let _wait = fleet.step(id, Outcome::<(), _>::throttled(()).retry_after(seconds(hint)), seconds(now));
}

#[test]
fn a_hold_for_ever_is_not_taken_for_nothing_to_poll() {
    let (mut fleet, upstream) = held(exact(), Limits::none().to_builder().no_longest_hold(), [0]);
    fleet.slow_down(upstream, Some(Duration::MAX), seconds(1.0));
    let wait = fleet.until_next(seconds(1.0));
    assert!(wait > Some(Duration::from_secs(500 * 31_557_600)), "{wait:?}");
}

#[test]
fn a_later_refusal_that_ends_at_the_same_time_changes_nothing() {
    let (mut fleet, upstream) = ten();
    assert!(next_poll(&mut fleet, Duration::ZERO).is_some());
    fleet.slow_down(upstream, Some(seconds(10.0)), Duration::ZERO);
    fleet.slow_down(upstream, Some(seconds(5.0)), seconds(5.0));
    assert_eq!(fleet.status(upstream, seconds(5.0)).held, seconds(5.0));
    // The others are spread over a fifth of the longer hold: a fifth of a second for each of the ten.
    let mut now = seconds(10.0);
    for _ in 0..9 {
        assert!(next_poll(&mut fleet, now).is_some());
        let wait = fleet.until_next(now);
        assert!(wait.is_none() || wait == Some(seconds(0.2)), "{wait:?}");
        now += seconds(0.2);
    }
}

#[test]
fn a_hold_is_longer_by_as_much_as_jitter_lengthens_a_hint_and_by_a_fifth_at_most() {
    let no_limits = || Limits::none().to_builder();
    for (policy, held_for) in [
        (Policy::builder().jitter(Jitter::None), 100.0),
        (Policy::builder().jitter(Jitter::Above(10)), 105.0),
        (Policy::builder().jitter(Jitter::PlusMinus(15)), 107.5),
        (Policy::builder(), 110.0),
        (Policy::builder().jitter(Jitter::Full), 110.0),
        (Policy::builder().hint_jitter(80), 110.0),
        (Policy::builder().hint_jitter(4), 102.0),
    ] {
        let (mut fleet, upstream) = held(policy, no_limits(), [POINT]);
        refuse(&mut fleet, 100.0, 0.0);
        assert_eq!(fleet.status(upstream, Duration::ZERO).held, seconds(held_for), "{policy:?}");
    }
    // Whose limit another request has hit, has no policy: the default one stands for it.
    let (mut fleet, upstream) = held(exact(), no_limits(), [POINT]);
    fleet.slow_down(upstream, Some(seconds(100.0)), Duration::ZERO);
    assert_eq!(fleet.status(upstream, Duration::ZERO).held, seconds(110.0));
}

#[test]
fn one_hold_is_drawn_once_and_the_next_anew() {
    let (mut fleet, upstream) = held(exact(), Limits::none().to_builder(), [POINT, 0, u64::MAX]);
    let mut slow_down = |now: f64| {
        fleet.slow_down(upstream, Some(seconds(100.0)), seconds(now));
        fleet.status(upstream, seconds(now)).held
    };
    assert_eq!([slow_down(0.0), slow_down(1.0), slow_down(100.0)], [seconds(110.0); 3], "one goes on from the other");
    assert_eq!(slow_down(210.0), seconds(100.0), "the second draw");
    assert_eq!(slow_down(310.0), seconds(120.0), "the third draw");
}

#[test]
fn processes_that_are_told_the_same_do_not_come_back_together() {
    let comes_back = |seed| {
        let mut fleet = Fleet::seeded(seed, Duration::ZERO);
        let upstream = fleet.add_upstream(Limits::default());
        for _ in 0..20 {
            fleet.start(upstream, Policy::default(), Duration::ZERO);
        }
        let id = next_poll(&mut fleet, Duration::ZERO).unwrap().id;
        let _wait = fleet.step(id, Outcome::<(), _>::throttled(()).retry_after(seconds(60.0)), Duration::ZERO);
        fleet.until_next(Duration::ZERO).unwrap()
    };
    let back: BTreeSet<_> = (0..200).map(comes_back).collect();
    assert_eq!(back.len(), 200, "each has an instant of its own");
    let (first, last) = (back.first().unwrap(), back.last().unwrap());
    assert!(seconds(60.0) <= *first && *first < seconds(61.0) && seconds(71.0) < *last && *last <= seconds(72.0), "{back:?}");
}

#[test]
fn a_hint_beyond_the_longest_hold_holds_for_that_long() {
    let (mut fleet, upstream) = ten();
    let years = 1_700_000_000.0;
    refuse(&mut fleet, years, 0.0);
    assert_eq!(fleet.status(upstream, Duration::ZERO).held, seconds(3_600.0));

    let (mut fleet, upstream) = held(exact(), Limits::none().to_builder().longest_hold(seconds(90.0)), [0]);
    refuse(&mut fleet, 60.0, 0.0);
    assert_eq!(fleet.status(upstream, Duration::ZERO).held, seconds(60.0));
    fleet.slow_down(upstream, Some(seconds(years)), Duration::ZERO);
    assert_eq!(fleet.status(upstream, Duration::ZERO).held, seconds(90.0));
}

#[test]
fn a_hold_ends_when_it_is_resumed_and_no_polls_are_spread_after_it() {
    let (mut fleet, upstream) = ten();
    refuse(&mut fleet, 100.0, 0.0);
    assert_eq!(fleet.until_next(seconds(30.0)), Some(seconds(70.0)));
    fleet.resume(upstream, seconds(30.0));
    assert_eq!(fleet.status(upstream, seconds(30.0)).held, Duration::ZERO);
    // All but the one that was told: that waits for what it was told.
    assert_eq!(core::iter::from_fn(|| next_poll(&mut fleet, seconds(30.0))).count(), 9);
    assert_eq!(fleet.until_next(seconds(30.0)), Some(seconds(70.0)));
}

#[test]
fn a_pause_ends_when_it_is_resumed_whatever_is_fed() {
    let (mut fleet, upstream) = ten();
    let id = next_poll(&mut fleet, Duration::ZERO).unwrap().id;
    fleet.pause(upstream, seconds(1.0));
    assert_eq!((next_poll(&mut fleet, seconds(2.0)), fleet.until_next(seconds(2.0))), (None, None));
    let decision = fleet.step(id, Outcome::<_>::Done(()), seconds(3.0));
    assert_eq!((decision, fleet.len()), (asyncpoll::Decision::Done(()), 9));
    fleet.slow_down(upstream, Some(seconds(10.0)), seconds(4.0));
    assert_eq!((next_poll(&mut fleet, seconds(20.0)), fleet.until_next(seconds(20.0))), (None, None));
    fleet.resume(upstream, seconds(21.0));
    assert_eq!(core::iter::from_fn(|| next_poll(&mut fleet, seconds(21.0))).count(), 9);
}

#[test]
fn a_refusal_of_an_operation_that_has_ended_holds_the_others() {
    let (mut fleet, upstream) = ten();
    let cancelled = next_poll(&mut fleet, Duration::ZERO).unwrap();
    fleet.cancel(cancelled.id, seconds(1.0));
    let refused = Outcome::<(), _>::throttled(()).retry_after(seconds(30.0));
    assert!(matches!(fleet.step(cancelled, refused, seconds(2.0)), asyncpoll::Decision::GaveUp(_)));
    let status = fleet.status(upstream, seconds(2.0));
    assert_eq!((status.refusals, status.held), (1, seconds(30.0)));
    assert_eq!((fleet.next_due(seconds(31.9)), fleet.until_next(seconds(31.9))), (None, Some(seconds(0.1))));
}

#[test]
fn a_pause_stops_one_upstream_alone() {
    let (mut fleet, upstream) = ten();
    let other = fleet.add_upstream(Limits::none());
    let id = fleet.start(other, exact().build().unwrap(), Duration::ZERO);
    fleet.pause(upstream, Duration::ZERO);
    assert_eq!(next_poll(&mut fleet, Duration::ZERO).map(|poll| poll.id), Some(id));
    assert_eq!(next_poll(&mut fleet, Duration::ZERO), None);
}
