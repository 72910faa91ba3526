//! The picture of a policy: the windows of its polls, one poller, and all of them.

use core::fmt::{self, Display, Formatter, Write};
use std::collections::BTreeSet;

use asyncpoll_fit::drawing::{Axis, Color, Drawing, Fill, Form, Stroke, Text};
use simulation::preview::{GLIMPSE, is_endless};

use super::{
    Scene,
    event::{Event, Kind},
    play::{Heard, Life},
};
use crate::{
    question::Question,
    words::{count, escaped, time},
};

/// From this many pollers on, their polls are counted: ticks would cover each other.
const MOST_ROWS: usize = 200;

/// How wide a column of counted polls is.
const COLUMN: f64 = 3.0;

/// The room that the name of an event takes.
const NAME: f64 = 110.0;

/// Where things are, from the top.
struct Places {
    /// The names of rows: beside them, or above them if the picture is compact.
    names: Option<f64>,
    windows: f64,
    one: f64,
    all: f64,
    foot: f64,
    height: f64,
}

const WIDE: Places = Places { names: Some(96.0), windows: 56.0, one: 112.0, all: 146.0, foot: 306.0, height: 334.0 };
const COMPACT: Places = Places { names: None, windows: 46.0, one: 92.0, all: 122.0, foot: 182.0, height: 208.0 };

/// How high a window is.
const WINDOW: f64 = 18.0;

pub(super) struct Picture<'a> {
    scene: &'a Scene,
    axis: Axis,
    drawing: Drawing,
    places: &'static Places,
}

impl Scene {
    /// Returns the axis of time: to the deadline, or to the last poll.
    pub(super) fn axis(&self, question: &Question) -> Axis {
        let last = |life: &Life| life.polls.last().map_or(0.0, |poll| poll.at.as_secs_f64());
        let scheduled = self.schedule.last().map_or(0.0, |poll| poll.latest.as_secs_f64());
        let end = match self.policy.max_wait() {
            Some(max_wait) => max_wait.as_secs_f64(),
            None if is_endless(&self.policy) => {
                let glimpse = |life: &Life| {
                    life.polls.get(GLIMPSE).or_else(|| life.polls.last()).map_or(0.0, |poll| poll.at.as_secs_f64())
                };
                self.lives.iter().map(glimpse).fold(scheduled, f64::max)
            }
            None => self.lives.iter().map(last).fold(scheduled, f64::max) * 1.03,
        };
        let end = self.events.iter().map(|event| event.at.as_secs_f64() * 1.03).fold(end, f64::max).max(1e-9);
        let places = if question.is_compact() { &COMPACT } else { &WIDE };
        let across = places.names.unwrap_or(10.0)..question.width() - 24.0;
        let knee = self.policy.waits().next().unwrap_or_else(|| self.policy.initial_wait()).as_secs_f64();
        if self.is_logarithmic { Axis::stretched(knee, end, across) } else { Axis::linear(0.0..end, across) }.of_times()
    }
}

impl<'a> Picture<'a> {
    pub(super) fn new(scene: &'a Scene, question: &Question) -> Self {
        let places = if question.is_compact() { &COMPACT } else { &WIDE };
        let axis = scene.axis(question);
        let drawing = Drawing::new(
            question.width(),
            places.height,
            "When a policy polls",
            "The windows of its polls, the polls of one poller, and those of many, over time",
        );
        let mut picture = Self { scene, axis, drawing, places };
        picture.drawing.axis_below(&axis, places.foot, Some(places.windows - 14.0));
        picture.windows();
        picture.one();
        if scene.lives.len() > MOST_ROWS {
            picture.counted();
        } else {
            picture.all();
        }
        picture.events();
        picture
    }

    fn name(&mut self, name: &str, y: f64, above: f64) {
        match self.places.names {
            Some(right) => self.drawing.text(Text::new(name).bold().end(), (right - 12.0, y)),
            None => self.drawing.text(Text::new(name).small().bold().halo(), (self.axis.start(), above)),
        }
    }

    fn windows(&mut self) {
        let (top, foot) = (self.places.windows, self.places.windows + WINDOW);
        self.name("windows", top + 14.0, top - 18.0);
        let mut free = f64::NEG_INFINITY;
        for poll in &self.scene.schedule {
            let [from, mean, to] = [poll.earliest, poll.nominal, poll.latest].map(|time| self.axis.at(time.as_secs_f64()));
            self.drawing.rectangle(Fill::Soft(Color::Blue), (from, top), (to.max(from + 1.5).min(self.axis.end()), foot));
            self.drawing.line(Stroke::new(Color::Blue).wide(), &[(mean, top), (mean, foot)]);
            let number = poll.number.to_string();
            let text = Text::new(&number).small().color(Color::Muted).middle();
            if mean - text.width() / 2.0 > free && mean + text.width() / 2.0 < self.drawing.width() {
                self.drawing.text(text, (mean, top - 5.0));
                free = mean + text.width() / 2.0 + 2.0;
            }
        }
    }

    fn one(&mut self) {
        let y = self.places.one;
        self.name("one poller", y + 4.0, y - 12.0);
        let mut last = f64::NEG_INFINITY;
        for poll in &self.scene.lives[0].polls {
            let x = self.axis.at(poll.at.as_secs_f64());
            let is_pending = poll.heard == Heard::Pending;
            // Of pending polls in the same pixel, one is enough.
            if (is_pending && x - last < 1.0) || poll.at.as_secs_f64() > self.end() {
                continue;
            }
            last = x;
            match poll.heard {
                Heard::Pending => self.drawing.form(Form::Circle, Color::Blue, (x, y)),
                Heard::Told(_) => self.drawing.form(Form::Triangle, Color::Orange, (x, y)),
                Heard::Done => self.drawing.form(Form::Diamond, Color::Green, (x, y)),
            }
        }
    }

    /// Draws a tick for each poll, in a row for each poller.
    fn all(&mut self) {
        let (top, foot) = (self.places.all, self.places.foot - 6.0);
        self.name_of_all();
        let row = (foot - top) / self.scene.lives.len() as f64;
        let high = row.clamp(2.4, 8.0);
        // Ticks that would be in the same pixel are drawn once.
        let mut drawn = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
        for (number, life) in self.scene.lives.iter().enumerate() {
            let y = top + row * number as f64;
            for poll in life.polls.iter().filter(|poll| poll.at.as_secs_f64() <= self.end()) {
                let x = self.axis.at(poll.at.as_secs_f64());
                drawn[kind(poll.heard)].insert((x.round() as i32, y.round() as i32));
            }
        }
        let strokes = [Stroke::new(Color::Blue), Stroke::new(Color::Orange).wide(), Stroke::new(Color::Green).wide()];
        // In grey, they are told apart by their form: upright, lying and slanting.
        let reaches = [(0.0, high), (6.0, 0.0), (-3.0, high)];
        for ((drawn, stroke), reach) in drawn.iter().zip(strokes).zip(reaches) {
            let places: Vec<(f64, f64)> = drawn.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).collect();
            self.drawing.ticks(stroke, &places, reach);
        }
    }

    /// Draws how many polls there are in each column.
    fn counted(&mut self) {
        let (top, foot) = (self.places.all + 12.0, self.places.foot);
        self.name_of_all();
        let columns = ((self.axis.end() - self.axis.start()) / COLUMN).ceil() as usize;
        let mut counts = vec![[0_u32; 3]; columns + 1];
        for poll in self.scene.lives.iter().flat_map(|life| &life.polls).filter(|poll| poll.at.as_secs_f64() <= self.end()) {
            let column = (self.axis.at(poll.at.as_secs_f64()) - self.axis.start()) / COLUMN;
            counts[(column as usize).min(columns)][kind(poll.heard)] += 1;
        }
        let most = counts.iter().map(|column| column.iter().sum()).max().unwrap_or(1_u32).max(1);
        let height = |polls: u32| foot - (foot - top) * f64::from(polls) / f64::from(most);
        let fills = [Fill::Solid(Color::Green), Fill::Hatched(Color::Orange), Fill::Soft(Color::Blue)];
        // The highest is drawn first, and what is below it over it.
        for (kinds, fill) in [[0, 1, 2].as_slice(), &[1, 2], &[2]].into_iter().zip(fills.into_iter().rev()) {
            let mut places = Vec::new();
            for (number, column) in counts.iter().enumerate() {
                let y = height(kinds.iter().map(|&kind: &usize| column[kind]).sum());
                let x = |column: usize| (self.axis.start() + COLUMN * column as f64).min(self.axis.end());
                places.extend([(x(number), y), (x(number + 1), y)]);
            }
            self.drawing.area(fill, &places, foot);
        }
        let busiest = format!("{} polls in the busiest column", count(u64::from(most)));
        self.drawing.text(Text::new(&busiest).small().color(Color::Muted).halo(), (self.axis.start() + 4.0, top - 4.0));
    }

    fn name_of_all(&mut self) {
        let (top, foot) = (self.places.all, self.places.foot);
        let name = format!("{} pollers", count(self.scene.lives.len() as u64));
        self.name(&name, f64::midpoint(top, foot), top - 6.0);
    }

    fn events(&mut self) {
        for event in &self.scene.events {
            let x = self.axis.at(event.at.as_secs_f64());
            let color = color(event.kind);
            self.drawing.line(Stroke::new(color).wide().dashed(), &[(x, 6.0), (x, self.places.foot)]);
            let name = event.name();
            let text = Text::new(&name).bold().halo().color(color);
            if x > self.drawing.width() - NAME {
                self.drawing.text(text.end(), (x - 6.0, 16.0));
            } else {
                self.drawing.text(text, (x + 6.0, 16.0));
            }
        }
    }

    /// Writes a slider over each event, for pointer and keys, as HTML.
    pub(super) fn sliders(&self) -> String {
        let mut html = String::new();
        let end = self.end();
        for (number, event) in self.scene.events.iter().enumerate() {
            let at = event.at.as_secs_f64();
            let (x, says) = (self.axis.at(at), says(*event));
            let _ = write!(
                html,
                "<div role=\"slider\" tabindex=\"0\" data-event=\"{number}\" style=\"left:{x:.1}px\" aria-label=\"{}\" aria-valuemin=\"0\" \
                 aria-valuemax=\"{end}\" aria-valuenow=\"{at}\" aria-valuetext=\"{}\"></div>",
                escaped(&event.name()),
                escaped(&says)
            );
        }
        html
    }

    /// Returns the last time that is in the picture.
    fn end(&self) -> f64 {
        self.axis.value(self.axis.end()) * (1.0 + 1e-9)
    }
}

impl Display for Picture<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.drawing.fmt(f)
    }
}

/// Returns which of three kinds a poll is: pending, told something, or done.
const fn kind(heard: Heard) -> usize {
    match heard {
        Heard::Pending => 0,
        Heard::Told(_) => 1,
        Heard::Done => 2,
    }
}

const fn color(kind: Kind) -> Color {
    match kind {
        Kind::Done => Color::Green,
        Kind::Refusal(_) | Kind::Hint(_) | Kind::Error => Color::Orange,
    }
}

fn says(event: Event) -> String {
    format!("{} at {}", event.name(), time(event.at.as_secs_f64()))
}
