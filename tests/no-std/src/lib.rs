//! A program without std and without a heap that polls. That it builds proves that asyncpoll needs neither.
#![no_std]
#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod device;
#[cfg(feature = "fleet")]
pub mod fleet;

#[cfg(feature = "heap")]
extern crate alloc;

use core::{
    error::Error,
    fmt::Write,
    future::ready,
    ops::ControlFlow,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use asyncpoll::{Decision, NextPoll, Outcome, Policy, PollError, Poller, const_policy, poll_async_with, poll_blocking_with};

use device::{Device, Generator, Progress, Status, Tick};

const ONE_POLL: Policy = const_policy!(Policy::builder().no_max_wait().max_polls(1));

/// How polling ended.
#[derive(Debug)]
#[repr(C)]
pub enum End {
    /// The operation is done.
    Done,
    /// It has failed.
    Failed,
    /// Polling ended before it did.
    GaveUp,
}

/// Polls to the end, with a generator of the crate's where there is one, and otherwise the device's own.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn poll_order(device: &Device) -> End {
    #[cfg(target_has_atomic = "64")]
    asyncpoll::set_default_max_wait(Duration::from_secs(3600));
    let policy = device.policy().unwrap_or_default();
    #[cfg(feature = "chacha")]
    let mut poller = Poller::seeded(policy, device.seed(), device.now());
    #[cfg(not(feature = "chacha"))]
    let mut poller = Poller::new(policy, device.generator(), device.now());

    let mut last_error = None;
    loop {
        match poller.step_keeping(device.poll(), device.now(), &mut last_error) {
            Decision::Sleep(wait) => device.sleep(wait),
            Decision::Done(()) => return End::Done,
            Decision::Failed(_) => return End::Failed,
            Decision::GaveUp(gave_up) => {
                device.stop(&gave_up);
                return End::GaveUp;
            }
        }
        let now = device.now();
        if device.is_stopped() {
            device.stop(&poller.cancel(now).with_last_error(last_error));
            return End::GaveUp;
        }
        #[cfg(feature = "panic")]
        device.sleep(Duration::from_secs(60) / poller.elapsed(now).subsec_millis());
        if device.has_progress() {
            poller.reset_backoff();
        }
        device.show(&Progress {
            polls: poller.polls(),
            elapsed: poller.elapsed(now).as_secs(),
            remaining: poller.remaining(now).map_or(0, |remaining| remaining.as_secs()),
            until_next_poll: poller.until_next_poll(now).map_or(0, |left| left.as_secs()),
            is_finished: poller.is_finished(),
            is_default: poller.policy() == &Policy::default(),
        });
    }
}

/// Decides once for a poller that the device keeps, and returns the wait in milliseconds: zero at the end.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn decide(device: &Device, poller: &mut Poller<Tick, Generator>) -> u64 {
    let wait = match poller.step(device.poll(), device.now()) {
        Decision::Sleep(wait) => wait,
        Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => Duration::ZERO,
    };
    wait.as_secs().saturating_mul(1_000).saturating_add(wait.subsec_millis().into())
}

/// Polls to the end with the crate's own loop, which sleeps as the device does.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn drive_blocking(device: &Device) -> End {
    let mut poller = Poller::new(device.policy().unwrap_or_default(), device.generator(), device.now());
    poll_blocking_with(&mut poller, || device.now(), |wait| device.sleep(wait), |_| device.poll()).into()
}

/// Polls to the end with the crate's own loop, whose sleeps are always over when they are awaited.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn drive_async(device: &Device) -> End {
    let mut poller = Poller::new(device.policy().unwrap_or_default(), device.generator(), device.now());
    let sleep = |wait| {
        device.sleep(wait);
        ready(if device.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    let mut polling = pin!(poll_async_with(&mut poller, || device.now(), sleep, |_| ready(device.poll())));
    match polling.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(ended) => ended.into(),
        Poll::Pending => End::GaveUp,
    }
}

/// Shows when the device's policy polls, as far as a hundred polls.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn show_schedule(device: &Device) {
    for poll in device.policy().unwrap_or_default().schedule().take(100) {
        device.show_poll(&poll);
    }
}

/// Drives the device's policy without its limits, and passes what is found and how it ends through every conversion.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn convert(device: &Device) -> u16 {
    let builder = device.policy().unwrap_or_default().to_builder();
    let unlimited = builder.no_head_start().no_max_wait().no_max_polls().no_max_consecutive_errors().build();
    let mut poller = Poller::new(unlimited.unwrap_or_default(), device.generator(), device.now());
    let found = |next: NextPoll| match device.poll() {
        Outcome::Pending { retry_after } => Outcome::from(Poll::Pending::<Result<u32, Status>>).retry_after(retry_after),
        Outcome::Done(()) => Outcome::from(Some(next.number)).map_err(|never| match never {}),
        found => found.map(|()| next.number).map_err(|Status(status)| Status(status.wrapping_add(1))),
    };
    let sleep = |wait| {
        device.sleep(wait);
        if device.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    match poll_blocking_with(&mut poller, || device.now(), sleep, found).map_err(|error| error.map_err(|Status(status)| status))
    {
        Ok(_) => 200,
        Err(PollError::GaveUp(gave_up)) if device.has_progress() => gave_up.map_err(u32::from).split().1.map_or(0, |_| 1),
        Err(error) => error.error().copied().max(error.into_error()).unwrap_or(0),
    }
}

/// Prints the sentence for a policy that is refused, or for how one poll ended.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn print_sentence(device: &Device) -> bool {
    let mut console = device.console();
    if let Err(error) = device.policy() {
        return write!(console, "{error}").is_ok();
    }
    let mut poller = Poller::new(ONE_POLL, device.generator(), device.now());
    let outcome = device.poll();
    let status = outcome.error().map_or(0, |Status(status)| *status);
    match poller.step(outcome, device.now()).control_flow() {
        ControlFlow::Break(Err(PollError::GaveUp(gave_up))) if status > 0 => write!(console, "{gave_up}").is_ok(),
        ControlFlow::Break(Err(error)) => write!(console, "{error}").is_ok(),
        _ => false,
    }
}

/// Prints the device's policy and its schedule, or why it is refused, and the words for the end of polling.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn print_policy(device: &Device) -> bool {
    let mut console = device.console();
    let policy = match device.policy() {
        Ok(policy) => policy,
        Err(error) => return writeln!(console, "{error} ({error:?})").is_ok(),
    };
    let mut poller = Poller::new(ONE_POLL, device.generator(), device.now());
    let decision = poller.step(Outcome::<(), _>::transient(Status(503)), device.now());
    let Decision::GaveUp(gave_up) = decision else {
        return false;
    };
    writeln!(console, "{policy:?}").is_ok()
        && policy.schedule().take(100).all(|poll| writeln!(console, "{poll:?}").is_ok())
        && writeln!(console, "{gave_up}: {:?} ({poller:?})", gave_up.source()).is_ok()
}

impl<T, E> From<Result<T, PollError<E>>> for End {
    fn from(ended: Result<T, PollError<E>>) -> Self {
        match ended {
            Ok(_) => Self::Done,
            Err(PollError::Failed(_)) => Self::Failed,
            Err(PollError::GaveUp(_)) => Self::GaveUp,
        }
    }
}

// A program that unwinds has std, and its handler.
#[cfg(panic = "abort")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
