//! A host that is suspended, and a clock that is set forward.

use asyncpoll::{Decision, Driver, Jitter, Outcome, Policy, Poller};
use core::{cell::Cell, time::Duration};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// Runs for four hours at most a poller whose first poll finds a hint of three hours, on a host that is suspended for two hours half
/// an hour after the start. `goes_on` says whether the clock counts those, and `longest` is the longest sleep. Sleeps count
/// the time awake alone. Returns the true times of the polls.
fn polls(goes_on: bool, longest: Duration) -> Vec<Duration> {
    let policy = Policy::builder().jitter(Jitter::None).max_wait(HOUR * 4).build().unwrap();
    let awake = Cell::new(Duration::ZERO);
    let truth = || if awake.get() < HOUR / 2 { awake.get() } else { awake.get() + HOUR * 2 };
    let now = || if goes_on { truth() } else { awake.get() };
    let sleep = |wait: Duration| awake.set(awake.get() + wait.min(longest));
    let mut poller = Poller::seeded(policy, 1, now());
    let mut polls = Vec::new();
    let ended = Driver::new(now, sleep).poll_blocking(&mut poller, |poll| {
        polls.push(truth());
        Outcome::<()>::pending().retry_after((poll.number == 1).then_some(HOUR * 3))
    });
    assert!(ended.is_err());
    polls
}

#[test]
fn a_clock_that_stands_still_is_late_by_the_time_suspended() {
    let polls = polls(false, Duration::MAX);
    assert_eq!((polls[1], polls.last()), (HOUR * 5, Some(&(HOUR * 6))));
}

#[test]
fn a_clock_that_goes_on_does_not_help_in_the_midst_of_a_long_sleep() {
    let polls = polls(true, Duration::MAX);
    assert_eq!(polls[1], HOUR * 5);
}

#[test]
fn a_clock_that_goes_on_and_a_sleep_of_a_minute_are_late_by_a_minute_at_most() {
    let polls = polls(true, MINUTE);
    assert!((HOUR * 3..=HOUR * 3 + MINUTE).contains(&polls[1]), "{polls:?}");
    assert!((HOUR * 4..=HOUR * 4 + MINUTE).contains(polls.last().unwrap()), "{polls:?}");
}

#[test]
fn a_wait_ends_as_much_earlier_as_the_clock_is_set_forward() {
    let policy = Policy::builder().jitter(Jitter::None).max_wait(HOUR * 4).build().unwrap();
    let mut poller = Poller::seeded(policy, 1, HOUR);
    let hint = Outcome::<()>::pending().retry_after(HOUR);
    assert_eq!(poller.step(hint, HOUR), Decision::Sleep(HOUR));
    assert_eq!(poller.look(Outcome::<()>::pending(), HOUR + MINUTE), Decision::Sleep(HOUR - MINUTE));
    // Half an hour forward: the server asked for an hour, and is polled after half of it.
    assert_eq!(poller.look(Outcome::<()>::pending(), HOUR + MINUTE + HOUR / 2), Decision::Sleep(HOUR / 2 - MINUTE));
    assert_eq!(poller.remaining(HOUR + MINUTE + HOUR / 2), Some(HOUR * 3 + HOUR / 2 - MINUTE));
}
