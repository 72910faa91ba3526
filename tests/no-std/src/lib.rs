//! A program without std and without a heap that polls. That it builds proves that asyncpoll needs neither.
#![no_std]
#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

/// Makes a list of what `every` names.
macro_rules! every {
    (JITTERS: $element:ty = $of:ident { $($variant:pat => [$($example:expr),+ $(,)?],)+ }) => {
        pub(crate) const JITTERS: &[$element] = &[$($($example),+),+];
    };
    ($other:ident: $($rest:tt)+) => {};
}

pub mod device;
#[path = "../../it/support/every.rs"]
#[expect(unused_imports, reason = "a device has no other list")]
mod every;
#[cfg(feature = "fleet")]
pub mod fleet;
pub mod random;
pub mod ticker;

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

use asyncpoll::{
    Decision, Driver, Elapsed, NextPoll, Outcome, Policy, PollError, Poller, RestoreError, Snapshot, WaitKind, const_policy,
};

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

/// Polls to the end, with a generator of the crate's: the larger one if it is there.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn poll_order(device: &Device) -> End {
    #[cfg(target_has_atomic = "64")]
    asyncpoll::set_default_max_wait(Duration::from_secs(3600));
    let policy = device.policy().unwrap_or_default();
    #[cfg(feature = "chacha")]
    let mut poller = Poller::seeded(policy, device.seed(), device.now());
    #[cfg(not(feature = "chacha"))]
    let mut poller = Poller::small(policy, device.seed(), device.now());

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

/// Looks at the operation before a poll of a poller that the device keeps is due, and says in milliseconds when it is: zero at
/// the end. If there is progress, the ladder goes on from the time that this has taken.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn look(device: &Device, poller: &mut Poller<Tick, Generator>) -> u64 {
    let now = device.now();
    let decision = poller.look(device.poll(), now);
    if device.has_progress() && poller.wait_kind() == Some(WaitKind::Ladder) {
        poller.set_backoff(poller.elapsed(now));
    }
    match (decision, poller.due()) {
        (Decision::Sleep(_), Some(due)) => due.as_secs().saturating_mul(1_000).saturating_add(due.subsec_millis().into()),
        _ => 0,
    }
}

/// What the device has kept of a poller while it was switched off.
#[derive(Debug)]
#[repr(C)]
pub struct Kept {
    bytes: [u8; Snapshot::LENGTH],
    /// How many of the bytes could be read.
    length: usize,
    /// The time since the start of the poller, in seconds.
    elapsed: u64,
}

/// Decides once for a poller that the device has kept, keeps it again, and returns the second since its start at which the next
/// poll is due: zero at the end, or if no poller can be made of what was kept, for which the reason is printed.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn resume(device: &Device, kept: &mut Kept) -> u64 {
    let bytes = kept.bytes.get(..kept.length).unwrap_or(&kept.bytes);
    match resume_bytes(device, bytes, kept.elapsed) {
        Ok(snapshot) => {
            kept.bytes = *snapshot.as_bytes();
            kept.elapsed = snapshot.elapsed().as_secs();
            snapshot.due().map_or(0, |due| due.as_secs())
        }
        Err(error) => {
            let _ = write!(device.console(), "{error}");
            0
        }
    }
}

fn resume_bytes(device: &Device, bytes: &[u8], elapsed: u64) -> Result<Snapshot, RestoreError> {
    let snapshot = &Snapshot::from_bytes(bytes)?;
    let (policy, elapsed) = (device.policy().unwrap_or_default(), Duration::from_secs(elapsed));
    #[cfg(feature = "chacha")]
    if !device.has_progress() {
        let mut poller = Poller::restore(snapshot, policy, device.now(), Elapsed(elapsed))?;
        let _decision = poller.step(device.poll(), device.now());
        return Ok(poller.snapshot(device.now()));
    }
    let mut poller = Poller::restore_with(snapshot, policy, device.generator(), device.now(), Elapsed(elapsed));
    let _decision = poller.step(device.poll(), device.now());
    Ok(poller.snapshot_without_generator(device.now()))
}

/// Waits, and then polls to the end with the crate's own loop, which sleeps as the device does.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn drive_blocking(device: &Device) -> End {
    let mut poller = Poller::new(device.policy().unwrap_or_default(), device.generator(), device.now());
    if let Ok(wait) = poller.wait_first(device.policy().ok().and_then(|policy| policy.waits().next()), device.now()) {
        device.sleep(wait);
    }
    Driver::new(|| device.now(), |wait| device.sleep(wait)).poll_blocking(&mut poller, |_| device.poll()).into()
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
    let mut last_error = None;
    let driver = Driver::new(|| device.now(), sleep).last_error(&mut last_error).on_wait(|wait| device.show_wait(&wait));
    let mut polling = pin!(driver.poll_async(&mut poller, |_| ready(device.poll())));
    match polling.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(ended) => ended.into(),
        Poll::Pending => End::GaveUp,
    }
}

/// Shows when the device's policy polls, as far as a hundred polls, and how often, and sleeps as after the hundredth.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn show_schedule(device: &Device) {
    let policy = device.policy().unwrap_or_default();
    for poll in policy.schedule().take(100) {
        device.show_poll(&poll);
    }
    if let Some(polls) = policy.polls() {
        device.show_polls(&polls);
    }
    device.sleep(policy.wait(100, &mut device.generator()));
}

/// Drives the policy that is nearest to the device's settings, without its limits, and passes what is found and how it ends
/// through every conversion.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn convert(device: &Device) -> u16 {
    let builder = device.builder().build_clamped().to_builder();
    let plain = builder.no_head_start().no_waits().no_hint_jitter().no_max_hint().last_poll();
    let unlimited = plain.no_max_wait().no_max_polls().no_max_consecutive_errors().build_clamped();
    let mut poller = Poller::new(unlimited, device.generator(), device.now());
    let found = |next: NextPoll| match device.poll() {
        Outcome::Pending { retry_after, .. } => Outcome::from(Poll::Pending::<Result<u32, Status>>).retry_after(retry_after),
        Outcome::Done(()) => Outcome::from(Some(next.number)).map_err(|never| match never {}),
        found => found.map(|()| next.number).map_err(|Status(status)| Status(status.wrapping_add(1))),
    };
    let sleep = |wait| {
        device.sleep(wait);
        if device.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    match Driver::new(|| device.now(), sleep)
        .poll_blocking(&mut poller, found)
        .map_err(|error| error.map_err(|Status(status)| status))
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

/// Prints the policy that the device's line says, as a line again and every setting by itself; or why it is none.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn print_line(device: &Device) -> bool {
    let mut console = device.console();
    match device.line() {
        Ok(policy) => write!(console, "{policy} {policy:?}").is_ok(),
        Err(error) => write!(console, "{error}").is_ok(),
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
