//! What a user should know before a fitted policy is trusted.

use asyncpoll::{Jitter, Policy};

use crate::{Fit, Log, Record};

/// Fewer records are too few.
const ENOUGH: usize = 20;

/// What a cell must be wider than, as the ratio of its ends, to be coarse.
const COARSE: f64 = 1.3;

/// The share of the operations in one coarse cell from which on a log says little.
const HALF: f64 = 0.5;

/// How much later four numbers must be than a table for the log to have more than one kind of operation.
const TWO_KINDS: f64 = 1.3;

/// Returns what is to be said against what was fitted to `log`, in sentences.
pub fn warnings(log: &Log, fit: &Fit, present: &Policy) -> Vec<String> {
    let mut warnings = Vec::new();
    let count = log.records.len();
    if count < ENOUGH {
        let records = if count == 1 { "There is 1 record" } else { &format!("There are {count} records") };
        warnings.push(format!("{records}: {ENOUGH} give something, 100 are enough."));
    }
    let crowd = crowd(&log.records);
    if crowd as f64 >= HALF * count as f64 && crowd > 1 {
        warnings.push(format!(
            "{crowd} of {count} operations may have been done at one and the same time, in the same long wait: poll more often for \
             a while, and fit again."
        ));
    }
    if fit.four.cost.delay > TWO_KINDS * fit.table.cost.delay {
        warnings.push(
            "No four numbers come near the table: there seems to be more than one kind of operation. The table relies on when \
             each is done: fit again when that changes. If all of them take five times as long, the default policy may be sooner."
                .to_owned(),
        );
    }
    if let Some(polls) = present.max_polls() {
        warnings.push(format!("The fitted policies leave out max_polls, {polls}: max_wait ends them."));
    }
    if !matches!(present.jitter(), Jitter::None | Jitter::PlusMinus(_)) {
        warnings.push("The fitted policies have a jitter of 20%: that of the present policy leaves little to fit.".to_owned());
    }
    warnings
}

/// Returns how many operations at most may have been done at one time, each in a coarse cell.
fn crowd(records: &[Record]) -> usize {
    let coarse = records.iter().filter(|record| record.is_done() && record.by() > COARSE * record.after() && record.by() > 0.0);
    // A cell holds what is after its start and up to its end.
    let mut ends: Vec<(f64, bool)> = coarse.flat_map(|record| [(record.after(), true), (record.by(), false)]).collect();
    ends.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    let (mut open, mut most) = (0_usize, 0);
    for (_, starts) in ends {
        open = if starts { open + 1 } else { open.saturating_sub(1) };
        most = most.max(open);
    }
    most
}
