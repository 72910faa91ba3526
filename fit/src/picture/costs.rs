//! The lower chart: what each policy costs, and what policies fitted to other numbers of polls do.

use super::{Frame, LOOKS};
use crate::{
    Fitted, Report,
    drawing::{Axis, Color, Drawing, Key, Place, Stroke, Text},
    seconds::show,
};

/// From the top of the chart to that of the axis, and how high that is.
const TOP: f64 = 66.0;
const HEIGHT: f64 = 210.0;
const BELOW: f64 = 52.0;

/// How far names are from the forms that they name, from left to right and upwards, and how far from each other.
const BESIDE: f64 = 30.0;
const ABOVE: f64 = 16.0;
const NAME: f64 = 19.0;

/// How near a name may be to the frame.
const MARGIN: f64 = 12.0;

/// How far an axis goes beyond the values on it: of polls, and of delays, above which names need room.
const ROOM_ACROSS: f64 = 1.08;
const ROOM_UP: f64 = 1.6;

/// The least delay that is told from none, in seconds.
const LEAST_DELAY: f64 = 1e-9;

pub(super) struct Chart<'a> {
    report: &'a Report<'a>,
    frame: Frame,
    top: f64,
    polls: Axis,
    delays: Axis,
}

impl<'a> Chart<'a> {
    pub(super) fn new(report: &'a Report<'a>, frame: &Frame, top: f64) -> Self {
        let policies = report.policies().map(|(_, fitted)| (fitted.cost.polls, fitted.cost.delay));
        let points = || policies.iter().chain(&report.fit.frontier);
        let axis = |values: &mut dyn Iterator<Item = f64>, room: f64, places| {
            let (low, high) = values.fold((f64::MAX, LEAST_DELAY), |(low, high), value| (value.min(low), value.max(high)));
            Axis::logarithmic(low.max(LEAST_DELAY).min(high) / room..high * room, places)
        };
        let polls = axis(&mut points().map(|point| point.0), ROOM_ACROSS, frame.left..frame.right);
        let delays = axis(&mut points().map(|point| point.1), ROOM_UP, top + TOP + HEIGHT..top + TOP).of_times();
        Self { report, frame: *frame, top, polls, delays }
    }

    /// Returns where the chart ends.
    pub(super) fn foot(&self) -> f64 {
        self.delays.start() + BELOW
    }

    fn at(&self, (polls, delay): (f64, f64)) -> Place {
        (self.polls.at(polls), self.delays.at(delay))
    }

    pub(super) fn draw(&self, drawing: &mut Drawing) {
        let Frame { margin, left, right, is_narrow, .. } = self.frame;
        let title = if is_narrow { "What that costs" } else { "What that costs, and what other numbers of polls would" };
        drawing.text(Text::new(title).title(), (margin, self.top + 18.0));
        let other = Stroke::new(Color::Ink).dashed();
        drawing.legend(&[(Key::Line(other), "fitted to other numbers of polls")], (margin, self.top + 40.0), right);
        drawing.axis_below(&self.polls, self.delays.start(), Some(self.delays.end()));
        drawing.axis_left(&self.delays, left, Some(right));
        let muted = |words| Text::new(words).small().color(Color::Muted);
        drawing.text(muted("delay").end(), (left - 9.0, self.delays.end() - 6.0));
        drawing.text(muted("polls of an operation (mean, logarithmic)").end(), (right, self.delays.start() + 38.0));

        let frontier: Vec<Place> = self.report.fit.frontier.iter().map(|&point| self.at(point)).collect();
        if frontier.len() > 1 {
            drawing.line(other, &frontier);
        }
        self.policies(drawing);
    }

    /// Draws the form of each policy, and its name beside it.
    fn policies(&self, drawing: &mut Drawing) {
        let places = self.report.policies().map(|(_, Fitted { cost, .. })| self.at((cost.polls, cost.delay)));
        let words = self.report.policies().map(|(name, fitted)| format!("{name}, {}", show(fitted.cost.delay)));
        let names = self.names(&places, &words.each_ref().map(|words| Text::new(words).halo()));
        for (&place, name) in places.iter().zip(&names) {
            drawing.line(Stroke::new(Color::Muted), &[place, name.leader]);
        }
        for ((&place, name), (form, color)) in places.iter().zip(&names).zip(LOOKS) {
            drawing.text(name.text, name.place);
            drawing.form(form, color, place);
        }
    }

    /// Finds a place for each name: above the dashed line on the right of its form, or below it on the left if there is no room.
    fn names<'t>(&self, places: &[Place; 3], texts: &[Text<'t>; 3]) -> Vec<Name<'t>> {
        let room = self.frame.width - 2.0 * MARGIN;
        let is_right = [0, 1, 2].map(|index| {
            let (x, reach) = (places[index].0 - MARGIN, BESIDE + texts[index].width());
            x + reach <= room || x < reach && x < room / 2.0
        });
        let down = |index: usize| if is_right[index] { -1.0 } else { 1.0 };
        // Those nearest to the dashed line come first, and are nearest to their forms.
        let mut order = [0, 1, 2];
        order.sort_by(|&one, &other| (down(one) * places[one].1).total_cmp(&(down(other) * places[other].1)));
        let mut heights = [f64::NAN; 3];
        for index in order {
            let wanted = places[index].1 + down(index) * ABOVE;
            let taken = (0..3).filter(|&other| is_right[other] == is_right[index]).map(|other| heights[other]);
            heights[index] = taken.filter(|height| !height.is_nan()).fold(wanted, |height, taken| {
                if is_right[index] { height.min(taken - NAME) } else { height.max(taken + NAME) }
            });
        }
        for side in [true, false] {
            // All names of a side move into the chart if the last is outside.
            let on_side = || (0..3).filter(move |&index| is_right[index] == side);
            let lowest = on_side().map(|index| heights[index]).fold(f64::MIN, f64::max);
            let highest = on_side().map(|index| heights[index]).fold(f64::MAX, f64::min);
            let into = (self.delays.start() - 10.0 - lowest).min(0.0) + (self.delays.end() + 6.0 - highest).max(0.0);
            on_side().for_each(|index| heights[index] += into);
        }
        (0..3)
            .map(|index| {
                let (height, text) = (heights[index], texts[index]);
                // A name that is wider than the room on either side moves over its form.
                let beside = places[index].0 - down(index) * BESIDE;
                let beside = if is_right[index] {
                    beside.min(self.frame.width - MARGIN - text.width())
                } else {
                    beside.max(MARGIN + text.width())
                };
                let text = if is_right[index] { text } else { text.end() };
                Name { text, place: (beside - down(index) * 4.0, height + 4.0), leader: (beside, height) }
            })
            .collect()
    }
}

/// A name, and where the line from its form ends.
struct Name<'t> {
    text: Text<'t>,
    place: Place,
    leader: Place,
}
