//! Prints what a fleet costs an operation, beside the queues that one could put pollers into instead.
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a measurement is not a whole number")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cmp::Reverse,
    collections::BinaryHeap,
    hint::black_box,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use asyncpoll::SmallRng;
use asyncpoll::{
    Decision, Fleet, Outcome, Policy, Poller, const_limits,
    fleet::{Due, Id, Limits, Upstream},
};
use dary_heap::QuaternaryHeap;
use hierarchical_hash_wheel_timer::wheels::{
    Skip,
    quad_wheel::{QuadWheelWithOverflow, no_prune},
};
use tokio::{runtime, time};
use tokio_util::time::{DelayQueue, delay_queue::Key};

/// Counts the bytes that are in use.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

#[expect(unsafe_code, reason = "to count is to stand between the program and its allocator")]
// SAFETY: everything is done by the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(layout.size(), Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Many operations that wait, and hand out their polls.
trait Queue {
    /// Makes an empty one, with room for what the caller has to remember of so many.
    fn new(operations: usize) -> Self;
    /// Starts one at `now`.
    fn start(&mut self, now: Duration);
    /// Makes one of the polls that are due at `now`, finds it pending, and says whether there was one.
    fn turn(&mut self, now: Duration) -> bool;
    /// Cancels the operation of this number, if it can.
    fn cancel(&mut self, number: usize, now: Duration) -> bool;
}

fn policy() -> Policy {
    // The deadline is checked and never met.
    Policy::builder().max_wait(Duration::from_secs(100 * 86_400)).build().expect("a good policy")
}

/// A fleet, without limits or with one that is never reached: then the poll that is due first goes first.
struct Ours<const ORDERED: bool> {
    fleet: Fleet<Duration, SmallRng>,
    upstream: Upstream,
    ids: Vec<Id>,
}

impl<const ORDERED: bool> Queue for Ours<ORDERED> {
    fn new(operations: usize) -> Self {
        let mut fleet = Fleet::new(SmallRng::new(1), Duration::ZERO);
        let limits = if ORDERED { const_limits!(Limits::none().to_builder().in_flight(u32::MAX)) } else { Limits::none() };
        let upstream = fleet.add_upstream(limits);
        Self { fleet, upstream, ids: Vec::with_capacity(operations) }
    }

    fn start(&mut self, now: Duration) {
        self.ids.push(self.fleet.start(self.upstream, policy(), now));
    }

    fn turn(&mut self, now: Duration) -> bool {
        let poll = match self.fleet.next_due(now) {
            Some(Due::Poll(poll)) => poll,
            Some(Due::Ended(..)) => unreachable!("no deadline is met"),
            None => return false,
        };
        let _wait = black_box(self.fleet.step(poll.id, Outcome::<()>::pending(), now));
        true
    }

    fn cancel(&mut self, number: usize, now: Duration) -> bool {
        black_box(self.fleet.cancel(self.ids[number], now));
        true
    }
}

/// What the others queue up: the operations by number, each a poller, with one generator for all.
struct Pollers {
    pollers: Vec<Poller<Duration, SmallRng>>,
}

impl Pollers {
    fn start(&mut self, now: Duration) -> usize {
        let number = self.pollers.len();
        self.pollers.push(Poller::new(policy(), SmallRng::new(number as u64), now));
        number
    }

    /// Feeds the poller of this number, and returns its wait.
    fn step(&mut self, number: usize, now: Duration) -> Duration {
        match self.pollers[number].step(Outcome::<()>::pending(), now) {
            Decision::Sleep(wait) => wait,
            _ => unreachable!("no limit is met"),
        }
    }
}

/// Nanoseconds since the start, and the number of an operation.
type Entry = (Reverse<u64>, u32);

fn entry(due: Duration, number: usize) -> Entry {
    let nanos = u64::try_from(due.as_nanos()).expect("a short time");
    (Reverse(nanos), u32::try_from(number).expect("few operations"))
}

macro_rules! heap {
    ($name:ident, $heap:ident) => {
        struct $name {
            pollers: Pollers,
            heap: $heap<Entry>,
        }

        impl Queue for $name {
            fn new(_: usize) -> Self {
                Self { pollers: Pollers { pollers: Vec::new() }, heap: $heap::new() }
            }

            fn start(&mut self, now: Duration) {
                let number = self.pollers.start(now);
                self.heap.push(entry(now, number));
            }

            fn turn(&mut self, now: Duration) -> bool {
                let nanos = u64::try_from(now.as_nanos()).expect("a short time");
                let Some((_, number)) = self.heap.peek().copied().filter(|(Reverse(due), _)| *due <= nanos) else {
                    return false;
                };
                self.heap.pop();
                let wait = self.pollers.step(number as usize, now);
                self.heap.push(entry(now + wait, number as usize));
                true
            }

            fn cancel(&mut self, _: usize, _: Duration) -> bool {
                false
            }
        }
    };
}

heap!(OfStd, BinaryHeap);
heap!(Dary, QuaternaryHeap);

/// tokio-util's queue, under a clock that stands still until it is told.
struct Delays {
    pollers: Pollers,
    queue: DelayQueue<u32>,
    keys: Vec<Key>,
    runtime: runtime::Runtime,
    now: Duration,
}

impl Queue for Delays {
    fn new(operations: usize) -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let pollers = Pollers { pollers: Vec::new() };
        Self { pollers, queue: DelayQueue::new(), keys: Vec::with_capacity(operations), runtime, now: Duration::ZERO }
    }

    fn start(&mut self, now: Duration) {
        let _entered = self.runtime.enter();
        let number = self.pollers.start(now);
        self.keys.push(self.queue.insert(u32::try_from(number).expect("few operations"), Duration::ZERO));
    }

    fn turn(&mut self, now: Duration) -> bool {
        if now > self.now {
            self.runtime.block_on(time::advance(now.saturating_sub(self.now)));
            self.now = now;
        }
        let _entered = self.runtime.enter();
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let std::task::Poll::Ready(Some(expired)) = self.queue.poll_expired(&mut context) else { return false };
        let number = expired.into_inner() as usize;
        let wait = self.pollers.step(number, now);
        self.keys[number] = self.queue.insert(u32::try_from(number).expect("few operations"), wait);
        true
    }

    fn cancel(&mut self, number: usize, _: Duration) -> bool {
        let _entered = self.runtime.enter();
        black_box(self.queue.remove(&self.keys[number]));
        true
    }
}

/// A hierarchical timing wheel, in milliseconds.
struct Wheel {
    pollers: Pollers,
    delays: QuadWheelWithOverflow<u32>,
    expired: Vec<u32>,
    now: Duration,
}

impl Queue for Wheel {
    fn new(_: usize) -> Self {
        let delays = QuadWheelWithOverflow::new(no_prune);
        Self { pollers: Pollers { pollers: Vec::new() }, delays, expired: Vec::new(), now: Duration::ZERO }
    }

    fn start(&mut self, now: Duration) {
        let number = u32::try_from(self.pollers.start(now)).expect("few operations");
        // It takes no delay of zero.
        self.expired.push(number);
    }

    fn turn(&mut self, now: Duration) -> bool {
        while self.expired.is_empty() && self.now < now {
            let left = u32::try_from(now.saturating_sub(self.now).as_millis()).expect("a short time");
            if left == 0 {
                break;
            }
            let skipped = match self.delays.can_skip() {
                Skip::Empty => left,
                Skip::Millis(skip) => skip.min(left),
                Skip::None => 0,
            };
            if skipped > 0 {
                self.delays.skip(skipped);
                self.now += Duration::from_millis(skipped.into());
            } else {
                self.expired = self.delays.tick();
                self.now += Duration::from_millis(1);
            }
        }
        let Some(number) = self.expired.pop() else { return false };
        let wait = self.pollers.step(number as usize, now);
        self.delays
            .insert_with_delay(number, (now.saturating_sub(self.now) + wait).max(Duration::from_millis(1)))
            .expect("a delay");
        true
    }

    fn cancel(&mut self, _: usize, _: Duration) -> bool {
        false
    }
}

/// What one queue costs, in nanoseconds and bytes an operation.
struct Cost {
    start: f64,
    turn: f64,
    sweep: f64,
    cancel: Option<f64>,
    bytes: f64,
    /// How long each of many turns took, one by one.
    turns: Vec<Duration>,
}

fn measure<Q: Queue>(operations: usize) -> Cost {
    let mut queue = Q::new(operations);
    let mut now = Duration::from_secs(1);
    let before = IN_USE.load(Ordering::Relaxed);
    let start = Instant::now();
    for _ in 0..operations {
        queue.start(now);
    }
    let started = start.elapsed();

    // Until waits are as long as they get, and all over the place.
    while now < Duration::from_secs(2_000) {
        while queue.turn(now) {}
        now += Duration::from_secs(1);
    }
    let bytes = IN_USE.load(Ordering::Relaxed) - before;

    // Some dozens are due at a time.
    let step = Duration::from_secs(300) * 64 / u32::try_from(operations).expect("few operations");
    let step = step.max(Duration::from_millis(1));
    let goal = operations.clamp(100_000, 1_000_000);
    let (mut turns, mut took) = (0, Duration::ZERO);
    while turns < goal {
        now += step;
        let start = Instant::now();
        while queue.turn(now) {
            turns += 1;
        }
        took += start.elapsed();
    }

    let mut one_by_one = Vec::with_capacity(200_000);
    while one_by_one.len() < 100_000 {
        now += step;
        loop {
            let start = Instant::now();
            let more = queue.turn(now);
            one_by_one.push(start.elapsed());
            if !more {
                break;
            }
        }
    }

    now += Duration::from_secs(1_000);
    let (start, mut swept) = (Instant::now(), 0);
    while queue.turn(now) {
        swept += 1;
    }
    let sweep = start.elapsed();

    let start = Instant::now();
    let some = (0..operations).step_by(7);
    let count = some.len();
    let cancelled = some.clone().all(|number| queue.cancel(number * 977 % operations, now));
    let cancel = start.elapsed();

    let each = |took: Duration, count: usize| took.as_nanos() as f64 / count as f64;
    Cost {
        start: each(started, operations),
        turn: each(took, turns),
        sweep: each(sweep, swept),
        cancel: cancelled.then(|| each(cancel, count)),
        bytes: bytes as f64 / operations as f64,
        turns: one_by_one,
    }
}

/// Returns how long each start takes, the growth of what holds the operations included.
fn starts<Q: Queue>(operations: usize) -> Vec<Duration> {
    let mut queue = Q::new(operations);
    let mut took = Vec::with_capacity(operations);
    for _ in 0..operations {
        let start = Instant::now();
        queue.start(Duration::from_secs(1));
        took.push(start.elapsed());
    }
    took
}

/// Returns the longest of steps that were made several times over, each at its fastest: what else goes on is left out.
fn longest<'a>(mut runs: impl Iterator<Item = &'a Vec<Duration>>) -> f64 {
    let mut fastest = runs.next().cloned().unwrap_or_default();
    for run in runs {
        for (fastest, took) in fastest.iter_mut().zip(run) {
            *fastest = (*fastest).min(*took);
        }
    }
    fastest.into_iter().max().unwrap_or_default().as_secs_f64() * 1_000.0
}

fn row<Q: Queue>(name: &str) {
    for operations in [1_000, 10_000, 100_000, 1_000_000] {
        // The fastest of three: others use this machine as well.
        let costs: Vec<_> = (0..3).map(|_| measure::<Q>(operations)).collect();
        let least = |cost: fn(&Cost) -> f64| costs.iter().map(cost).fold(f64::INFINITY, f64::min);
        let cancel = least(|cost| cost.cancel.unwrap_or(f64::INFINITY));
        let cancel = if cancel.is_finite() { format!("{cancel:.0}") } else { "–".into() };
        let starts: Vec<_> = (0..3).map(|_| starts::<Q>(operations)).collect();
        println!(
            "| {name} | {operations} | {:.0} | {:.0} | {:.0} | {cancel} | {:.0} | {:.3} ms | {:.3} ms |",
            least(|cost| cost.start),
            least(|cost| cost.turn),
            least(|cost| cost.sweep),
            least(|cost| cost.bytes),
            longest(costs.iter().map(|cost| &cost.turns)),
            longest(starts.iter()),
        );
    }
}

fn main() {
    println!("### A fleet, and pollers in queues: nanoseconds and bytes an operation\n");
    println!("| | operations | start | turn | sweep | cancel | bytes | longest turn | longest start |");
    println!("|---|---|---|---|---|---|---|---|---|");
    row::<Ours<false>>("fleet without limits");
    row::<Ours<true>>("fleet in order");
    row::<OfStd>("std's BinaryHeap");
    row::<Dary>("dary_heap");
    row::<Wheel>("hierarchical_hash_wheel_timer");
    row::<Delays>("tokio-util's DelayQueue");
}
