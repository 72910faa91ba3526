//! Loops without end, on the same device.

use core::{
    fmt::Write,
    future::ready,
    ops::ControlFlow,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use asyncpoll::{Cadence, Ticker, const_cadence};

use crate::device::{Device, Generator, Tick};

const MINUTES: Cadence = const_cadence!(Cadence::builder(Duration::from_secs(60)));

/// Ticks once, if a tick is due, for a ticker that the device keeps, and returns the milliseconds until the next.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn tick(device: &Device, ticker: &mut Ticker<Tick, Generator>) -> u64 {
    if let Some(tick) = ticker.tick(device.now()) {
        device.work(&tick);
    }
    let wait = ticker.until_next_tick(device.now());
    wait.as_secs().saturating_mul(1_000).saturating_add(wait.subsec_millis().into())
}

/// Ticks until the device is stopped, with a generator of the crate's, the larger one if it is there, and returns about when the
/// last tick was due, in seconds.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn tick_by_hand(device: &Device) -> u64 {
    let cadence = device.cadence().unwrap_or(MINUTES);
    #[cfg(feature = "chacha")]
    let mut ticker = Ticker::seeded(cadence, device.seed(), device.now());
    #[cfg(not(feature = "chacha"))]
    let mut ticker = Ticker::small(cadence, device.seed(), device.now());
    while !device.is_stopped() {
        device.sleep(ticker.until_next_tick(device.now()));
        if let Some(tick) = ticker.tick(device.now()) {
            device.work(&tick);
        }
        if device.has_progress() {
            ticker.reset(device.now());
        }
    }
    ticker.due().as_secs().saturating_sub(ticker.cadence().interval().as_secs())
}

/// Ticks with the crate's own loop, which sleeps as the device does.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn tick_blocking(device: &Device) {
    let mut ticker = Ticker::new(device.cadence().unwrap_or(MINUTES), device.generator(), device.now());
    let sleep = |wait| {
        device.sleep(wait);
        if device.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    asyncpoll::tick_blocking(&mut ticker, || device.now(), sleep, |tick| device.work(&tick));
}

/// Ticks with the crate's own loop, whose sleeps are always over when they are awaited.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn tick_async(device: &Device) -> bool {
    let mut ticker = Ticker::new(device.cadence().unwrap_or(MINUTES), device.generator(), device.now());
    let sleep = |wait| {
        device.sleep(wait);
        ready(if device.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let mut ticking = pin!(asyncpoll::tick_async(&mut ticker, || device.now(), sleep, async |tick| device.work(&tick)));
    matches!(ticking.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()))
}

/// Prints the sentence for a cadence that is refused.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn print_cadence(device: &Device) -> bool {
    let again = device.cadence().map(|cadence| cadence.to_builder().build());
    match again.and_then(|same| same) {
        Ok(cadence) => cadence != MINUTES && cadence.jitter() > 0 && write!(device.console(), "{cadence:?}").is_ok(),
        Err(error) => write!(device.console(), "{error}").is_ok(),
    }
}
