//! The picture: when operations complete, when each policy polls, and what that costs.

use core::{fmt::Write, ops::Range};

use crate::{Fitted, Report, players::Players, seconds::show};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 666.0;

/// Where both charts begin and end, from left to right.
const LEFT: f64 = 140.0;
const RIGHT: f64 = 830.0;

/// Where the logarithmic axis of times begins; the first poll, at zero, is on its left.
const AFTER_ZERO: f64 = 164.0;

/// The least distance between two ticks.
const TICK_DISTANCE: f64 = 2.5;

/// The lowest hill, as a part of the highest, and the highest valley, as a part of the lower of the hills beside it.
const HILL: f64 = 0.05;
const VALLEY: f64 = 0.7;

/// The chart of times: its top, its foot, and the rows of polls below it.
const DENSITY_TOP: f64 = 56.0;
const DENSITY_FOOT: f64 = 216.0;
const FIRST_ROW: f64 = 238.0;
const ROW: f64 = 24.0;
const TIME_AXIS: f64 = 298.0;

/// The chart of costs.
const COST_TOP: f64 = 396.0;
const COST_FOOT: f64 = 606.0;

/// The least distance between two names.
const NAME_DISTANCE: f64 = 16.0;

/// The room that names take.
const NAMES: f64 = 230.0;

/// The most marks on an axis.
const MOST_MARKS: usize = 9;

/// Round lengths of time, in seconds, that an axis is marked with.
const ROUND_TIMES: [f64; 31] = [
    1e-9,
    1e-8,
    1e-7,
    1e-6,
    1e-5,
    1e-4,
    1e-3,
    5e-3,
    0.01,
    0.05,
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    60.0,
    120.0,
    300.0,
    600.0,
    1_200.0,
    3_600.0,
    7_200.0,
    18_000.0,
    36_000.0,
    86_400.0,
    259_200.0,
    864_000.0,
    2_592_000.0,
];

/// Colours stand in the rules, and once more for the dark: some programs that draw SVG know no variables of CSS.
const STYLE: &str = "\
svg { font-family: system-ui, sans-serif; font-size: 13px; }
.ground { fill: #ffffff; }
text { fill: #1b1f24; }
.title { font-weight: 600; }
.name { paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
.mark { fill: #626b75; }
.axis, .leader { stroke: #8a939c; }
.area { fill: #d5dde6; stroke: #8a939c; }
.frontier { fill: none; stroke: #1b1f24; stroke-dasharray: 5 4; }
.p0 { stroke: #6b7280; fill: #6b7280; }
.p1 { stroke: #b45309; fill: #b45309; }
.p2 { stroke: #047857; fill: #047857; }
.tick { stroke-width: 2; }
@media (prefers-color-scheme: dark) {
  .ground { fill: #14181d; }
  text { fill: #e6e9ed; }
  .name { stroke: #14181d; }
  .mark { fill: #9aa3ad; }
  .axis, .leader { stroke: #7d8793; }
  .area { fill: #343d48; stroke: #7d8793; }
  .frontier { stroke: #e6e9ed; }
  .p0 { stroke: #a3abb5; fill: #a3abb5; }
  .p1 { stroke: #f0a04b; fill: #f0a04b; }
  .p2 { stroke: #4cc79a; fill: #4cc79a; }
}
";

/// Draws a report as SVG, which reads in light and dark.
///
/// Above is when operations complete, by the logarithm of the time, and below it a row for each policy, with a mark at each poll.
/// Below that is what each policy costs, and what policies fitted to other numbers of polls do. Each policy has a form of its own besides its colour.
pub fn picture(report: &Report<'_>) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\">\n<title>A policy fitted to a log</title>\n\
         <desc>When operations complete, when policies poll, and what that costs</desc>\n<style>\n{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n"
    );
    times(&mut svg, report);
    costs(&mut svg, report);
    svg.push_str("</svg>\n");
    svg
}

/// A logarithmic axis from left to right, or upwards.
#[derive(Clone, Copy)]
struct Axis {
    low: f64,
    high: f64,
    /// Where `low` and `high` are.
    from: f64,
    to: f64,
}

impl Axis {
    fn at(self, value: f64) -> f64 {
        let part = (value.clamp(self.low, self.high) / self.low).ln() / (self.high / self.low).ln();
        self.from + part * (self.to - self.from)
    }

    /// Returns the value at a place.
    fn value(self, at: f64) -> f64 {
        self.low * (self.high / self.low).powf((at - self.from) / (self.to - self.from))
    }

    /// Returns those of the values that are on the axis, or every second of them, and so on, if they are many.
    fn marks(self, values: &[f64]) -> Vec<f64> {
        let inside: Vec<f64> = values.iter().copied().filter(|value| (self.low..=self.high).contains(value)).collect();
        inside.iter().copied().step_by(inside.len().div_ceil(MOST_MARKS).max(1)).collect()
    }
}

fn text(svg: &mut String, class: &str, anchor: &str, x: f64, y: f64, words: &str) {
    let _ = writeln!(svg, "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>");
}

fn line(svg: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(svg, "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>");
}

fn times(svg: &mut String, report: &Report<'_>) {
    let times = report.times;
    let last = times.edges().last().copied().unwrap_or(1.0);
    let axis = Axis { low: (times.quantile(0.005) / 2.0).min(last / 2.0), high: last, from: AFTER_ZERO, to: RIGHT };
    text(svg, "title", "start", 16.0, 28.0, "When operations complete, and when each policy polls");

    let bins: Vec<(f64, f64, f64)> = times
        .edges()
        .windows(2)
        .filter(|bin| bin[1] > axis.low)
        .map(|bin| (bin[0].max(axis.low), bin[1], (times.done_by(bin[1]) - times.done_by(bin[0])) / (bin[1] / bin[0]).ln()))
        .collect();
    let most = bins.iter().map(|&(_, _, density)| density).fold(1e-300, f64::max);
    let height = |density: f64| DENSITY_FOOT - density / most * (DENSITY_FOOT - DENSITY_TOP);
    let mut path = format!("M{AFTER_ZERO:.1} {DENSITY_FOOT:.1}");
    for &(from, to, density) in &bins {
        let y = height(density);
        let _ = write!(path, "L{:.1} {y:.1}L{:.1} {y:.1}", axis.at(from), axis.at(to));
    }
    let _ = writeln!(svg, "<path class=\"area\" d=\"{path}L{RIGHT:.1} {DENSITY_FOOT:.1}Z\"/>");
    let hills = hills(&bins.iter().map(|bin| bin.2).collect::<Vec<_>>());
    if hills.len() > 1 {
        for hill in hills {
            let share = times.done_by(bins[hill.end - 1].1) - times.done_by(bins[hill.start].0);
            let top = bins[hill].iter().max_by(|one, other| one.2.total_cmp(&other.2));
            if let Some(&(from, _, density)) = top {
                text(svg, "mark", "middle", axis.at(from), height(density) - 6.0, &format!("{:.0} %", share * 100.0));
            }
        }
    }
    text(svg, "mark", "end", LEFT - 10.0, DENSITY_TOP + 70.0, "operations");
    text(svg, "mark", "end", LEFT - 10.0, DENSITY_TOP + 86.0, "done then");

    for (row, (name, Fitted { policy, .. })) in report.policies().into_iter().enumerate() {
        let y = FIRST_ROW + ROW * row as f64;
        text(svg, "", "end", LEFT - 30.0, y + 4.0, name);
        form(svg, row, LEFT - 18.0, y);
        // The first poll is made at once, which has no logarithm.
        let mut tick = |x: f64| line(svg, &format!("p{row} tick"), (x, y - 8.0), (x, y + 8.0));
        tick(LEFT);
        // One player makes every wait in the middle of its window.
        Players::new(1).play(policy, |polls, rest| {
            let mut free = AFTER_ZERO;
            for &poll in polls.iter().filter(|&&poll| poll >= axis.low) {
                if axis.at(poll) >= free {
                    tick(axis.at(poll));
                    free = axis.at(poll) + TICK_DISTANCE;
                }
            }
            if let Some(rest) = rest {
                // Of what is denser than ticks can be, no more is drawn.
                let mut poll = rest.from + rest.wait;
                while poll < rest.to && free < RIGHT {
                    poll = poll.max(axis.value(free));
                    tick(axis.at(poll));
                    free = axis.at(poll) + TICK_DISTANCE;
                    poll += rest.wait;
                }
            }
        });
    }

    line(svg, "axis", (AFTER_ZERO, TIME_AXIS + 8.0), (RIGHT, TIME_AXIS + 8.0));
    text(svg, "mark", "middle", LEFT, TIME_AXIS + 27.0, "0");
    for mark in axis.marks(&ROUND_TIMES) {
        line(svg, "axis", (axis.at(mark), TIME_AXIS + 8.0), (axis.at(mark), TIME_AXIS + 13.0));
        text(svg, "mark", "middle", axis.at(mark), TIME_AXIS + 27.0, &show(mark));
    }
    text(svg, "mark", "end", RIGHT, TIME_AXIS + 45.0, "time since the start (logarithmic)");
}

fn costs(svg: &mut String, report: &Report<'_>) {
    text(svg, "title", "start", 16.0, COST_TOP - 28.0, "What it costs, and would cost for other numbers of polls (dashed)");
    let frontier = &report.fit.frontier;
    let points: Vec<(f64, f64)> = report
        .policies()
        .iter()
        .map(|(_, fitted)| (fitted.cost.polls, fitted.cost.delay))
        .chain(frontier.iter().copied())
        .collect();
    let range = |of: fn(&(f64, f64)) -> f64, room: f64| {
        let (low, high) = points.iter().map(of).fold((f64::MAX, 1e-6), |(low, high), value| (value.min(low), value.max(high)));
        (low.max(1e-6).min(high) / room, high * room)
    };
    let (fewest, most) = range(|point| point.0, 1.15);
    let (shortest, longest) = range(|point| point.1, 1.5);
    let across = Axis { low: fewest, high: most, from: LEFT, to: RIGHT };
    let up = Axis { low: shortest, high: longest, from: COST_FOOT, to: COST_TOP };

    line(svg, "axis", (LEFT, COST_FOOT), (RIGHT, COST_FOOT));
    line(svg, "axis", (LEFT, COST_TOP), (LEFT, COST_FOOT));
    for mark in across.marks(&[1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0, 100.0]) {
        line(svg, "axis", (across.at(mark), COST_FOOT), (across.at(mark), COST_FOOT + 5.0));
        text(svg, "mark", "middle", across.at(mark), COST_FOOT + 19.0, &mark.to_string());
    }
    for mark in up.marks(&ROUND_TIMES) {
        line(svg, "axis", (LEFT - 5.0, up.at(mark)), (LEFT, up.at(mark)));
        text(svg, "mark", "end", LEFT - 9.0, up.at(mark) + 4.0, &show(mark));
    }
    text(svg, "mark", "end", RIGHT, COST_FOOT + 37.0, "polls of an operation, mean (logarithmic)");
    text(svg, "mark", "start", 16.0, COST_TOP - 8.0, "delay, mean (logarithmic)");

    if let Some(first) = frontier.first() {
        let mut path = format!("M{:.1} {:.1}", across.at(first.0), up.at(first.1));
        for point in frontier {
            let _ = write!(path, "L{:.1} {:.1}", across.at(point.0), up.at(point.1));
        }
        let _ = writeln!(svg, "<path class=\"frontier\" d=\"{path}\"/>");
    }

    let at = |fitted: &Fitted| (across.at(fitted.cost.polls), up.at(fitted.cost.delay));
    let policies = report.policies();
    let (leftmost, rightmost) =
        policies.iter().map(|(_, fitted)| at(fitted).0).fold((RIGHT, LEFT), |(left, right), x| (left.min(x), right.max(x)));
    // Names stand on the right of all forms, if there is room.
    let (beside, anchor) = if rightmost + NAMES < RIGHT { (rightmost + 26.0, "start") } else { (leftmost - 26.0, "end") };

    // From the bottom up, each name keeps its distance from the one below; the lowest leaves room for the axis.
    let mut order: Vec<usize> = (0..policies.len()).collect();
    order.sort_by(|&one, &other| at(policies[other].1).1.total_cmp(&at(policies[one].1).1));
    let mut above = COST_FOOT - 12.0;
    let names: Vec<(usize, f64)> = order
        .into_iter()
        .map(|row| {
            let y = at(policies[row].1).1.min(above);
            above = y - NAME_DISTANCE;
            (row, y)
        })
        .collect();
    for &(row, y) in &names {
        line(svg, "leader", at(policies[row].1), (beside, y));
    }
    for (row, y) in names {
        let (name, fitted) = policies[row];
        let (x, to) = at(fitted);
        form(svg, row, x, to);
        let outward = if anchor == "start" { 4.0 } else { -4.0 };
        text(svg, "name", anchor, beside + outward, y + 4.0, &format!("{name}, {}", show(fitted.cost.delay)));
    }
}

/// Returns the bins of each hill: two are apart if the valley between them is much lower than either.
fn hills(densities: &[f64]) -> Vec<Range<usize>> {
    let most = |bins: &[f64]| bins.iter().copied().fold(0.0, f64::max);
    let least = HILL * most(densities);
    let mut hills = Vec::new();
    let mut start = 0;
    for bin in 1..densities.len() {
        let valley = densities[bin];
        // From the next valley on, or the end, the rest belongs to the last hill.
        let is_lowest =
            densities[bin + 1..].iter().take_while(|&&density| density < valley / VALLEY).all(|&density| density >= valley);
        if is_lowest && most(&densities[start..bin]).min(most(&densities[bin..])) * VALLEY > valley.max(least * VALLEY) {
            hills.push(start..bin);
            start = bin;
        }
    }
    hills.push(start..densities.len());
    hills
}

/// Draws the form of a policy: a circle, a square or a diamond.
fn form(svg: &mut String, row: usize, x: f64, y: f64) {
    let class = format!("p{row}");
    let _ = match row {
        0 => writeln!(svg, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>"),
        1 => writeln!(svg, "<rect class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" width=\"8\" height=\"8\"/>", x - 4.0, y - 4.0),
        _ => writeln!(svg, "<path class=\"{class}\" d=\"M{x:.1} {:.1}l6 6l-6 6l-6 -6z\"/>", y - 6.0),
    };
}
