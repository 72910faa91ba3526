//! embassy-time with its mock driver, whose clock the test moves, under an executor that polls only what was woken.

use ::futures::{FutureExt, executor::LocalPool, task::LocalSpawnExt};
use asyncpoll::{
    Cadence, Driver, Jitter, Outcome, Policy, PollError, Poller, Reason, Ticker, const_cadence, const_policy, poll_async,
    tick_async,
};
use core::{cell::RefCell, convert::Infallible, time::Duration};
use embassy_time::{MockDriver, Timer, with_timeout};
use std::{
    rc::Rc,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::seed::seed;

/// A reading of the clock of embassy-time, whose own type is foreign both to us and to `asyncpoll`.
#[derive(Clone, Copy, Debug)]
struct Instant(embassy_time::Instant);

impl Instant {
    fn now() -> Self {
        Self(embassy_time::Instant::now())
    }
}

impl asyncpoll::Instant for Instant {
    fn saturating_duration_since(&self, earlier: Self) -> Duration {
        self.0.saturating_duration_since(earlier.0).into()
    }
}

/// Sleeps no less than `wait`: a part of a tick counts as a whole one, which `TryFrom<core::time::Duration>` would drop.
async fn sleep(wait: Duration) {
    let nanos = wait.as_nanos().try_into().unwrap_or(u64::MAX);
    Timer::after(embassy_time::Duration::from_nanos(nanos)).await;
}

const EXACT: Policy = const_policy!(Policy::builder().jitter(Jitter::None));
const TICK: embassy_time::Duration = embassy_time::Duration::from_ticks(1);

/// Sets the clock to zero. There is one for all tests, and who has the guard has it alone.
fn reset_clock() -> (&'static MockDriver, MutexGuard<'static, ()>) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let clock = MockDriver::get();
    clock.reset();
    (clock, guard)
}

#[test]
fn ten_minutes_pass_to_the_tick() {
    let (clock, _guard) = reset_clock();
    let mut pool = LocalPool::new();
    let polls = Rc::new(RefCell::new(Vec::new()));
    let polling = pool.spawner().spawn_local_with_handle({
        let polls = Rc::clone(&polls);
        async move {
            let mut poller = Poller::seeded(EXACT, seed("embassy"), Instant::now());
            poll_async(&mut poller, Instant::now, sleep, async |_| {
                polls.borrow_mut().push(Instant::now().0.as_secs());
                Outcome::<Infallible>::pending()
            })
            .await
        }
    });
    pool.run_until_stalled();
    for (number, wait) in (1..).zip([5, 15, 45, 135, 300, 100]) {
        clock.advance(embassy_time::Duration::from_secs(wait) - TICK);
        pool.run_until_stalled();
        assert_eq!(polls.borrow().len(), number, "the next poll is not due for another tick");
        clock.advance(TICK);
        pool.run_until_stalled();
    }
    assert_eq!(*polls.borrow(), [0, 5, 20, 65, 200, 500, 600]);
    let Err(PollError::GaveUp(gave_up)) = polling.unwrap().now_or_never().unwrap();
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::MaxWait, 7, Duration::from_mins(10)));
}

#[test]
fn a_part_of_a_tick_is_slept_as_a_whole_one() {
    let (clock, _guard) = reset_clock();
    let mut pool = LocalPool::new();
    let policy = const_policy!(EXACT.to_builder().initial_wait(Duration::from_nanos(1_001)).max_polls(2));
    let polling = pool.spawner().spawn_local_with_handle(async move {
        let mut poller = Poller::seeded(policy, seed("half a tick"), Instant::now());
        poll_async(&mut poller, Instant::now, sleep, async |_| Outcome::<Infallible>::pending()).await
    });
    let mut polling = polling.unwrap();
    pool.run_until_stalled();
    clock.advance(TICK);
    pool.run_until_stalled();
    assert!((&mut polling).now_or_never().is_none(), "one tick is 1000 ns, and the wait is longer");
    clock.advance(TICK);
    pool.run_until_stalled();
    let Err(PollError::GaveUp(gave_up)) = polling.now_or_never().unwrap();
    assert_eq!((gave_up.reason, gave_up.elapsed), (Reason::MaxPolls, Duration::from_micros(2)));
}

#[test]
fn a_timeout_drops_the_driver_and_the_account_survives() {
    let (clock, _guard) = reset_clock();
    let mut pool = LocalPool::new();
    let polling = pool.spawner().spawn_local_with_handle(async {
        let mut poller = Poller::seeded(EXACT, seed("timeout"), Instant::now());
        let mut last_error = None;
        let unavailable = async |_| Outcome::<Infallible, _>::transient("503");
        let polling = Driver::new(Instant::now, sleep).last_error(&mut last_error).poll_async(&mut poller, unavailable);
        let timed_out = with_timeout(embassy_time::Duration::from_secs(30), polling).await.is_err();
        (timed_out, poller.cancel(Instant::now()).with_last_error(last_error))
    });
    pool.run_until_stalled();
    for _second in 0..30 {
        clock.advance(embassy_time::Duration::from_secs(1));
        pool.run_until_stalled();
    }
    let (timed_out, gave_up) = polling.unwrap().now_or_never().unwrap();
    assert!(timed_out);
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.errors), (Reason::Cancelled, 3, 3));
    assert_eq!((gave_up.elapsed, gave_up.last_error), (Duration::from_secs(30), Some("503")));
}

#[test]
fn a_loop_ticks_to_the_tick_of_the_clock() {
    const SECONDS: Cadence = const_cadence!(Cadence::builder(Duration::from_nanos(1_000_000_500)).jitter(0));

    let (clock, _guard) = reset_clock();
    let mut pool = LocalPool::new();
    let ticks = Rc::new(RefCell::new(Vec::new()));
    let looping = pool.spawner().spawn_local_with_handle({
        let ticks = Rc::clone(&ticks);
        async move {
            let mut ticker = Ticker::seeded(SECONDS, seed("embassy"), Instant::now());
            let looping = tick_async(&mut ticker, Instant::now, sleep, async |tick| {
                ticks.borrow_mut().push((Instant::now().0.as_micros(), tick.late.as_nanos()));
            });
            with_timeout(embassy_time::Duration::from_millis(3_500), looping).await.is_err()
        }
    });
    pool.run_until_stalled();
    // Half a tick of the clock is slept as a whole one, and is no part of the schedule.
    let expected = [(1_000_001, 500), (2_000_001, 0), (3_000_002, 500)];
    for (number, (at, _)) in expected.iter().enumerate() {
        clock.advance(embassy_time::Instant::from_micros(*at) - embassy_time::Instant::now() - TICK);
        pool.run_until_stalled();
        assert_eq!(ticks.borrow().len(), number, "the next is not due for another tick of the clock");
        clock.advance(TICK);
        pool.run_until_stalled();
    }
    assert_eq!(*ticks.borrow(), expected);
    clock.advance(embassy_time::Duration::from_millis(500));
    pool.run_until_stalled();
    assert_eq!(looping.unwrap().now_or_never(), Some(true));
}
