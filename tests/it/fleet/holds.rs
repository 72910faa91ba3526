//! How long a refusal holds an upstream, and how the polls that it held come back.

use asyncpoll::{
    Fleet,
    fleet::{Limits, Upstream},
};
use core::time::Duration;

use crate::support::{exact, next_poll, seconds};

/// Ten operations without a deadline, at an upstream that has no limits.
fn ten() -> (Fleet<Duration>, Upstream) {
    let mut fleet = Fleet::seeded(0, Duration::ZERO);
    let upstream = fleet.add_upstream(Limits::none());
    for _ in 0..10 {
        fleet.start(upstream, exact().no_max_wait().build().unwrap(), Duration::ZERO);
    }
    (fleet, upstream)
}

#[test]
fn a_hold_for_ever_is_not_taken_for_nothing_to_poll() {
    let (mut fleet, upstream) = ten();
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
