//! Orders at a server with a limit: the polls in each second, and those that the server refuses, with a fleet and without.

use asyncpoll::fleet::Limits;
use asyncpoll_fit::{
    drawing::{Axis, Color, Drawing, Fill, Key, Place, Stroke, Text, number},
    show_seconds,
};
use simulation::{
    scenario::{Figures, Scenario, Way},
    tally::per_second,
};

use crate::{LEFT, MARGIN, RIGHT, WIDTH, steps};

const ORDERS: usize = 5_000;
const RATE: u32 = 40;

/// The top of the first chart, how high each is, and how far the next is below it.
const TOP: f64 = 84.0;
const HEIGHT: f64 = 104.0;
const ROW: f64 = 136.0;

/// The axis of polls is even up to about so many.
const EVEN: f64 = 20.0;

pub(crate) fn draw() -> Drawing {
    let ways = [("a poller each", Way::Alone), ("a fleet", Way::Fleet(Limits::default()))];
    let played = ways.map(|(name, way)| (name, Scenario::new(ORDERS, RATE).run(way)));
    let end = played.iter().map(|(_, played)| per_second(&played.tally.sent).len()).max().unwrap_or_default();
    let foot = TOP + ROW + HEIGHT;
    let axis = Axis::linear(0.0..end as f64, LEFT..RIGHT).of_times();
    let mut drawing = Drawing::new(
        WIDTH,
        foot + 52.0,
        "Orders at a server with a limit, with a fleet and without",
        "Pollers that know nothing of each other are refused again and again. A fleet finds the pace that the server bears.",
    );
    let title = format!("{} orders at a server that serves {RATE} polls a second", number(ORDERS as f64));
    drawing.text(Text::new(&title).title(), (MARGIN, 30.0));
    let limit = Stroke::new(Color::Ink).dashed();
    let keys = [
        (Key::Area(Fill::Solid(Color::Blue)), "polls a second that are served"),
        (Key::Area(Fill::Hatched(Color::Orange)), "refused, with “Retry-After: 30”"),
        (Key::Line(limit), "the limit"),
    ];
    drawing.legend(&keys, (MARGIN, 53.0), RIGHT);
    drawing.axis_below(&axis, foot, Some(TOP));
    drawing.text(Text::new("time since the orders were placed").small().color(Color::Muted).end(), (RIGHT, foot + 38.0));
    for (row, (name, played)) in played.iter().enumerate() {
        let foot = TOP + ROW * row as f64 + HEIGHT;
        let polls = Axis::stretched(EVEN, ORDERS as f64, foot..foot - HEIGHT);
        let sent = per_second(&played.tally.sent);
        let mut refused = per_second(&played.tally.refused);
        refused.resize(sent.len(), 0);
        let served: Vec<u32> = sent.iter().zip(&refused).map(|(sent, refused)| sent - refused).collect();
        let outline = |seconds: &[u32]| -> Vec<Place> { steps(seconds, &axis, &polls) };
        drawing.axis_left(&polls, LEFT, Some(RIGHT));
        drawing.area(Fill::Hatched(Color::Orange), &outline(&sent), foot);
        drawing.line(Stroke::new(Color::Orange), &outline(&sent));
        drawing.area(Fill::Solid(Color::Blue), &outline(&served), foot);
        drawing.line(Stroke::new(Color::Blue), &outline(&served));
        drawing.line(limit, &[(LEFT, polls.at(f64::from(RATE))), (RIGHT, polls.at(f64::from(RATE)))]);
        drawing.line(Stroke::new(Color::Muted), &[(LEFT, foot), (RIGHT, foot)]);
        drawing.text(Text::new(name).bold(), (MARGIN, foot - HEIGHT + 16.0));
        let Figures { polls, refused, mean, .. } = played.figures();
        let words = [
            format!("{} polls", number(polls.into())),
            format!("{} refused", number(refused.into())),
            format!("noticed {} late", show_seconds(mean)),
        ];
        for (line, words) in words.iter().enumerate() {
            let place = (MARGIN, foot - HEIGHT + 35.0 + 17.0 * line as f64);
            drawing.text(Text::new(words).small().color(Color::Muted), place);
        }
    }
    drawing
}
