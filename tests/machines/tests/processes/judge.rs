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

/// The hundredths of the limit that are used at least in a window in which nothing happens but kills. The first cut leaves about
/// nine tenths of this limit, and the pace grows from there.
const LEAST: u32 = 75;

/// And those that are used at least in all windows together, whatever has happened in them.
const LEAST_TOGETHER: u32 = 78;

const QUIET: &str = "nothing but kills";

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
    let mut together = 0;
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
        together += percent;
        let kind = if names.is_empty() { QUIET.to_owned() } else { names.join(", ") };
        ensure!(percent >= least, "{kind}: {percent} % of the limit are used in {window:?}, and must be {least} % at least");
        let (worst, count) = worst.entry(kind).or_insert((percent, 0));
        *worst = percent.min(*worst);
        *count += 1;
    }
    for (kind, (percent, windows)) in worst {
        println!("{kind}: {percent} % of the limit in the worst of {windows} windows");
    }
    println!("{left_out} of {all} windows are left out, in which the machine stalled");
    ensure!(all >= 20, "there are only {all} windows to judge");
    ensure!(left_out * 2 <= all, "the machine stalls too often to judge anything");
    let together = together / (all - left_out);
    println!("all together: {together} %");
    ensure!(together >= LEAST_TOGETHER, "{together} % of the limit are used in all, and must be {LEAST_TOGETHER} % at least");
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

/// Judges a minute of so many polls a second, from its twentieth second on.
fn judge_a_minute(a_second: u64, losses: &[Loss], stalls: &[Stretch]) -> Result<()> {
    let at = |poll| Duration::from_millis(1_000 * poll / a_second);
    let log: Vec<_> = (0..60 * a_second).map(|poll| Request { at: at(poll), order: 1, answer: Answer::Pending }).collect();
    let minute = (Duration::from_secs(20), Duration::from_secs(60));
    judge(&log, Duration::from_millis(25), minute, losses, stalls)
}

fn error(judged: Result<()>) -> String {
    judged.err().map_or_else(|| "none".into(), |error| error.to_string())
}

#[test]
fn less_than_the_least_is_found_out() -> Result<()> {
    judge_a_minute(36, &[], &[])?;
    let says = "nothing but kills: 50 % of the limit are used in (20s, 30s), and must be 75 % at least";
    ensure!(error(judge_a_minute(20, &[], &[])) == says);
    let says = "77 % of the limit are used in all, and must be 78 % at least";
    ensure!(error(judge_a_minute(31, &[], &[])) == says);
    Ok(())
}

/// What has happened is taken into account where it was, and no further than it costs.
#[test]
fn losses_excuse_what_they_touch() -> Result<()> {
    let stretch = |from, to| (Duration::from_secs(from), Duration::from_secs(to));
    let loss = |to| Loss { name: "store gone", stretch: stretch(21, to), percent: 30 };
    ensure!(error(judge_a_minute(20, &[loss(60)], &[])).contains("50 % of the limit are used in all"));
    ensure!(error(judge_a_minute(20, &[loss(40)], &[])).contains("50 % of the limit are used in (40s, 50s)"));
    ensure!(error(judge_a_minute(9, &[loss(60)], &[])).contains("must be 45 % at least"));
    // A machine that stalls says nothing, and a test that does so all the time neither.
    ensure!(error(judge_a_minute(20, &[loss(40)], &[stretch(49, 51)])).contains("in all"));
    ensure!(error(judge_a_minute(36, &[], &[stretch(29, 51)])) == "the machine stalls too often to judge anything");
    Ok(())
}
