//! Ten thousand pollers that are started together: how many poll in each second, by their jitter.

use core::time::Duration;

use asyncpoll::{Jitter, Policy};
use asyncpoll_fit::drawing::{Axis, Color, Drawing, Fill, Stroke, Text, number};
use simulation::{preview::times, tally::per_second};

use crate::{LEFT, MARGIN, RIGHT, WIDTH, steps};

const POLLERS: u32 = 10_000;

/// The top of the first chart, how high each is, and how far the next is below it.
const TOP: f64 = 78.0;
const HEIGHT: f64 = 66.0;
const ROW: f64 = 96.0;

/// The axis of polls is even up to about so many.
const EVEN: f64 = 3.0;

const JITTERS: [(&str, Jitter); 4] = [
    ("no jitter", Jitter::None),
    ("±20 % (default)", Jitter::PlusMinus(20)),
    ("full", Jitter::Full),
    ("decorrelated", Jitter::Decorrelated),
];

pub(crate) fn draw() -> Drawing {
    let foot = TOP + ROW * (JITTERS.len() - 1) as f64 + HEIGHT;
    let deadline = Policy::default().max_wait().unwrap_or_default().as_secs_f64();
    let axis = Axis::linear(0.0..deadline, LEFT..RIGHT).of_times();
    let mut drawing = Drawing::new(
        WIDTH,
        foot + 52.0,
        "Ten thousand pollers that are started together",
        "Polls in each second, on a logarithmic scale. Without jitter, all poll in the same second again and again. With it, they \
         draw apart.",
    );
    drawing.text(Text::new("Ten thousand pollers, started together").title(), (MARGIN, 30.0));
    let words = "polls in each second, on a logarithmic scale; in the first, all poll, whatever the jitter";
    drawing.text(Text::new(words).small().color(Color::Muted), (MARGIN, 53.0));
    drawing.axis_below(&axis, foot, Some(TOP));
    let name = "time since the start";
    drawing.text(Text::new(name).small().color(Color::Muted).end(), (RIGHT, foot + 38.0));
    for (row, (name, jitter)) in JITTERS.into_iter().enumerate() {
        let foot = TOP + ROW * row as f64 + HEIGHT;
        let seconds = seconds(jitter);
        let polls = Axis::stretched(EVEN, f64::from(POLLERS), foot..foot - HEIGHT);
        drawing.axis_left(&polls, LEFT, Some(RIGHT));
        drawing.area(Fill::Soft(Color::Blue), &steps(&seconds, &axis, &polls), foot);
        drawing.line(Stroke::new(Color::Blue), &steps(&seconds, &axis, &polls));
        drawing.line(Stroke::new(Color::Muted), &[(LEFT, foot), (RIGHT, foot)]);
        drawing.text(Text::new(name).bold(), (MARGIN, foot - HEIGHT + 16.0));
        // When they are started, all poll at once.
        let busiest = seconds[1..].iter().copied().max().unwrap_or_default();
        let words = format!("then up to {}", number(f64::from(busiest)));
        drawing.text(Text::new(&words).small().color(Color::Muted), (MARGIN, foot - HEIGHT + 34.0));
    }
    drawing
}

/// Returns how many of the pollers poll in each second.
fn seconds(jitter: Jitter) -> Vec<u32> {
    let policy = Policy::default().to_builder().jitter(jitter).build().expect("the default policy takes any jitter");
    let mut polls: Vec<Duration> = (0..POLLERS).flat_map(|seed| times(policy, u64::from(seed))).collect();
    polls.sort_unstable();
    per_second(&polls)
}
