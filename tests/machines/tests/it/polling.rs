//! The loop of a process, in virtual time, at a pace in memory.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{
    Elapsed, Outcome, Policy, Poller,
    fleet::{Ask, Grant, Limits, SharedPace},
    random_seed,
};
use asyncpoll_machines::{
    orders::Order,
    pace::Pace,
    polling::{Found, Orders, Work},
};
use tokio::{
    runtime::Builder,
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

const ORDERS: i64 = 30;
const SPACING: Duration = Duration::from_millis(100);

/// The order of which every first poll panics.
const PANICS: i64 = 7;

/// What has happened, and a worker that makes it happen.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Entries>>);

#[derive(Default)]
struct Entries {
    /// The polls, each with its order.
    polls: Vec<(i64, Instant)>,
    kept: Vec<Order>,
}

impl Log {
    fn locked(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what was kept of an order, in the order of time.
    fn kept_of(&self, order: i64) -> Vec<Order> {
        self.locked().kept.iter().filter(|kept| kept.id == order).cloned().collect()
    }

    /// Returns how often an order was polled.
    fn polls_of(&self, order: i64) -> usize {
        self.locked().polls.iter().filter(|(polled, _)| *polled == order).count()
    }
}

impl Work for Log {
    /// The second poll of each order has its result.
    fn poll(&self, order: i64) -> impl Future<Output = Found> + Send + 'static {
        self.locked().polls.push((order, Instant::now()));
        let polls = self.polls_of(order);
        async move {
            sleep(Duration::from_millis(50)).await;
            assert!((order, polls) != (PANICS, 1), "so it is meant");
            if polls < 2 { Outcome::pending() } else { Outcome::Done("issued".into()) }
        }
    }

    fn keep(&mut self, order: &Order) {
        self.locked().kept.push(order.clone());
    }
}

/// A pace in memory, whose answers take a while.
struct Near {
    pace: SharedPace,
    start: Instant,
}

impl Pace for Near {
    async fn grant(&mut self, ask: &Ask) -> Result<Grant> {
        sleep(Duration::from_millis(20)).await;
        Ok(self.pace.admit(&limits()?, ask, self.start.elapsed()))
    }
}

/// A pace that fails, or never answers.
struct Gone {
    hangs: bool,
}

impl Pace for Gone {
    async fn grant(&mut self, _: &Ask) -> Result<Grant> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        bail!("the store is gone")
    }
}

fn limits() -> Result<Limits> {
    Ok(Limits::builder().shared(true).rate(10, Duration::from_secs(1)).build()?)
}

fn order(id: i64) -> (Order, Elapsed) {
    let poller = Poller::seeded(Policy::default(), random_seed(), Duration::ZERO);
    let poller = poller.snapshot_without_generator(Duration::ZERO);
    (Order { id, poller, last_error: None, ended: None }, Elapsed(Duration::ZERO))
}

/// Polls so many orders, of which the last comes a minute later, and returns what has happened, and how long that took.
fn play<P: Pace>(last: i64, pace: impl FnOnce() -> P) -> Result<(Log, Duration)> {
    let limits = limits()?;
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        let (log, start) = (Log::default(), Instant::now());
        let (sender, incoming) = mpsc::channel(1);
        tokio::spawn(async move {
            for id in 1..last {
                sender.send(order(id)).await?;
            }
            sleep(Duration::from_secs(60)).await;
            sender.send(order(last)).await
        });
        let mut orders = Orders::new(log.clone(), Policy::default(), limits);
        timeout(Duration::from_secs(3_600), orders.poll(pace(), incoming)).await.context("the orders have not ended")?;
        Ok((log, start.elapsed()))
    })
}

fn near() -> Near {
    Near { pace: SharedPace::new(Duration::ZERO), start: Instant::now() }
}

/// Every order is kept after each poll, and as ended at the last.
fn check_ends(log: &Log, orders: i64) -> Result<()> {
    for id in 1..=orders {
        let kept = log.kept_of(id);
        let ends: Vec<_> = kept.iter().map(|order| order.ended.as_deref()).collect();
        ensure!(ends == [None, Some("done: issued")], "order {id}: {kept:?}");
        ensure!(kept.iter().all(|order| order.poller.polls() == 1), "order {id}: {kept:?}");
        ensure!(log.polls_of(id) == 2, "order {id} was polled {} times", log.polls_of(id));
    }
    Ok(())
}

#[test]
fn all_orders_end_at_the_pace() -> Result<()> {
    let (log, took) = play(ORDERS, near)?;
    check_ends(&log, ORDERS)?;
    for pair in log.locked().polls.windows(2) {
        // tokio's timers have whole milliseconds.
        let apart = pair[1].1 - pair[0].1 + Duration::from_millis(1);
        ensure!(apart >= SPACING, "two polls are {apart:?} apart");
    }
    ensure!(took > Duration::from_secs(60) && took < Duration::from_secs(75), "it took {took:?}");
    Ok(())
}

/// A poll that panics is an error, and the order is polled again.
#[test]
fn a_poll_that_panics_is_an_error() -> Result<()> {
    let (log, _) = play(ORDERS, near)?;
    let kept = log.kept_of(PANICS);
    let errors: Vec<_> = kept.iter().map(|order| order.last_error.as_deref().unwrap_or("none")).collect();
    ensure!(errors.len() == 2 && errors.iter().all(|error| error.contains("panicked")), "{errors:?}");
    ensure!(log.locked().kept.iter().all(|order| order.id == PANICS || order.last_error.is_none()));
    Ok(())
}

/// Without a store, a process that has never heard of it polls once in ten seconds.
#[test]
fn orders_end_without_a_store() -> Result<()> {
    for hangs in [false, true] {
        let (log, took) = play(3, || Gone { hangs })?;
        check_ends(&log, 3)?;
        ensure!(took > Duration::from_secs(60) && took < Duration::from_secs(90), "it took {took:?}");
    }
    Ok(())
}
