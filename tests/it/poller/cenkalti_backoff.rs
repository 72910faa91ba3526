//! The Go package `backoff` of Cenk Altı: what its tests show, in our words, and what ours does where that differs.
//!
//! The source of the facts are the tests of `github.com/cenkalti/backoff/v4` v4.3.0 (the commit 720b78985a65), and of v5
//! `TestIssue177` (in `retry_test.go` at the commit 1d4571115416). In a poller, an error after which that package calls again is a
//! `Transient`: the poll failed, and that says nothing of the operation.
//!
//! Some of what those tests show has no counterpart:
//!
//! - A nil `Permanent` is no error, and a failed operation has a result beside its error: an `Outcome` is one of four cases.
//! - A clock among the options, and a timer that stands in for the real one: the caller passes the time, and sleeps.

use asyncpoll::{
    Decision, GaveUp, Jitter, Outcome, Policy, PolicyBuilder, PolicyError, PollError, Poller, Reason, poll_blocking,
};
use core::{fmt, time::Duration};
use std::{error::Error, io, time::Instant};

use crate::support::{
    Shape, Tape,
    drive::{Driven, drive},
    exact, seconds, start, step,
};

/// Its `ExponentialBackOff` with the options of its test, and with no poll at the deadline.
fn exponential() -> PolicyBuilder {
    Policy::builder()
        .initial_wait(Duration::from_millis(500))
        .multiplier(2, 1)
        .max_backoff(seconds(5.0))
        .jitter(Jitter::PlusMinus(10))
        .max_wait(seconds(900.0))
        .no_last_poll()
}

fn constant() -> PolicyBuilder {
    exact().initial_wait(seconds(1.0)).multiplier(1, 1)
}

fn unavailable(number: u32) -> Outcome<u32, String> {
    Outcome::transient(format!("error ({number})"))
}

/// There waits may be zero. Here that is refused, because a server that is down would be polled without a pause; a wrapper that
/// cannot fail gets a nanosecond.
#[test]
fn a_backoff_of_zero_is_refused() {
    let zero = constant().initial_wait(Duration::ZERO);
    assert_eq!(zero.build(), Err(PolicyError::ZeroDuration { field: "initial_wait" }));
    for poll in 1..=10 {
        assert_eq!(zero.build_clamped().wait(poll, &mut Tape::none()), Duration::from_nanos(1));
    }
}

#[test]
fn a_backoff_that_stops_at_once_is_one_poll() {
    let mut poller = start(constant().max_polls(1), Tape::none());
    assert_eq!(step(&mut poller, Outcome::transient("503"), Duration::ZERO), Shape::GaveUp(Reason::MaxPolls));
    for second in 1..10 {
        let again = step(&mut poller, Outcome::transient("503"), seconds(second.into()));
        assert_eq!(again, Shape::GaveUp(Reason::Finished), "and says so ever after");
    }
}

#[test]
fn a_constant_backoff_waits_its_interval() {
    let policy = constant().build().unwrap();
    for poll in 1..=10 {
        assert_eq!(policy.wait(poll, &mut Tape::none()), seconds(1.0));
    }
}

#[test]
fn after_its_context_was_cancelled_there_is_no_wait() {
    let mut poller = start(constant(), Tape::none());
    assert_eq!(poller.cancel(seconds(1.0)).reason, Reason::Cancelled);
    assert_eq!(step(&mut poller, Outcome::transient("503"), seconds(1.0)), Shape::GaveUp(Reason::Finished));
}

/// There the interval is capped and then randomized, so that a cap of 5 s gives waits of 5.5 s. Here `max_backoff` binds what is
/// slept, because it is what an operator is told: the window is truncated at it, and waits do not pile up on it.
#[test]
fn waits_double_up_to_the_cap_and_stray_by_a_tenth_but_not_above_the_cap() {
    let policy = exponential().build().unwrap();
    let millis = |poll, rng: &Tape| policy.wait(poll, &mut rng.clone()).as_millis();
    let window = |poll| [millis(poll, &Tape::lowest()), millis(poll, &Tape::highest())];
    assert_eq!([1, 2, 3, 4].map(window), [[450, 550], [900, 1_100], [1_800, 2_200], [3_600, 4_400]]);
    for poll in 5..=10 {
        assert_eq!(window(poll), [4_500, 5_000]);
    }
}

#[test]
fn each_third_of_the_draws_gives_one_of_three_nanoseconds() {
    let nanos = Duration::from_nanos;
    let two = exact().initial_wait(nanos(2)).multiplier(1, 1).jitter(Jitter::PlusMinus(50)).build().unwrap();
    for (percent, wait) in [(0, 1), (33, 1), (34, 2), (66, 2), (67, 3), (99, 3)] {
        let draw = u64::MAX / 100 * percent;
        assert_eq!(two.wait(1, &mut Tape::new([draw])), nanos(wait), "{percent} % of the draws are lower");
    }
}

/// There `Reset` also starts the time anew. Here `reset_backoff` leaves it as it is, because progress does not move a deadline.
#[test]
fn elapsed_is_the_time_since_the_start() {
    let hour = seconds(3600.0);
    let mut poller = Poller::new(exponential().build().unwrap(), Tape::none(), hour);
    assert_eq!(poller.elapsed(hour + seconds(1.0)), seconds(1.0));
    poller.reset_backoff();
    assert_eq!(poller.elapsed(hour + seconds(2.0)), seconds(2.0));
}

#[test]
fn once_more_time_has_passed_than_there_is_it_stops() {
    for builder in [exponential(), exponential().last_poll()] {
        let stopped = step(&mut start(builder, Tape::none()), Outcome::transient("503"), seconds(10_000.0));
        assert_eq!(stopped, Shape::GaveUp(Reason::MaxWait));
    }
}

/// It stops as well if the next wait would end too late, as a policy does with `no_last_poll`. Unless that is set, the wait is
/// shortened instead: an operation that is done by the deadline is seen to be.
#[test]
fn a_wait_that_would_end_too_late_stops_it_unless_there_is_a_last_poll() {
    let at = seconds(899.6);
    let mut poller = start(exponential().jitter(Jitter::None), Tape::none());
    assert_eq!(step(&mut poller, Outcome::transient("503"), at), Shape::GaveUp(Reason::MaxWait));
    let mut poller = start(exponential().jitter(Jitter::None).last_poll(), Tape::none());
    assert_eq!(step(&mut poller, Outcome::transient("503"), at), Shape::Sleep(seconds(0.4)));
}

/// There a duration stands for *stop*, and which one it is can be chosen. Here to stop is a case of its own, so that no duration is
/// mistaken for it.
#[test]
fn no_duration_means_stop() {
    let mut poller = start(constant().initial_wait(seconds(60.0)).max_polls(2), Tape::none());
    assert_eq!(poller.step(Outcome::<()>::pending(), Duration::ZERO), Decision::Sleep(seconds(60.0)));
    let Decision::GaveUp(GaveUp { reason, .. }) = poller.step(Outcome::<()>::pending(), seconds(60.0)) else {
        panic!("two polls are the limit")
    };
    assert_eq!(reason, Reason::MaxPolls);
}

#[test]
fn a_wait_that_would_overflow_is_the_longest_there_is() {
    let longest = Duration::from_nanos(i64::MAX.unsigned_abs());
    let builder = exponential().initial_wait(longest / 2).multiplier(21, 10).max_backoff(longest);
    let exact = builder.jitter(Jitter::None).build().unwrap();
    assert_eq!([1, 2, 3].map(|poll| exact.wait(poll, &mut Tape::none())), [longest / 2, longest, longest]);
    let jittered = builder.jitter(Jitter::PlusMinus(100)).build().unwrap();
    assert_eq!([1, 2, 3].map(|poll| jittered.wait(poll, &mut Tape::highest())), [longest / 2 * 2, longest, longest]);
}

#[test]
fn what_was_set_can_be_read() {
    let policy = exponential().build().unwrap();
    assert_eq!((policy.initial_wait(), policy.max_backoff()), (seconds(0.5), seconds(5.0)));
    assert_eq!((policy.multiplier(), policy.jitter()), ((2, 1), Jitter::PlusMinus(10)));
    assert_eq!((policy.max_wait(), policy.last_poll()), (Some(seconds(900.0)), false));
}

#[test]
fn it_polls_until_a_poll_succeeds_and_returns_what_that_found() {
    let third = |number| if number == 3 { Outcome::Done(42) } else { unavailable(number) };
    let driven = drive(&mut start(exponential(), Tape::lowest()), None, third);
    assert_eq!((driven.ended, driven.polls.len()), (Ok(42), 3));
}

/// There what is returned is the error of the context, and that of the last call is lost. Here the end has both.
#[test]
fn a_loop_cancelled_by_its_third_poll_says_so_and_keeps_the_error_of_that_poll() {
    let driven = drive(&mut start(constant(), Tape::none()), Some(3), unavailable);
    assert_eq!(driven.polls.len(), 3);
    let gave_up = driven.gave_up();
    assert_eq!((gave_up.reason, gave_up.last_error.as_deref()), (Reason::Cancelled, Some("error (3)")));
}

/// An error that marks what it wraps as permanent.
#[derive(Debug)]
struct Permanent(io::Error);

impl fmt::Display for Permanent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("permanent")
    }
}

impl Error for Permanent {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// There the loop searches the chain of each error for a mark. Here the caller says what an error means, in one function, and a
/// poller never looks into it: such a mark is one way to decide.
#[test]
fn an_error_is_permanent_if_the_caller_says_so_however_it_is_wrapped() {
    let classify = |error: anyhow::Error| {
        if error.chain().any(<dyn Error>::is::<Permanent>) { Outcome::Failed(error) } else { Outcome::transient(error) }
    };
    let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let errors: [fn(io::Error) -> anyhow::Error; 3] = [
        |cut_off| cut_off.into(),
        |cut_off| Permanent(cut_off).into(),
        |cut_off| anyhow::Error::from(Permanent(cut_off)).context("wrapped"),
    ];
    for (error, polls) in errors.into_iter().zip([2, 1, 1]) {
        let mut poller = start(exponential(), Tape::lowest());
        let driven: Driven<(), _> = drive(&mut poller, None, |number| match number {
            1 => classify(error(cut_off())),
            _ => Outcome::Failed(anyhow::anyhow!("the second is the last")),
        });
        assert_eq!(driven.polls.len(), polls);
        assert!(matches!(driven.ended, Err(PollError::Failed(_))));
    }
    let done: Driven<_, anyhow::Error> = drive(&mut start(exponential(), Tape::lowest()), None, |_| Outcome::Done(1));
    assert_eq!((done.ended.unwrap(), done.polls.len()), (1, 1));
}

#[test]
fn a_permanent_error_is_handed_back_as_it_was_and_found_when_wrapped() {
    let rejected =
        || drive(&mut start(constant(), Tape::none()), None, |_| Outcome::<(), _>::Failed(io::Error::other("no"))).ended;
    let error = rejected().unwrap_err();
    assert_eq!(
        error.source().and_then(<dyn Error>::downcast_ref::<io::Error>).map(io::Error::kind),
        Some(io::ErrorKind::Other)
    );
    assert_eq!(error.into_error().map(|error| error.to_string()).as_deref(), Some("no"));

    let wrapped = anyhow::Error::from(rejected().unwrap_err()).context("wrapped");
    assert!(matches!(wrapped.downcast_ref::<PollError<io::Error>>(), Some(PollError::Failed(_))));
}

#[test]
fn a_permanent_error_counts_for_more_than_the_limit_of_polls() {
    for max_polls in 1..=3 {
        let driven =
            drive(&mut start(constant().max_polls(max_polls), Tape::none()), None, |_| Outcome::<(), _>::Failed("dummy"));
        assert_eq!((driven.ended, driven.polls.len()), (Err(PollError::Failed("dummy")), 1));
    }
}

/// There a ticker of a backoff ticks when the next call is due, and the caller makes it. So does a poller without a driver.
#[test]
fn a_loop_by_hand_is_due_at_once_and_then_after_each_wait() {
    let mut poller = start(exponential().jitter(Jitter::None), Tape::none());
    let mut due = Vec::new();
    while let Some(now) = poller.due() {
        due.push(now);
        let outcome = if due.len() == 3 { Outcome::Done(()) } else { Outcome::transient("503") };
        match step(&mut poller, outcome, now) {
            Shape::Sleep(_) => {}
            end => assert_eq!(end, Shape::Done),
        }
    }
    assert_eq!(due, [0.0, 0.5, 1.5].map(seconds));
}

#[test]
fn a_loop_cancelled_before_it_starts_polls_once() {
    let driven = drive(&mut start(constant(), Tape::none()), Some(0), unavailable);
    assert_eq!(driven.polls.len(), 1);
    assert_eq!(driven.gave_up().last_error.as_deref(), Some("error (1)"));
}

#[test]
fn without_a_timer_of_the_callers_it_sleeps_by_that_of_the_system() {
    let microsecond = exponential().initial_wait(Duration::from_micros(1)).build().unwrap();
    let mut poller = Poller::seeded(microsecond, 1, Instant::now());
    let found = poll_blocking(&mut poller, |next| if next.number == 3 { Outcome::Done(42) } else { unavailable(next.number) });
    assert_eq!(found, Ok(42));
}

/// There a limit counts what comes after the first call, and `Reset` clears the count. Here `max_polls` counts every poll. A reset
/// of the backoff does not clear it, because progress is no leave to poll without end; a new poller starts with none.
#[test]
fn so_many_polls_are_made_and_no_reset_of_the_backoff_makes_them_more() {
    for further in 17..30 {
        let builder = constant().max_polls(further + 1).no_max_wait();
        let mut poller = start(builder, Tape::none());
        for number in 1..=further {
            let second = seconds(number.into());
            assert_eq!(step(&mut poller, Outcome::transient("503"), second), Shape::Sleep(seconds(1.0)), "poll {number}");
            if number == further / 2 {
                poller.reset_backoff();
            }
        }
        assert_eq!(step(&mut poller, Outcome::transient("503"), seconds(100.0)), Shape::GaveUp(Reason::MaxPolls));
        poller.reset_backoff();
        for _ in 0..7 {
            assert_eq!(step(&mut poller, Outcome::transient("503"), seconds(100.0)), Shape::GaveUp(Reason::Finished));
        }
        assert_eq!(
            step(&mut start(builder, Tape::none()), Outcome::transient("503"), seconds(0.0)),
            Shape::Sleep(seconds(1.0))
        );
    }
}

/// There no more calls after the first are a limit of zero. Here that is a limit of one poll, and zero is refused.
#[test]
fn without_further_polls_the_first_is_made_and_its_error_is_handed_back() {
    let driven = drive(&mut start(constant().max_polls(1), Tape::none()), None, unavailable);
    assert_eq!((driven.polls.len(), driven.sleeps.len()), (1, 0));
    assert_eq!(driven.gave_up().last_error.as_deref(), Some("error (1)"));
    assert_eq!(constant().max_polls(0).build(), Err(PolicyError::ZeroCount { field: "max_polls" }));
}
