//! Threads of std, each blocked in its own loop, with a channel for cancellation.

use asyncpoll::{Cadence, Driver, Outcome, PollError, Poller, Ticker, tick_blocking, ticker::Missed};
use core::time::Duration;
use std::{
    ops::ControlFlow,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Instant,
};

use crate::{
    operation::{A_MILLISECOND_THEN_AN_HOUR, BRIEF, Operation, assert_cancelled_after_two_polls},
    seed::seed,
};

#[test]
fn every_thread_polls_on_time() {
    thread::scope(|scope| {
        for name in ["tick", "trick", "track"] {
            scope.spawn(move || {
                let operation = Operation::default();
                let mut poller = Poller::seeded(BRIEF, seed(name), Instant::now());
                let sleep = |wait| thread::sleep(operation.wait(wait));
                let ended = Driver::new(Instant::now, sleep).poll_blocking(&mut poller, |poll| operation.poll(poll));
                assert_eq!((ended, poller.polls()), (Ok("issued"), 4));
                operation.polled_on_time();
            });
        }
    });
}

#[test]
fn a_channel_cancels() {
    let (shut_down, shutting_down) = mpsc::channel::<()>();
    let (report, reports) = mpsc::channel();
    let polling = thread::spawn(move || {
        let sleep = |wait| match shutting_down.recv_timeout(wait) {
            Err(RecvTimeoutError::Timeout) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        };
        let mut poller = Poller::seeded(A_MILLISECOND_THEN_AN_HOUR, seed("thread"), Instant::now());
        Driver::new(Instant::now, sleep).poll_blocking(&mut poller, |poll| {
            report.send(poll.number).unwrap();
            Outcome::<(), _>::transient("503")
        })
    });
    assert_eq!([reports.recv(), reports.recv()], [Ok(1), Ok(2)]);
    // To lose the sender is a reason to stop as good as a message from it.
    drop(shut_down);
    match polling.join().unwrap() {
        Err(PollError::GaveUp(gave_up)) => assert_cancelled_after_two_polls(gave_up),
        ended => panic!("it was to be cancelled, and ended with {ended:?}"),
    }
}

#[test]
fn loops_on_threads_tick_on_time_until_a_channel_says_stop() {
    const TICKS: u64 = 20;
    let (report, reports) = mpsc::channel();
    let loops: Vec<_> = ["sweep", "health check", "dispatch"]
        .into_iter()
        .map(|name| {
            let (report, (shut_down, shutting_down)) = (report.clone(), mpsc::channel::<()>());
            let thread = thread::spawn(move || {
                let cadence = Cadence::builder(Duration::from_millis(2)).jitter(0).missed(Missed::Burst).build().unwrap();
                let start = Instant::now();
                let mut ticker = Ticker::seeded(cadence, seed(name), start);
                let sleep = |wait| match shutting_down.recv_timeout(wait) {
                    Err(RecvTimeoutError::Timeout) => ControlFlow::Continue(()),
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => ControlFlow::Break(()),
                };
                tick_blocking(&mut ticker, Instant::now, sleep, |tick| {
                    let place = Duration::from_millis(2) * u32::try_from(tick.number).unwrap();
                    assert!(start.elapsed() >= place + tick.late, "{tick:?} came after {:?}", start.elapsed());
                    report.send(tick.number).unwrap();
                });
            });
            (thread, shut_down)
        })
        .collect();
    let last = reports.iter().filter(|number| *number == TICKS).take(loops.len());
    assert_eq!(last.count(), loops.len());
    for (thread, shut_down) in loops {
        drop(shut_down);
        thread.join().unwrap();
    }
}
