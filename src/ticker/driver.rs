//! The two loops around a ticker, one blocking and one async, over the caller's clock, sleep and work.

use core::time::Duration;

use rand_core::Rng;

use super::{Tick, Ticker};
use crate::{instant::Instant, slept::Slept};

/// Ticks until the sleep says stop, blocking, with a clock and a sleep of the caller's.
///
/// It sleeps before every tick, for no time at all if one is due already, so that a loop that is always behind can be stopped
/// as well. If a sleep ends early it sleeps again: no tick is early. So `sleep` has to go by the clock that `now` reads; while
/// that stands still, the loop spins. A sleep may say stop, see [`Slept`]; if it cannot, this never returns.
///
/// # Example
///
/// A minute of virtual time:
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, tick_blocking};
/// use core::{cell::Cell, ops::ControlFlow, time::Duration};
///
/// let clock = Cell::new(Duration::ZERO);
/// let sleep = |wait| {
///     clock.set(clock.get() + wait);
///     match clock.get().as_secs() {
///         ..=60 => ControlFlow::Continue(()),
///         _ => ControlFlow::Break(()),
///     }
/// };
/// let cadence = Cadence::builder(Duration::from_secs(10)).jitter(0).build()?;
/// let mut ticker = Ticker::seeded(cadence, random_seed(), clock.get());
/// let mut sweeps = Vec::new();
/// tick_blocking(&mut ticker, || clock.get(), sleep, |_tick| {
///     sweeps.push(clock.get().as_secs());
/// });
/// assert_eq!(sweeps, [10, 20, 30, 40, 50, 60]);
/// # Ok::<(), CadenceError>(())
/// ```
pub fn tick_blocking<I, R, S>(
    ticker: &mut Ticker<I, R>,
    mut now: impl FnMut() -> I,
    mut sleep: impl FnMut(Duration) -> S,
    mut work: impl FnMut(Tick),
) where
    I: Instant,
    R: Rng,
    S: Slept,
{
    while !sleep(ticker.until_next_tick(now())).stops() {
        if let Some(tick) = ticker.tick(now()) {
            work(tick);
        }
    }
}

/// Ticks until the sleep says stop, async, with a clock and a sleep of the caller's.
///
/// It sleeps and ticks as [`tick_blocking`] does. The future may be dropped at any time: the ticker goes on where it was,
/// and a tick whose work was dropped has been given. It is `Send` if the parts it is made of are.
///
/// # Example
///
/// ```
/// use asyncpoll::{Cadence, CadenceError, Ticker, random_seed, tick_async};
/// use tokio::time::{Duration, Instant, sleep, timeout};
///
/// # let mut runtime = tokio::runtime::Builder::new_current_thread();
/// # let runtime = runtime.enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let cadence = Cadence::builder(Duration::from_secs(10)).jitter(0).build()?;
/// let mut ticker = Ticker::seeded(cadence, random_seed(), Instant::now());
/// let mut sweeps = 0;
/// let ticking = tick_async(&mut ticker, Instant::now, sleep, |tick| {
///     sweeps = tick.number;
///     async { sleep(Duration::from_secs(4)).await }
/// });
/// assert!(timeout(Duration::from_secs(65), ticking).await.is_err());
/// assert_eq!(sweeps, 6);
/// # Ok::<(), CadenceError>(())
/// # })?;
/// # Ok::<(), CadenceError>(())
/// ```
pub async fn tick_async<I, R, S, W>(
    ticker: &mut Ticker<I, R>,
    mut now: impl FnMut() -> I,
    mut sleep: impl FnMut(Duration) -> S,
    mut work: impl FnMut(Tick) -> W,
) where
    I: Instant,
    R: Rng,
    S: Future<Output: Slept>,
    W: Future<Output = ()>,
{
    while !sleep(ticker.until_next_tick(now())).await.stops() {
        if let Some(tick) = ticker.tick(now()) {
            work(tick).await;
        }
    }
}
