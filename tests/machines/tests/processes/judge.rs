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

/// The hundredths of the limit that are used at least in a window in which nothing happens but kills: after its first cut, the pace
/// is three quarters of the limit, and grows from there.
const LEAST: u32 = 70;

/// And those that are used in all of these windows together.
const LEAST_TOGETHER: u32 = 80;

/// What has happened that costs more than a kill does.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    pub(crate) name: &'static str,
    /// When, and until its consequences are over.
    pub(crate) stretch: Stretch,
    /// At most so many hundredths of the limit are lost by it in a window.
    pub(crate) percent: u32,
}

/// Judges every window from the one that begins at `from` to the one that ends at `to`. One that touches a stall of the machine is
/// left out.
pub(crate) fn judge(
    log: &[Request],
    spacing: Duration,
    (from, to): Stretch,
    losses: &[Loss],
    stalls: &[Stretch],
) -> Result<()> {
    let most = u32::try_from(WINDOW.as_nanos() / spacing.as_nanos())?;
    let (mut worst, mut left_out, mut all) = (BTreeMap::new(), 0, 0);
    let mut quiet = Vec::new();
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
        // What was saved up before can be used as well.
        let percent = (u32::try_from(served)? * 100 / most).min(100);
        let (mut names, mut least) = (Vec::new(), LEAST);
        for Loss { name, percent, .. } in losses.iter().filter(|loss| touches(loss.stretch, window)) {
            names.push(*name);
            least = least.saturating_sub(*percent);
        }
        if names.is_empty() {
            quiet.push(percent);
        }
        let kind = if names.is_empty() { "nothing but kills".to_owned() } else { names.join(", ") };
        ensure!(percent >= least, "{kind}: {percent} % of the limit are used in {window:?}, and must be {least} % at least");
        let (worst, count) = worst.entry(kind).or_insert((percent, 0));
        *worst = percent.min(*worst);
        *count += 1;
    }
    for (kind, (percent, windows)) in worst {
        println!("{kind}: {percent} % of the limit in the worst of {windows} windows");
    }
    println!("{left_out} of {all} windows are left out, in which the machine stalled");
    let together = quiet.iter().sum::<u32>().checked_div(u32::try_from(quiet.len())?).unwrap_or(0);
    println!("nothing but kills: {together} % of the limit in all {} windows together", quiet.len());
    ensure!(together >= LEAST_TOGETHER, "only {together} % of the limit are used");
    ensure!(left_out * 2 <= all, "the machine stalls too often to judge anything");
    Ok(())
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
