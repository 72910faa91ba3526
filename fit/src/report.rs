//! The report: what was read, what the policies cost, and what to do with it.

use core::fmt::Write;

use serde_json::{Value, json};

use crate::{Distribution, Fit, Fitted, Log, Record, code, seconds::show};

/// How many refused lines are shown.
const REFUSED_SHOWN: usize = 5;

/// The quantiles that are shown.
const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// What the columns count.
const COUNTED: &str = "Polls are all of an operation, the first included; the delay is the time from when an operation is done to the \
                       poll that finds it.";

/// How far what is printed holds.
const PRECISION: &str = "Expect the polls to a tenth and the delay to a fifth: between two polls, a log does not tell when an operation was \
                         done.";

/// A policy must be sooner than the present one by more than the precision of both.
const SOONER: f64 = 1.15;

/// What is reported.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "it is made by whoever reports")]
pub struct Report<'a> {
    /// What was read.
    pub log: &'a Log,
    /// What was estimated from that.
    pub times: &'a Distribution,
    /// What was fitted to that.
    pub fit: &'a Fit,
    /// What there is to be said against it.
    pub warnings: &'a [String],
}

impl Report<'_> {
    /// Returns the three policies with their names, in the order in which they are shown.
    pub fn policies(&self) -> [(&'static str, &Fitted); 3] {
        let Fit { present, constant, best, .. } = self.fit;
        [("present policy", present), ("best constant", constant), ("fitted policy", best)]
    }

    /// Returns the report as text, with the fitted policy as Rust to paste at its end.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let (log, times) = (self.log, self.times);
        let done = log.records.iter().filter(|record| record.is_done()).count();
        let _ = writeln!(text, "{} operations: {done} done, {} gave up.", log.records.len(), log.records.len() - done);
        text.push_str(&self.refused());
        let quantiles = QUANTILES.map(|share| format!("{} % by {}", share * 100.0, show(times.quantile(share))));
        let last = times.edges().last().copied().unwrap_or(0.0);
        let _ = writeln!(
            text,
            "Estimate: {}; {:.1} % when first polled, {:.1} % not by {}.",
            quantiles.join(", "),
            times.at_once() * 100.0,
            times.pending_at(last).abs() * 100.0,
            show(last)
        );
        let ranges = QUANTILES.map(|share| {
            let (from, to) = told(&log.records, share);
            let to = if to.is_finite() { show(to) } else { "never".to_owned() };
            format!("{} % {} to {to}", share * 100.0, show(from))
        });
        let _ = writeln!(text, "The log alone: {}.", ranges.join(", "));
        let _ = writeln!(text, "\n{:<16}{:>8}{:>13}{:>15}{:>13}", "", "polls", "mean delay", "95 % within", "most polls");
        for (name, Fitted { cost, .. }) in self.policies() {
            let (delay, late) = (show(cost.delay), show(cost.late));
            let _ = writeln!(text, "{name:<16}{:>8.2}{delay:>13}{late:>15}{:>13}", cost.polls, cost.most_polls);
        }
        text.push('\n');
        for (name, Fitted { policy, .. }) in self.policies() {
            let _ = writeln!(text, "{name:<16}{policy}");
        }
        let _ = write!(text, "\n{}\n{COUNTED}\n{PRECISION}\n", advice(self.fit));
        text.push_str("\nFitted to other numbers of polls:\npolls     ");
        for (polls, _) in &self.fit.frontier {
            let _ = write!(text, "{polls:>10.1}");
        }
        text.push_str("\nmean delay");
        for &(_, delay) in &self.fit.frontier {
            let _ = write!(text, "{:>10}", show(delay));
        }
        text.push('\n');
        for warning in self.warnings {
            let _ = write!(text, "\nWarning: {warning}");
        }
        if !self.warnings.is_empty() {
            text.push('\n');
        }
        text + "\n" + &code::rust(self.fit)
    }

    /// Returns the refused lines as text.
    pub fn refused(&self) -> String {
        let mut text = String::new();
        let refused = &self.log.refused;
        if self.log.refused_lines > 0 {
            let _ = writeln!(text, "Lines refused: {}.", self.log.refused_lines);
        }
        for refused in refused.iter().take(REFUSED_SHOWN) {
            let _ = writeln!(text, "  {refused}");
        }
        text
    }

    /// Returns the report as JSON; times are in seconds.
    ///
    /// # Errors
    ///
    /// None that is known: every policy has a form in JSON.
    pub fn json(&self) -> Result<Value, serde_json::Error> {
        let mut policies = serde_json::Map::new();
        for (name, Fitted { policy, cost }) in self.policies() {
            let value = json!({
                "policy": serde_json::to_value(policy)?,
                "line": policy.to_string(),
                "polls": cost.polls,
                "delay": cost.delay,
                "delay_95": cost.late,
                "noticed": cost.noticed,
                "most_polls": cost.most_polls,
            });
            policies.insert(name.replace(' ', "_"), value);
        }
        let log = self.log;
        let refused: Vec<String> = log.refused.iter().map(ToString::to_string).collect();
        Ok(json!({
            "records": log.records.len(),
            "gave_up": log.records.iter().filter(|record| !record.is_done()).count(),
            "refused_lines": log.refused_lines,
            "refused": refused,
            "warnings": self.warnings,
            "policies": policies,
            "frontier": self.fit.frontier.iter().map(|(polls, delay)| json!({"polls": polls, "delay": delay})).collect::<Vec<_>>(),
        }))
    }
}

/// Returns which policy to take and why, in sentences.
fn advice(fit: &Fit) -> String {
    let Fit { present, constant, best, .. } = fit;
    // Delay times the polls after the first hardly changes, so policies of more polls and of fewer can be compared.
    let lost = |fitted: &Fitted| fitted.cost.delay * (fitted.cost.polls - 1.0).max(0.1);
    let says = |fitted: &Fitted| format!("{:.2} polls and a mean delay of {}", fitted.cost.polls, show(fitted.cost.delay));
    if lost(present) <= SOONER * lost(best) {
        return format!("Keep the present policy: with {}, nothing that was fitted is much sooner.", says(present));
    }
    let why = if best.policy == constant.policy {
        " It is the constant interval: no other waits that were tried are sooner."
    } else {
        ""
    };
    format!("Take the fitted policy: {}, and the present policy takes {}.{why}", says(best), says(present))
}

/// Returns the first and the last time at which a share of the operations may have been done, by the log alone.
fn told(records: &[Record], share: f64) -> (f64, f64) {
    let place = ((records.len() as f64 * share).ceil() as usize).clamp(1, records.len().max(1)) - 1;
    let nth = |of: fn(&Record) -> f64| {
        let mut times: Vec<f64> = records.iter().map(of).collect();
        times.sort_by(f64::total_cmp);
        times.get(place).copied().unwrap_or(0.0)
    };
    (nth(Record::after), nth(Record::by))
}
