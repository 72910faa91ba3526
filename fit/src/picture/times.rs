//! The upper chart: when operations are done, and when each policy polls.

use super::{Frame, LOOKS, hills::hills};
use crate::{
    Fitted, Record, Report,
    drawing::{Axis, Color, Drawing, Fill, Key, Place, Stroke, Text},
    players::Players,
    seconds::show,
};

/// From the top of the chart to that of the highest hill, the same below words in three lines, and how high that
/// is.
const TOP: f64 = 104.0;
const TOP_IF_NARROW: f64 = 132.0;
const HEIGHT: f64 = 150.0;

/// From the foot of the hills to the first row, and the height of a row, with its name beside it or above it.
const FIRST_ROW: f64 = 26.0;
const ROW: f64 = 26.0;
const ROW_BELOW_NAME: f64 = 40.0;

/// From the last row to the axis, and from there to the end of the chart.
const AXIS: f64 = 18.0;
const BELOW: f64 = 52.0;

/// Half the length of the mark of a poll, and the least distance between two.
const TICK: f64 = 8.0;
const TICK_DISTANCE: f64 = 3.0;

/// The axis is even up to a part of the time by which few are done.
const FEW: f64 = 0.005;
const EVEN: f64 = 0.5;

/// A time is near to another that is so many times as long at most.
const NEAR: f64 = 1.1;

/// The distance of two lines of words.
const LINE: f64 = 17.0;

/// A share below this is not worth a word.
const WORTH_A_WORD: f64 = 0.005;

/// What is drawn, and where.
pub(super) struct Chart<'a> {
    report: &'a Report<'a>,
    frame: Frame,
    top: f64,
    axis: Axis,
    bins: Vec<Bin>,
}

/// A bin of the estimate.
struct Bin {
    from: f64,
    to: f64,
    /// The share of the operations that are done in it, for each pixel from left to right.
    density: f64,
    /// Whether a poll of the log fell into it or near to it.
    is_polled: bool,
}

impl<'a> Chart<'a> {
    pub(super) fn new(report: &'a Report<'a>, frame: &Frame, top: f64) -> Self {
        let times = report.times;
        let last = times.edges().last().copied().unwrap_or(1.0);
        let knee = (times.quantile(FEW) * EVEN).clamp(last * 1e-9, last / 2.0);
        let left = if frame.is_narrow { frame.margin + 8.0 } else { frame.left };
        let axis = Axis::stretched(knee, last, left..frame.right).of_times();
        let polled = polled(&report.log.records);
        let bins = times.edges().windows(2).map(|bin| {
            let (from, to) = (bin[0], bin[1]);
            let density = (times.done_by(to) - times.done_by(from)) / (axis.at(to) - axis.at(from));
            let next = polled.partition_point(|&poll| poll < from / NEAR);
            Bin { from, to, density, is_polled: polled.get(next).is_some_and(|&poll| poll <= to * NEAR) }
        });
        let bins = bins.collect();
        Self { report, frame: *frame, top, axis, bins }
    }

    fn foot_of_hills(&self) -> f64 {
        self.top + if self.frame.is_narrow { TOP_IF_NARROW } else { TOP } + HEIGHT
    }

    fn row(&self, row: usize) -> f64 {
        if self.frame.is_narrow {
            return self.foot_of_hills() + FIRST_ROW + 16.0 + ROW_BELOW_NAME * row as f64;
        }
        self.foot_of_hills() + FIRST_ROW + ROW * row as f64
    }

    fn foot_of_rows(&self) -> f64 {
        self.row(LOOKS.len() - 1) + AXIS
    }

    /// Returns where the next chart begins.
    pub(super) fn foot(&self) -> f64 {
        self.foot_of_rows() + BELOW
    }

    pub(super) fn draw(&self, drawing: &mut Drawing) {
        let Frame { margin, right, .. } = self.frame;
        let title =
            if self.frame.is_narrow { "Operations and polls" } else { "When operations are done, and when each policy polls" };
        drawing.text(Text::new(title).title(), (margin, self.top + 30.0));
        let (hill, guess) = (Fill::Soft(Color::Blue), Fill::Hatched(Color::Blue));
        let mut keys = vec![(Key::Area(hill), "done then"), (Key::Area(guess), "no poll of the log fell there: a guess")];
        if self.bins.iter().all(|bin| bin.is_polled || bin.density == 0.0) {
            keys.pop();
        }
        drawing.legend(&keys, (margin, self.top + 52.0), right);
        drawing.axis_below(&self.axis, self.foot_of_rows(), Some(self.foot_of_hills() - HEIGHT));
        self.hills(drawing);
        self.outside(drawing);
        self.rows(drawing);
        let name = if self.frame.is_narrow { "time (logarithmic)" } else { "time since the start (logarithmic)" };
        let name = format!("{name}, the first poll at 0");
        drawing.text(Text::new(&name).small().color(Color::Muted).end(), (right, self.foot_of_rows() + 38.0));
    }

    fn hills(&self, drawing: &mut Drawing) {
        let foot = self.foot_of_hills();
        let densities: Vec<f64> = self.bins.iter().map(|bin| bin.density).collect();
        let most = densities.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let height = |density: f64| foot - density / most * HEIGHT;
        // At an edge, the outline is the mean of the bins on either side.
        let edge = |index: usize| -> Place {
            let (before, after) = (index.checked_sub(1).map(|bin| &self.bins[bin]), self.bins.get(index));
            let densities = || [before, after].into_iter().flatten().map(|bin| bin.density);
            let density = densities().sum::<f64>() / densities().count().max(1) as f64;
            (self.axis.at(after.map_or_else(|| before.map_or(0.0, |bin| bin.to), |bin| bin.from)), height(density))
        };
        let mut start = 0;
        for run in self.bins.chunk_by(|one, other| one.is_polled == other.is_polled) {
            let end = start + run.len();
            let outline: Vec<Place> = (start..=end).map(edge).collect();
            let fill = if run[0].is_polled { Fill::Soft(Color::Blue) } else { Fill::Hatched(Color::Blue) };
            drawing.area(fill, &outline, foot);
            start = end;
        }
        let outline: Vec<Place> = (0..=self.bins.len()).map(edge).collect();
        drawing.line(Stroke::new(Color::Blue), &outline);
        drawing.line(Stroke::new(Color::Muted), &[(self.axis.start(), foot), (self.axis.end(), foot)]);

        let mut above: Vec<(f64, f64, f64)> = Vec::new();
        for hill in hills(&densities) {
            let times = self.report.times;
            let share = times.done_by(self.bins[hill.end - 1].to) - times.done_by(self.bins[hill.start].from);
            let Some(top) = self.bins[hill].iter().max_by(|one, other| one.density.total_cmp(&other.density)) else { continue };
            let middle = top.from.midpoint(top.to);
            let words = format!("{:.0} % near {}", share * 100.0, show(two_digits(middle)));
            let text = Text::new(&words).bold().middle().halo();
            let half = text.width() / 2.0;
            let x = self.axis.at(middle).clamp(self.axis.start() + half, self.frame.width - 8.0 - half);
            let mut y = height(top.density) - 10.0;
            // Words stand above those that would touch them.
            while above.iter().any(|&(from, to, other)| x - half < to && x + half > from && (y - other).abs() < LINE) {
                y -= LINE;
            }
            drawing.text(text, (x, y));
            above.push((x - half - 6.0, x + half + 6.0, y));
        }
    }

    /// Says which operations are in no hill.
    fn outside(&self, drawing: &mut Drawing) {
        let times = self.report.times;
        let last = times.edges().last().copied().unwrap_or(0.0);
        let (at_once, never) = (times.at_once(), times.pending_at(last));
        let mut words = Vec::new();
        if at_once >= WORTH_A_WORD {
            words.push(format!("{:.0} % when first polled", at_once * 100.0));
        }
        if never >= WORTH_A_WORD {
            words.push(format!("{:.0} % not by {}", never * 100.0, show(last)));
        }
        let words = words.join(", ");
        let text = Text::new(&words).small().color(Color::Muted);
        if self.frame.is_narrow {
            drawing.text(text, (self.frame.margin, self.top + 88.0));
        } else {
            drawing.text(text.end(), (self.frame.right, self.top + 30.0));
        }
    }

    fn rows(&self, drawing: &mut Drawing) {
        for (row, (name, Fitted { policy, .. })) in self.report.policies().into_iter().enumerate() {
            let (y, (form, color)) = (self.row(row), LOOKS[row]);
            if self.frame.is_narrow {
                drawing.text(Text::new(name), (self.frame.margin, y - 14.0));
            } else {
                drawing.text(Text::new(name).end(), (self.frame.left - 16.0, y + 4.0));
            }
            for poll in self.polls(policy) {
                drawing.line(Stroke::new(color).wide(), &[(poll, y - TICK), (poll, y + TICK)]);
            }
            drawing.form(form, color, (self.axis.start(), y));
        }
    }

    /// Returns the places of the polls after the first, if every wait is in the middle of its window. Where marks would touch each
    /// other, there are fewer.
    fn polls(&self, policy: &asyncpoll::Policy) -> Vec<f64> {
        let (axis, mut places) = (self.axis, Vec::new());
        let mut free = axis.start() + TICK;
        let mut put = |poll: f64| {
            if axis.at(poll) >= free {
                places.push(axis.at(poll));
                free = axis.at(poll) + TICK_DISTANCE;
            }
            free
        };
        Players::new(1).play(policy, |polls, rest| {
            let mut free = 0.0;
            for &poll in polls {
                free = put(poll);
            }
            if let Some(rest) = rest {
                let mut poll = rest.from + rest.wait;
                while poll < rest.to && free < axis.end() {
                    // The next that there is room for.
                    poll = poll.max(axis.value(free));
                    free = put(poll);
                    poll += rest.wait;
                }
            }
        });
        places
    }
}

/// Returns the times of the polls that the records tell of, in ascending order.
fn polled(records: &[Record]) -> Vec<f64> {
    let polls = records.iter().flat_map(|record| [record.after(), record.by()]);
    let mut polls: Vec<f64> = polls.filter(|poll| poll.is_finite() && *poll > 0.0).collect();
    polls.sort_by(f64::total_cmp);
    polls
}

/// Returns the nearest number of two digits.
fn two_digits(value: f64) -> f64 {
    let unit = 10_f64.powf(value.log10().floor() - 1.0);
    (value / unit).round() * unit
}
