//! What a driver tells tracing, in the words of a subscriber that prints lines.

use asyncpoll::{Driver, NextPoll, Outcome, PolicyBuilder, PollError, poll_async};
use core::{cell::Cell, future::ready, ops::ControlFlow, time::Duration};

use crate::support::{Tape, exact, log::Log, run, seconds, start};

/// What a poll finds that is told of.
type Found = Outcome<&'static str, &'static str>;

/// Drives a poller from the start, and returns how polling ended and what was told of it.
fn told(builder: PolicyBuilder, poll: impl Fn(NextPoll) -> Found) -> (Result<&'static str, PollError<&'static str>>, String) {
    let (log, clock) = (Log::start(), Cell::new(Duration::ZERO));
    let ended = Driver::new(|| clock.get(), |wait| clock.set(clock.get() + wait))
        .trace_errors()
        .poll_blocking(&mut start(builder, Tape::none()), poll);
    (ended, log.text())
}

#[test]
fn a_run_reads_like_its_timetable() {
    let (ended, told) = told(exact(), |poll| match poll.number {
        1 => Outcome::pending(),
        2 => Outcome::transient("503"),
        3 => Outcome::throttled("429").retry_after(seconds(90.5)),
        4 => Outcome::pending().retry_after(seconds(6.25)),
        _ => Outcome::Done("issued"),
    });
    assert_eq!(ended, Ok("issued"));
    assert_eq!(
        told,
        "\
DEBUG asyncpoll: waiting poll=1 wait=5s kind=Ladder
DEBUG asyncpoll: waiting poll=2 wait=15s kind=Ladder error=503
 INFO asyncpoll: throttled poll=3 wait=90.5s kind=Hint hint=90.5s error=429
DEBUG asyncpoll: waiting poll=4 wait=6.25s kind=Hint hint=6.25s
 INFO asyncpoll: done polls=5 errors=2 throttled=1 elapsed=116.75s
"
    );
}

#[test]
fn an_end_without_a_result_is_a_warning() {
    let (_, failed) = told(exact(), |_| Outcome::Failed("rejected"));
    assert_eq!(failed, " WARN asyncpoll: failed polls=1 errors=0 throttled=0 elapsed=0ns error=rejected\n");

    let (_, stopped) = told(exact().max_polls(1), |_| Outcome::transient("503"));
    assert_eq!(stopped, " WARN asyncpoll: gave up reason=MaxPolls polls=1 errors=1 throttled=0 elapsed=0ns error=503\n");

    let (_, asked_too_much) = told(exact(), |_| Outcome::pending().retry_after(seconds(900.0)));
    let line = " WARN asyncpoll: gave up reason=RetryAfterPastDeadline hint=900s polls=1 errors=0 throttled=0 elapsed=0ns\n";
    assert_eq!(asked_too_much, line);
}

#[test]
fn a_cancelled_run_is_no_warning() {
    let log = Log::start();
    let mut poller = start(exact(), Tape::none());
    let sleep = |_| ControlFlow::<()>::Break(());
    let ended = Driver::new(|| Duration::ZERO, sleep)
        .trace_errors()
        .poll_blocking(&mut poller, |_| Outcome::<(), _>::throttled("429").retry_after(seconds(30.0)));
    assert!(ended.is_err());
    let lines: Vec<_> = log.text().lines().map(str::to_owned).collect();
    let [_, end] = &lines[..] else { panic!("{lines:?}") };
    let line = " INFO asyncpoll: gave up reason=Cancelled hint=30s polls=1 errors=1 throttled=1 elapsed=0ns error=429";
    assert_eq!(end, line);
}

#[test]
fn an_error_that_cannot_be_displayed_is_counted_and_not_shown() {
    struct NoText;
    let (log, clock) = (Log::start(), Cell::new(Duration::ZERO));
    let sleep = |wait| {
        clock.set(clock.get() + wait);
        ready(())
    };
    let poll = |poll: NextPoll| ready(if poll.number == 1 { Outcome::transient(NoText) } else { Outcome::Done(()) });
    let mut poller = start(exact(), Tape::none());
    assert!(run(poll_async(&mut poller, || clock.get(), sleep, poll)).is_ok());
    assert_eq!(
        log.text(),
        "\
DEBUG asyncpoll: waiting poll=1 wait=5s kind=Ladder
 INFO asyncpoll: done polls=2 errors=1 throttled=0 elapsed=5s
"
    );
}

#[test]
fn a_driver_that_goes_on_tells_of_what_is_left_of_the_wait() {
    let mut poller = start(exact(), Tape::none());
    let _five_seconds = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    let (log, clock) = (Log::start(), Cell::new(seconds(3.9)));
    let ended = Driver::new(|| clock.get(), |wait| clock.set(clock.get() + wait))
        .poll_blocking(&mut poller, |_| Outcome::<(), &str>::Done(()));
    assert_eq!(ended, Ok(()));
    let text = log.text();
    assert_eq!(text.lines().next(), Some("DEBUG asyncpoll: waiting poll=1 wait=1.1s kind=Ladder"), "{text}");
}

#[test]
fn a_wait_below_a_millisecond_is_told_to_the_nanosecond() {
    let (_, told) = told(exact().initial_wait(Duration::from_nanos(1_500)), |poll| match poll.number {
        1 => Outcome::pending(),
        _ => Outcome::Done(""),
    });
    assert!(told.starts_with("DEBUG asyncpoll: waiting poll=1 wait=1.5µs kind=Ladder\n"), "{told}");
}
