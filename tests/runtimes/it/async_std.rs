//! async-std, whose timers follow the clock of std.

use ::async_std::{channel, future::timeout, task};
use asyncpoll::{NextPoll, Outcome, PollError, Poller, poll_async};
use std::{ops::ControlFlow, time::Instant};

use crate::{
    operation::{A_MILLISECOND_THEN_AN_HOUR, BRIEF, Operation, assert_cancelled_after_two_polls},
    seed::seed,
};

#[test]
fn every_task_polls_on_time() {
    let tasks: Vec<_> = ["tick", "trick", "track"]
        .into_iter()
        .map(|name| {
            task::spawn(async move {
                let operation = Operation::default();
                let mut poller = Poller::seeded(BRIEF, seed(name), Instant::now());
                let sleep = |wait| task::sleep(operation.wait(wait));
                let ended = poll_async(&mut poller, Instant::now, sleep, async |poll| operation.poll(poll)).await;
                assert_eq!((ended, poller.polls()), (Ok("issued"), 4));
                operation.polled_on_time();
            })
        })
        .collect();
    task::block_on(async {
        for task in tasks {
            task.await;
        }
    });
}

#[test]
fn a_channel_cancels() {
    let (shut_down, shutting_down) = channel::bounded::<()>(1);
    let (report, reports) = channel::unbounded();
    let polling = task::spawn(async move {
        let mut poller = Poller::seeded(A_MILLISECOND_THEN_AN_HOUR, seed("async-std"), Instant::now());
        // A timeout means that nobody has said stop.
        let sleep = async |wait| match timeout(wait, shutting_down.recv()).await {
            Err(_) => ControlFlow::Continue(()),
            Ok(_) => ControlFlow::Break(()),
        };
        poll_async(&mut poller, Instant::now, sleep, async |poll: NextPoll| {
            report.send(poll.number).await.unwrap();
            Outcome::<(), _>::transient("503")
        })
        .await
    });
    let ended = task::block_on(async {
        assert_eq!([reports.recv().await, reports.recv().await], [Ok(1), Ok(2)]);
        drop(shut_down);
        polling.await
    });
    match ended {
        Err(PollError::GaveUp(gave_up)) => assert_cancelled_after_two_polls(gave_up),
        ended => panic!("it was to be cancelled, and ended with {ended:?}"),
    }
}
