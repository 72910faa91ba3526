//! What a user should know before a fitted policy is trusted.

use core::time::Duration;

use asyncpoll::Policy;

use crate::{Fit, Goal, Log, Record, base::kept, search::most, seconds::show};

/// Fewer records are too few.
const ENOUGH: usize = 20;

/// What a cell must be wider than, as the ratio of its ends, to be coarse.
const COARSE: f64 = 1.3;

/// The share of the operations in one coarse cell from which on a log says little.
const MOST: f64 = 2.0 / 3.0;

/// How far polls and delay may miss what was asked for.
const NEAR: f64 = 1.1;

/// How many times as long as a later wait a wait is that goes over a time at which hardly anything is done.
const OVER: u32 = 2;

/// Returns what is to be said against what was fitted to `log`, in sentences.
pub fn warnings(log: &Log, fit: &Fit, present: &Policy) -> Vec<String> {
    let mut warnings = Vec::new();
    let count = log.records.len();
    if count < ENOUGH {
        let records = if count == 1 { "There is 1 record" } else { &format!("There are {count} records") };
        warnings.push(format!("{records}: {ENOUGH} give something, 100 are enough."));
    }
    let crowd = crowd(&log.records);
    if crowd as f64 >= MOST * count as f64 && crowd > 1 {
        warnings.push(format!(
            "{crowd} of {count} operations may have been done at one and the same time, in the same long wait: poll more often for \
             a while, and fit again."
        ));
    }
    if has_kinds(&fit.best.policy) {
        warnings.push(
            "The fitted policy waits long and then polls often again: there seems to be more than one kind of operation. It relies \
             on when each kind is done: fit again when that changes. If all of them take five times as long, the default policy may \
             be sooner."
                .to_owned(),
        );
    }
    warnings.extend(missed(fit));
    if fit.best.policy.jitter() != kept(present.jitter()) {
        warnings.push(
            "Half the jitter doubles the rush of pollers that start together. It pays only if the log has exact times and sharp \
             kinds of operation."
                .to_owned(),
        );
    }
    if let Some(polls) = present.max_polls() {
        warnings.push(format!("The fitted policy leaves out max_polls, {polls}: max_wait ends it."));
    }
    if kept(present.jitter()) != present.jitter() {
        warnings.push("The fitted policy has a jitter of 20%: that of the present policy leaves little to fit.".to_owned());
    }
    warnings
}

/// Returns whether a policy waits long over a time at which hardly anything is done, and then polls often again.
fn has_kinds(policy: &Policy) -> bool {
    let waits: Vec<Duration> = policy.waits().chain([policy.initial_wait()]).collect();
    let later = |index: usize| waits.iter().skip(index + 1).min().copied().unwrap_or(Duration::MAX);
    waits.iter().enumerate().any(|(index, &wait)| wait >= later(index).saturating_mul(OVER))
}

/// Returns by which limit the fitted policy misses the goal, in a sentence, if it does.
fn missed(fit: &Fit) -> Option<String> {
    let cost = &fit.best.cost;
    let missed = match fit.goal {
        Goal::Polls(polls) if cost.polls * NEAR < polls => {
            format!("{polls:.2} polls are not reached: the fitted policy makes {:.2} in the mean", cost.polls)
        }
        Goal::Delay(delay) if cost.delay > delay * NEAR => {
            format!("A delay of {} is not reached: the fitted policy is {} late in the mean", show(delay), show(cost.delay))
        }
        _ => return None,
    };
    let policy = &fit.best.policy;
    let shortest = policy.waits().fold(policy.initial_wait(), Duration::min);
    let limit = if shortest.as_secs_f64() <= NEAR * fit.min_wait.as_secs_f64() {
        format!("no wait may be shorter than {}, which --min-wait sets", show(fit.min_wait.as_secs_f64()))
    } else if cost.most_polls as f64 * NEAR >= most(wanted(fit)) as f64 {
        format!(
            "it polls an operation that is never done {} times at most; a shorter --max-wait leaves more of them",
            cost.most_polls
        )
    } else {
        "no other that was tried comes nearer".to_owned()
    };
    Some(format!("{missed}, since {limit}."))
}

/// Returns the polls that were asked for, or that the fitted policy makes.
const fn wanted(fit: &Fit) -> f64 {
    if let Goal::Polls(polls) = fit.goal { polls } else { fit.best.cost.polls }
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
