//! tokio: paused time, where the schedule holds to the instant, and many threads, shutting down.

use asyncpoll::{
    Cadence, Decision, Driver, Jitter, NextPoll, Outcome, Policy, PollError, Poller, Reason, Ticker, const_policy, poll_async,
    tick_async,
    ticker::{First, Missed, Phase},
};
use core::{convert::Infallible, ops::ControlFlow, time::Duration};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};
use tokio::{
    sync::{Barrier, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    operation::{BRIEF, Operation},
    seed::seed,
};

const EXACT: Policy = const_policy!(Policy::builder().jitter(Jitter::None));

/// Moments so many seconds after the start.
fn after<const N: usize>(start: Instant, seconds: [u64; N]) -> [Instant; N] {
    seconds.map(|seconds| start + Duration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_pass_in_no_time() {
    let start = Instant::now();
    let mut polls = Vec::new();
    let mut poller = Poller::seeded(EXACT, seed("ten minutes"), start);
    let ended = poll_async(&mut poller, Instant::now, sleep, |_| {
        polls.push(Instant::now());
        async { Outcome::<Infallible>::pending() }
    });
    let Err(PollError::GaveUp(gave_up)) = ended.await;
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::MaxWait, 7, Duration::from_mins(10)));
    assert_eq!(polls, after(start, [0, 5, 20, 65, 200, 500, 600]));
    assert_eq!(Instant::now(), start + Duration::from_mins(10));
}

#[tokio::test(start_paused = true)]
async fn the_time_that_polls_take_counts() {
    let start = Instant::now();
    let polls = Mutex::new(Vec::new());
    let mut poller = Poller::seeded(EXACT, seed("slow polls"), start);
    let ended = poll_async(&mut poller, Instant::now, sleep, async |poll: NextPoll| {
        polls.lock().unwrap().push(Instant::now());
        // The server never answers, and so each poll takes what it is given.
        let patience = poll.remaining.unwrap().clamp(Duration::from_secs(1), Duration::from_secs(10));
        match timeout(patience, core::future::pending::<Infallible>()).await {
            Ok(never) => Outcome::Done(never),
            Err(elapsed) => Outcome::transient(elapsed),
        }
    });
    let Err(PollError::GaveUp(gave_up)) = ended.await else { panic!("it was to give up") };
    assert_eq!((gave_up.polls, gave_up.errors, gave_up.elapsed), (7, 7, Duration::from_secs(601)));
    assert_eq!(polls.into_inner().unwrap(), after(start, [0, 15, 40, 95, 240, 550, 600]));
}

#[tokio::test(start_paused = true)]
async fn with_jitter_every_wait_is_slept_to_the_next_millisecond() {
    let operation = Operation::default();
    let start = Instant::now();
    let mut poller = Poller::seeded(Policy::builder().build().unwrap(), seed("jitter"), start);
    let polling =
        poll_async(&mut poller, Instant::now, |wait| sleep(operation.wait(wait)), async |poll: NextPoll| operation.poll(poll));
    assert_eq!(polling.await, Ok("issued"));
    let slept = Instant::now() - start;
    let milliseconds = operation.polled_on_time().map(|wait| wait.as_nanos().div_ceil(1_000_000));
    // The timers of tokio count whole milliseconds.
    assert_eq!(slept.as_nanos(), milliseconds.iter().sum::<u128>() * 1_000_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_pollers_share_a_few_threads() {
    const POLLERS: usize = 10_000;

    let all_have_started = Arc::new(Barrier::new(POLLERS));
    let mut polling = JoinSet::new();
    for number in 0..POLLERS {
        let all_have_started = Arc::clone(&all_have_started);
        polling.spawn(async move {
            let operation = Operation::default();
            let mut poller = Poller::seeded(BRIEF, seed(&format!("order-{number}")), Instant::now());
            let sleep = |wait| sleep(operation.wait(wait));
            let ended = poll_async(&mut poller, Instant::now, sleep, async |poll: NextPoll| {
                if poll.number == 1 {
                    all_have_started.wait().await;
                }
                operation.poll(poll)
            })
            .await;
            assert_eq!((ended, poller.polls()), (Ok("issued"), 4));
            operation.polled_on_time()
        });
    }
    let waits = polling.join_all().await;
    assert_eq!(waits.len(), POLLERS);
    let distinct: HashSet<_> = waits.iter().map(|[first, ..]| first).collect();
    assert!(distinct.len() > POLLERS * 99 / 100, "{} first waits for {POLLERS} pollers", distinct.len());
}

#[tokio::test(start_paused = true)]
async fn select_drops_the_driver_and_the_account_survives() {
    let (shut_down, mut shutting_down) = watch::channel(false);
    tokio::spawn(async move {
        sleep(Duration::from_secs(30)).await;
        shut_down.send(true)
    });

    let mut poller = Poller::seeded(EXACT, seed("select"), Instant::now());
    let mut last_error = None;
    let unavailable = async |_| Outcome::<Infallible, _>::transient("503");
    let gave_up = tokio::select! {
        ended = Driver::new(Instant::now, sleep).last_error(&mut last_error).poll_async(&mut poller, unavailable) => panic!("{ended:?}"),
        _ = shutting_down.wait_for(|&stop| stop) => poller.cancel(Instant::now()).with_last_error(last_error),
    };
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.errors), (Reason::Cancelled, 3, 3));
    assert_eq!((gave_up.elapsed, gave_up.last_error), (Duration::from_secs(30), Some("503")));
}

#[tokio::test(start_paused = true)]
async fn one_token_cancels_the_sleep_of_every_driver() {
    let token = CancellationToken::new();
    let mut polling = JoinSet::new();
    for name in ["order-1", "order-2", "order-3"] {
        let token = token.clone();
        polling.spawn(async move {
            let policy = const_policy!(EXACT.to_builder().max_polls(4));
            let mut poller = Poller::seeded(policy, seed(name), Instant::now());
            let sleep = async |wait| match token.run_until_cancelled(sleep(wait)).await {
                Some(()) => ControlFlow::Continue(()),
                None => ControlFlow::Break(()),
            };
            poll_async(&mut poller, Instant::now, sleep, async |_| Outcome::<Infallible, _>::transient(name)).await
        });
    }
    sleep(Duration::from_secs(30)).await;
    token.cancel();
    let mut names = HashSet::new();
    for ended in polling.join_all().await {
        let Err(PollError::GaveUp(gave_up)) = ended else { panic!("it was to be cancelled") };
        assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::Cancelled, 3, Duration::from_secs(30)));
        names.extend(gave_up.last_error);
    }
    assert_eq!(names, HashSet::from(["order-1", "order-2", "order-3"]));
}

#[tokio::test(start_paused = true)]
async fn a_loop_of_ones_own_hears_of_other_events_while_it_waits() {
    let start = Instant::now();
    let webhook = sleep(Duration::from_secs(100));
    tokio::pin!(webhook);
    let mut poller = Poller::seeded(EXACT, seed("webhook"), start);
    let mut outcome = Outcome::<&str>::pending();
    let certificate = loop {
        match poller.step(outcome, Instant::now()) {
            Decision::Sleep(wait) => {
                outcome = tokio::select! {
                    () = sleep(wait) => Outcome::pending(),
                    () = &mut webhook => Outcome::Done("issued"),
                };
            }
            Decision::Done(certificate) => break certificate,
            Decision::Failed(never) => match never {},
            Decision::GaveUp(gave_up) => panic!("{gave_up}"),
        }
    };
    assert_eq!((certificate, poller.polls()), ("issued", 5));
    assert_eq!(Instant::now(), start + Duration::from_secs(100));
}

/// What a loop does between its ticks, in seconds: less than its ten, more, much more, and exactly as much.
fn work() -> impl Iterator<Item = Duration> {
    let given = [0, 300, 1_200, 0, 0, 1_000, 2_000, 999, 1, 2_550, 0, 0, 0, 0, 5_430, 0, 990, 990, 990, 990, 1_010];
    let made_up = (1..200_u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 3_000);
    given.into_iter().chain(made_up).map(|hundredths| Duration::from_millis(10 * hundredths))
}

#[tokio::test(start_paused = true)]
async fn without_jitter_the_ticks_are_those_of_tokio_however_late_the_loop() {
    const TEN_SECONDS: Duration = Duration::from_secs(10);

    for (missed, behavior) in [
        (Missed::Skip, MissedTickBehavior::Skip),
        (Missed::Burst, MissedTickBehavior::Burst),
        (Missed::Delay, MissedTickBehavior::Delay),
    ] {
        let start = Instant::now();
        let mut theirs = Vec::new();
        let mut interval = interval(TEN_SECONDS);
        interval.set_missed_tick_behavior(behavior);
        for work in work() {
            let due = interval.tick().await;
            theirs.push((due - start, start.elapsed()));
            sleep(work).await;
        }

        let start = Instant::now();
        let mut ours = Vec::new();
        let builder = Cadence::builder(TEN_SECONDS).jitter(0).first(First::AtOnce).phase(Phase::Locked).missed(missed);
        let mut ticker = Ticker::seeded(builder.build().unwrap(), seed("ten seconds"), start);
        for work in work() {
            let tick = loop {
                sleep(ticker.until_next_tick(Instant::now())).await;
                if let Some(tick) = ticker.tick(Instant::now()) {
                    break tick;
                }
            };
            ours.push((start.elapsed().saturating_sub(tick.late), start.elapsed()));
            sleep(work).await;
        }
        assert_eq!(ours, theirs, "{missed:?}: when each tick was due, and when it came");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_a_loop_and_no_tick_is_early() {
    let token = CancellationToken::new();
    let ticks = Arc::new(Mutex::new(Vec::new()));
    let looping = tokio::spawn({
        let (token, ticks) = (token.clone(), Arc::clone(&ticks));
        async move {
            let cadence = Cadence::builder(Duration::from_mins(1)).jitter(0).build().unwrap();
            let start = Instant::now();
            let mut ticker = Ticker::seeded(cadence, seed("sweep"), start);
            // This timer stops half way: the driver sleeps again.
            let sleep = |wait: Duration| {
                let token = token.clone();
                async move {
                    match token.run_until_cancelled(sleep((wait / 2).max(Duration::from_millis(1)))).await {
                        Some(()) => ControlFlow::Continue(()),
                        None => ControlFlow::Break(()),
                    }
                }
            };
            tick_async(&mut ticker, Instant::now, sleep, async |tick| {
                ticks.lock().unwrap().push((tick.number, start.elapsed()));
            })
            .await;
            start.elapsed()
        }
    });
    sleep(Duration::from_secs(200)).await;
    token.cancel();
    assert_eq!(looping.await.unwrap(), Duration::from_secs(200));
    assert_eq!(*ticks.lock().unwrap(), [1, 2, 3].map(|number| (number, Duration::from_mins(number))));
}
