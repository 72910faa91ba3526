//! How much of a limit was used, window by window, as the authority's own log has it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};
use asyncpoll_durable::limited::{Answer, Request};

/// The length of a window. One begins every second.
pub(crate) const WINDOW: Duration = Duration::from_secs(10);

/// A stretch of time, and what happened in it.
pub(crate) type Stretch = (Duration, Duration);

/// What is expected of the windows in a stretch of time.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    /// What is judged.
    pub(crate) name: &'static str,
    /// At least so many hundredths of the limit are used in each.
    pub(crate) percent: u32,
    /// The windows that touch this stretch, unless they touch one of those before.
    pub(crate) stretch: Stretch,
}

/// The least that was used of the windows of a kind, and how many of them there are.
pub(crate) type Worst = BTreeMap<&'static str, (u32, usize)>;

/// Judges every window from the one that begins at `from` to the one that ends at `to` by the first of what is `expected` that it
/// touches. A window that touches a stall of the machine is left out.
pub(crate) fn judge(
    log: &[Request],
    spacing: Duration,
    (from, to): Stretch,
    expected: &[Expected],
    stalls: &[Stretch],
) -> Result<Worst> {
    let most = u32::try_from(WINDOW.as_nanos() / spacing.as_nanos())?;
    let (mut worst, mut left_out, mut all) = (Worst::new(), 0, 0);
    let mut begin = from;
    while begin + WINDOW <= to {
        let window = (begin, begin + WINDOW);
        begin += Duration::from_secs(1);
        all += 1;
        if stalls.iter().any(|stall| touches(*stall, window)) {
            left_out += 1;
            continue;
        }
        let served = log.iter().filter(|request| request.answer != Answer::Refused && contains(window, request.at)).count();
        let percent = u32::try_from(served)? * 100 / most;
        let kind = expected.iter().find(|expected| touches(expected.stretch, window));
        let Expected { name, percent: least, .. } = kind.ok_or_else(|| anyhow!("nothing is expected of {window:?}"))?;
        ensure!(percent >= *least, "{name}: only {percent} % of the limit are used in {window:?}");
        let (worst, count) = worst.entry(*name).or_insert((percent, 0));
        *worst = percent.min(*worst);
        *count += 1;
    }
    println!("{left_out} of {all} windows are left out, in which the machine stalled");
    ensure!(all >= 10, "only {all} windows");
    ensure!(left_out * 2 <= all, "the machine stalls too often to judge anything");
    Ok(worst)
}

fn touches(one: Stretch, other: Stretch) -> bool {
    one.0 < other.1 && other.0 < one.1
}

fn contains(window: Stretch, at: Duration) -> bool {
    window.0 <= at && at < window.1
}

/// A thread that wakes up twenty times a second, and notes when it does so more than a second late: whatever is late then, the
/// machine is to blame.
pub(crate) struct Stalls {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Stretch>>,
}

impl Stalls {
    /// Starts to watch.
    pub(crate) fn watch(start: Instant) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let is_over = Arc::clone(&is_over);
            move || {
                let (mut stalls, tick) = (Vec::new(), Duration::from_millis(50));
                while !is_over.load(Ordering::Relaxed) {
                    let before = start.elapsed();
                    thread::sleep(tick);
                    let now = start.elapsed();
                    if now > before + tick + Duration::from_secs(1) {
                        stalls.push((before, now));
                    }
                }
                stalls
            }
        });
        Self { is_over, thread }
    }

    /// Ends, and returns when the machine stalled.
    pub(crate) fn end(self) -> Result<Vec<Stretch>> {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| anyhow!("the thread panicked"))
    }
}
