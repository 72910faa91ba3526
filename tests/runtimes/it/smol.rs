//! smol, whose timers follow the clock of std.

use ::smol::{Timer, block_on, channel, future};
use asyncpoll::{Driver, NextPoll, Outcome, Poller, poll_async};
use std::time::Instant;

use crate::{
    operation::{A_MILLISECOND_THEN_AN_HOUR, BRIEF, Operation, assert_cancelled_after_two_polls},
    seed::seed,
};

#[test]
fn every_task_polls_on_time() {
    let tasks: Vec<_> = ["tick", "trick", "track"]
        .into_iter()
        .map(|name| {
            ::smol::spawn(async move {
                let operation = Operation::default();
                let mut poller = Poller::seeded(BRIEF, seed(name), Instant::now());
                // A timer of smol ends with the instant it was set to, which a driver has no use for.
                let sleep = async |wait| {
                    Timer::after(operation.wait(wait)).await;
                };
                let ended = poll_async(&mut poller, Instant::now, sleep, async |poll| operation.poll(poll)).await;
                assert_eq!((ended, poller.polls()), (Ok("issued"), 4));
                operation.polled_on_time();
            })
        })
        .collect();
    block_on(async {
        for task in tasks {
            task.await;
        }
    });
}

#[test]
fn a_race_drops_the_driver_and_the_account_survives() {
    let (report, reports) = channel::unbounded();
    let mut poller = Poller::seeded(A_MILLISECOND_THEN_AN_HOUR, seed("smol"), Instant::now());
    let mut last_error = None;
    let sleep = async |wait| {
        Timer::after(wait).await;
    };
    let unavailable = async |poll: NextPoll| {
        report.send(poll.number).await.unwrap();
        Outcome::<(), _>::transient("503")
    };
    let polling = Driver::new(Instant::now, sleep).last_error(&mut last_error).poll_async(&mut poller, unavailable);
    let shutdown = async { [reports.recv().await, reports.recv().await] };
    let first = block_on(future::or(async { Err(polling.await) }, async { Ok(shutdown.await) }));
    assert_eq!(first, Ok([Ok(1), Ok(2)]));
    assert_cancelled_after_two_polls(poller.cancel(Instant::now()).with_last_error(last_error));
}
