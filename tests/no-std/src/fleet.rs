//! A heap, and a fleet on it.

use core::{
    alloc::{GlobalAlloc, Layout},
    cell::UnsafeCell,
    ptr::null_mut,
    sync::atomic::{AtomicUsize, Ordering},
};

use asyncpoll::{Decision, Fleet, Limits};

use crate::{End, device::Device};

const SIZE: usize = 1 << 20;

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

/// Polls some orders at one upstream until the first of them ends.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn poll_fleet(device: &Device, orders: u8) -> End {
    let mut fleet = Fleet::new(device.generator(), device.now());
    let Ok(upstream) = fleet.upstream(Limits::default()) else { return End::Failed };
    for _ in 0..orders {
        fleet.start(upstream, &device.policy().unwrap_or_default(), device.now());
    }
    loop {
        while let Some(poll) = fleet.next_poll(device.now()) {
            match fleet.step(poll.id, device.poll(), device.now()) {
                Decision::Sleep(_) => {}
                Decision::Done(()) => return End::Done,
                Decision::Failed(_) => return End::Failed,
                Decision::GaveUp(_) => return End::GaveUp,
            }
        }
        match fleet.until_next_poll(device.now()) {
            Some(wait) => device.sleep(wait),
            None => return End::GaveUp,
        }
    }
}
