//! futures-executor, which has no timers: with a sleep made of a thread, and with one on a clock that the test moves.

use ::futures::{
    channel::oneshot,
    executor::{LocalPool, ThreadPool, block_on},
    future::{FutureExt, join_all},
    task::{LocalSpawnExt, SpawnExt},
};
use asyncpoll::{Outcome, Policy, PollError, Poller, Reason, poll_async};
use core::{
    cell::{Cell, RefCell},
    convert::Infallible,
    future::poll_fn,
    ops::ControlFlow,
    task::{Poll, Waker},
    time::Duration,
};
use std::{collections::BTreeMap, rc::Rc, thread, time::Instant};

use crate::{
    operation::{A_MILLISECOND_THEN_AN_HOUR, BRIEF, Operation, assert_cancelled_after_two_polls},
    seed::seed,
};

/// Sleeps on a thread of its own.
async fn sleep_on_a_thread(wait: Duration) {
    let (wake_up, woken) = oneshot::channel();
    thread::spawn(move || {
        thread::sleep(wait);
        wake_up.send(())
    });
    woken.await.unwrap();
}

#[test]
fn every_task_of_a_thread_pool_polls_on_time() {
    let pool = ThreadPool::builder().pool_size(2).create().unwrap();
    let tasks = ["tick", "trick", "track"].map(|name| {
        pool.spawn_with_handle(async move {
            let operation = Operation::default();
            let mut poller = Poller::seeded(BRIEF, seed(name), Instant::now());
            let sleep = |wait| sleep_on_a_thread(operation.wait(wait));
            let ended = poll_async(&mut poller, Instant::now, sleep, async |poll| operation.poll(poll)).await;
            assert_eq!((ended, poller.polls()), (Ok("issued"), 4));
            operation.polled_on_time();
        })
        .unwrap()
    });
    block_on(join_all(tasks));
}

/// A clock that stands still until it is told to move, and stops for good when told to.
#[derive(Debug, Default)]
struct Clock {
    now: Cell<Duration>,
    stopped: Cell<bool>,
    sleepers: RefCell<BTreeMap<Duration, Vec<Waker>>>,
}

impl Clock {
    /// Sleeps until the clock has moved by `wait`; breaks off if it stops before.
    async fn sleep(&self, wait: Duration) -> ControlFlow<()> {
        let end = self.now.get() + wait;
        poll_fn(|context| {
            if self.stopped.get() {
                return Poll::Ready(ControlFlow::Break(()));
            }
            if self.now.get() >= end {
                return Poll::Ready(ControlFlow::Continue(()));
            }
            self.sleepers.borrow_mut().entry(end).or_default().push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Moves to the next moment that somebody sleeps until, and returns whether there was one.
    fn advance(&self) -> bool {
        let Some((moment, wakers)) = self.sleepers.borrow_mut().pop_first() else { return false };
        self.now.set(moment);
        wakers.into_iter().for_each(Waker::wake);
        true
    }

    fn stop(&self) {
        self.stopped.set(true);
        self.sleepers.take().into_values().flatten().for_each(Waker::wake);
    }
}

#[test]
fn a_thousand_pollers_on_one_thread_keep_to_the_nanosecond() {
    let policy = Policy::builder().build().unwrap();
    let clock = Rc::new(Clock::default());
    let mut pool = LocalPool::new();
    let spawn = |number: u32| {
        let clock = Rc::clone(&clock);
        let polling = async move {
            let mut poller = Poller::seeded(policy, seed(&format!("order-{number}")), clock.now.get());
            let mut due = Duration::ZERO;
            let sleep = |wait| {
                due += wait;
                clock.sleep(wait)
            };
            let mut polls = Vec::new();
            let ended = poll_async(
                &mut poller,
                || clock.now.get(),
                sleep,
                |poll| {
                    polls.push(poll.elapsed);
                    async { Outcome::<Infallible>::pending() }
                },
            );
            let Err(PollError::GaveUp(gave_up)) = ended.await;
            assert_eq!((gave_up.reason, gave_up.elapsed), (Reason::MaxWait, due), "order-{number}");
            polls
        };
        pool.spawner().spawn_local_with_handle(polling).unwrap()
    };
    let tasks: Vec<_> = (0..1_000).map(spawn).collect();
    pool.run_until_stalled();
    while clock.advance() {
        pool.run_until_stalled();
    }
    for task in tasks {
        let polls = task.now_or_never().unwrap();
        for (poll, scheduled) in polls.iter().zip(policy.schedule()) {
            assert!((scheduled.earliest..=scheduled.latest).contains(poll), "{poll:?} is not within {scheduled:?}");
        }
        assert_eq!(polls.len(), 7, "{polls:?}");
    }
}

#[test]
fn a_clock_that_stops_cancels() {
    let clock = Rc::new(Clock::default());
    let mut pool = LocalPool::new();
    let polling = pool.spawner().spawn_local_with_handle({
        let clock = Rc::clone(&clock);
        async move {
            let mut poller = Poller::seeded(A_MILLISECOND_THEN_AN_HOUR, seed("futures"), clock.now.get());
            let unavailable = async |_| Outcome::<Infallible, _>::transient("503");
            poll_async(&mut poller, || clock.now.get(), |wait| clock.sleep(wait), unavailable).await
        }
    });
    pool.run_until_stalled();
    assert!(clock.advance(), "the first wait is over");
    pool.run_until_stalled();
    clock.stop();
    pool.run_until_stalled();
    match polling.unwrap().now_or_never().unwrap() {
        Err(PollError::GaveUp(gave_up)) => assert_cancelled_after_two_polls(gave_up),
        ended => panic!("it was to be cancelled, and ended with {ended:?}"),
    }
}
