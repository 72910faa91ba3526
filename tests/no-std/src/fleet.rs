//! A heap, and a fleet on it.

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
    fmt::Write,
    ptr::null_mut,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use asyncpoll::{
    Decision, Elapsed, Fleet, const_limits,
    fleet::{Due, Grant, Limits, LimitsBuilder, SharedPace, Upstream},
};

use crate::{
    End,
    device::{Device, Generator, Tick},
};

const SIZE: usize = 1 << 20;

const KNOWN: Limits = const_limits!(Limits::builder().in_flight(4).find_pace(false));

/// A heap that gives nothing back, which is enough to build a program with.
struct Heap {
    bytes: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

// SAFETY: no two allocations are given the same bytes.
#[expect(unsafe_code, reason = "an allocator is unsafe to write")]
unsafe impl Sync for Heap {}

#[expect(unsafe_code, reason = "an allocator is unsafe to write")]
// SAFETY: what it returns is null, or lies within the bytes after all that it returned before, as aligned as is asked.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let start = self.bytes.get().cast::<u8>();
        let size = layout.size().saturating_add(layout.align());
        let used = self.used.fetch_add(size, Ordering::Relaxed);
        if used.saturating_add(size) > SIZE {
            return null_mut();
        }
        let free = start.wrapping_add(used);
        free.wrapping_add(free.align_offset(layout.align()))
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static HEAP: Heap = Heap { bytes: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) };

/// Prints the device's limits without those of the others, or the sentence for limits that are refused.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn print_limits(device: &Device) -> bool {
    let limits = match device.limits() {
        Ok(limits) => limits,
        Err(error) => return write!(device.console(), "{error}").is_ok(),
    };
    let others: LimitsBuilder = Limits::none().to_builder();
    let others = match (limits.rate(), limits.in_flight(), limits.in_flight_from()) {
        (Some((polls, per)), ..) => others.no_in_flight().rate(polls, per),
        (_, Some(polls), _) => others.no_rate().in_flight(polls),
        (.., Some(polls)) => others.no_rate().in_flight_from(polls),
        _ => others,
    };
    let others = match limits.longest_hold() {
        Some(longest) => others.longest_hold(longest),
        None => others.no_longest_hold(),
    };
    let others = match limits.answer_within() {
        Some(within) => others.answer_within(within),
        None => others.no_answer_within(),
    };
    let others = match limits.forgive() {
        Some(served) => others.forgive(served),
        None => others.no_forgive(),
    };
    let others = others.find_pace(limits.find_pace()).shared(limits.shared()).build();
    others.is_ok_and(|others| write!(device.console(), "{limits:?} {others:?}").is_ok())
}

/// Polls some orders at two upstreams until the first of them ends, or nothing is left to wait for.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn poll_fleet(device: &Device, orders: u8) -> End {
    let policy = device.policy().unwrap_or_default();
    #[cfg(feature = "chacha")]
    let mut fleet = Fleet::seeded(device.seed(), device.now());
    #[cfg(not(feature = "chacha"))]
    let mut fleet = Fleet::small(device.seed(), device.now());
    let (unknown, known) = (fleet.add_upstream(Limits::default()), fleet.add_upstream(device.limits().unwrap_or(KNOWN)));
    for number in 0..orders {
        let id = fleet.start(if number % 2 == 0 { known } else { unknown }, policy, device.now());
        if let Some(snapshot) = fleet.snapshot(id, device.now()) {
            fleet.restore(unknown, &snapshot, policy, device.now(), Elapsed(snapshot.elapsed()));
        }
    }
    let mut last_error = None;
    loop {
        while let Some(due) = fleet.next_due(device.now()) {
            let poll = match due {
                Due::Poll(poll) => poll,
                Due::Ended(_, gave_up) => {
                    device.stop(&gave_up.with_last_error(last_error));
                    return End::GaveUp;
                }
            };
            if let Some(limits) = fleet.limits(poll.id.upstream()).copied() {
                fleet.set_limits(poll.id.upstream(), limits, device.now());
            }
            for along in fleet.batch(poll, orders.into(), device.now()).iter().skip(1) {
                fleet.release(along.id, device.now());
            }
            if device.is_stopped() {
                fleet.release(poll.id, device.now());
                device.stop(&fleet.cancel(poll.id, device.now()).with_last_error(last_error));
                return End::GaveUp;
            }
            if poll.remaining.is_some_and(|remaining| remaining.is_zero()) {
                match fleet.lost(poll.id, device.now()) {
                    Decision::Sleep(_) => continue,
                    Decision::GaveUp(gave_up) => {
                        device.stop(&gave_up.with_last_error(last_error));
                        return End::GaveUp;
                    }
                }
            }
            if poll.id.upstream() == known && device.has_progress() {
                fleet.reset_backoff(poll.id);
                fleet.set_backoff(poll.id, poll.elapsed);
            }
            let decision = match fleet.look(poll.id, device.poll(), device.now()) {
                Decision::Sleep(_) => fleet.step_keeping(poll.id, device.poll(), device.now(), &mut last_error),
                ended => ended,
            };
            match decision {
                Decision::Sleep(_) if fleet.contains(poll.id) => fleet.slow_down(unknown, poll.remaining, device.now()),
                Decision::Done(()) => return End::Done,
                Decision::Sleep(_) | Decision::Failed(_) => return End::Failed,
                Decision::GaveUp(gave_up) => {
                    device.stop(&gave_up);
                    return End::GaveUp;
                }
            }
        }
        match fleet.until_next(device.now()) {
            Some(wait) if !fleet.is_empty() && fleet.in_flight() < fleet.len() => {
                device.sleep(wait.max(fleet.status(known, device.now()).held));
            }
            _ => return End::GaveUp,
        }
    }
}

/// Takes a turn with a fleet that is there: what needs no more memory.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn turn_fleet(device: &Device, fleet: &mut Fleet<Tick, Generator>) -> End {
    let poll = match fleet.next_due(device.now()) {
        Some(Due::Poll(poll)) => poll,
        Some(Due::Ended(_, gave_up)) => {
            device.stop(&gave_up.with_last_error(None));
            return End::GaveUp;
        }
        None => return End::Failed,
    };
    if device.is_stopped() {
        fleet.release(poll.id, device.now());
        fleet.slow_down(poll.id.upstream(), fleet.until_next(device.now()), device.now());
        fleet.pause(poll.id.upstream(), device.now());
        fleet.quota(poll.id.upstream(), poll.number.into(), poll.remaining, device.now());
    } else {
        fleet.resume(poll.id.upstream(), device.now());
    }
    fleet.reset_backoff(poll.id);
    fleet.set_backoff(poll.id, fleet.status(poll.id.upstream(), device.now()).held);
    let decisions = [fleet.look(poll.id, device.poll(), device.now()), fleet.step(poll.id, device.poll(), device.now())];
    if let Decision::GaveUp(gave_up) = fleet.lost(poll.id, device.now()) {
        device.stop(&gave_up.with_last_error(None));
    }
    if fleet.contains(poll.id) && decisions.iter().all(|decision| matches!(decision, Decision::Sleep(_))) {
        device.stop(&fleet.cancel(poll.id, device.now()).with_last_error(None));
    }
    if fleet.is_empty() || fleet.in_flight() < fleet.len() { End::GaveUp } else { End::Done }
}

/// Feeds one order of a fleet once.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn step_fleet(device: &Device) -> End {
    let mut fleet = Fleet::new(device.generator(), device.now());
    let upstream = fleet.add_upstream(Limits::default());
    let id = fleet.start(upstream, device.policy().unwrap_or_default(), device.now());
    match fleet.step(id, device.poll(), device.now()) {
        Decision::Done(()) => End::Done,
        Decision::Failed(_) => End::Failed,
        Decision::Sleep(_) | Decision::GaveUp(_) => End::GaveUp,
    }
}

/// Asks once for a fleet, at a row that the device keeps with the fleet, and puts the row back as it is then. Returns in how many
/// seconds to ask again, or else what is counted in the row; if it is of a later version, says so.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn share_pace(
    device: &Device,
    fleet: &mut Fleet<Tick, Generator>,
    upstream: &Upstream,
    row: &mut [u8; SharedPace::LENGTH],
) -> u64 {
    let now = Duration::from_secs(device.seed());
    let mut pace = match SharedPace::from_bytes(row).or_else(|_| SharedPace::from_row(row, now)) {
        Ok(pace) => pace,
        Err(error) => return u64::from(write!(device.console(), "{error}").is_ok()),
    };
    let Some(ask) = fleet.ask(*upstream, device.now()) else {
        return fleet.until_ask(*upstream, device.now()).map_or(0, |wait| wait.as_secs());
    };
    let limits = fleet.limits(*upstream).copied().unwrap_or(KNOWN);
    if device.is_stopped() {
        pace.resume(now);
        fleet.ask_failed(*upstream, ask.latency, device.now());
    } else if device.has_progress() {
        let grant = Grant::known(&ask, ask.wanted, ask.hold, ask.latency, ask.hold);
        fleet.grant(*upstream, &grant, device.now());
    } else {
        let grant = pace.admit(&limits, &ask, now);
        fleet.grant(*upstream, &grant, device.now());
    }
    *row = pace.to_bytes();
    let spacing = pace.spacing(&limits).map_or(0, |spacing| spacing.as_secs());
    let counted = pace.slots() ^ pace.refusals() ^ pace.forgiven() ^ u64::from(pace.epoch());
    counted ^ spacing ^ pace.held(now).as_secs() ^ u64::from(pace == SharedPace::new(now))
}
