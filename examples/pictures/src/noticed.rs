//! How soon the orders of the example log are noticed for how many polls: by ladders, by constant intervals, and by fitted waits.

use core::time::Duration;

use asyncpoll::Policy;
use asyncpoll_fit::{
    Cost, Distribution, Fit, Goal,
    drawing::{Axis, Color, Drawing, Form, Key, Place, Stroke, Text},
    show_seconds,
};

use crate::{MARGIN, RIGHT, WIDTH, fitting::orders};

const LEFT: f64 = 80.0;
const TOP: f64 = 92.0;
const FOOT: f64 = 344.0;

/// The means of polls that policies are fitted to.
const POLLS: [f64; 8] = [3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0];

/// The first bases of ladders, in milliseconds; 5 s is the default.
const FIRST: [u64; 8] = [100, 300, 1_000, 2_000, 5_000, 10_000, 20_000, 40_000];

/// How far an axis goes beyond the values on it.
const ROOM_ACROSS: f64 = 1.08;
const ROOM_UP: f64 = 1.8;

/// Mean polls, and the mean delay in seconds.
type Point = (f64, f64);

/// What a way to wait costs.
struct Curve {
    name: &'static str,
    form: Form,
    color: Color,
    points: Vec<Point>,
}

pub(crate) fn draw() -> Drawing {
    let (log, times) = orders();
    let fits = POLLS.map(|polls| fit(&times, Some(Goal::Polls(polls))));
    let curves = [
        Curve { name: "ladders that triple their waits", form: Form::Circle, color: Color::Grey, points: ladders(&times) },
        Curve {
            name: "constant intervals",
            form: Form::Square,
            color: Color::Orange,
            points: fits.iter().map(|fit| point(&fit.constant.cost)).collect(),
        },
        Curve {
            name: "waits fitted to the log",
            form: Form::Diamond,
            color: Color::Green,
            points: fits.iter().map(|fit| point(&fit.best.cost)).collect(),
        },
    ];
    let polls = axis(&curves, |point| point.0, ROOM_ACROSS, LEFT, RIGHT);
    let delays = axis(&curves, |point| point.1, ROOM_UP, FOOT, TOP).of_times();
    let at = |(count, delay): Point| (polls.at(count), delays.at(delay));

    let mut drawing = Drawing::new(
        WIDTH,
        FOOT + 52.0,
        "How soon orders are noticed for how many polls",
        "For the same number of polls, constant intervals notice the end of an order sooner than a ladder does, and waits that are \
         fitted to a log sooner still.",
    );
    let title = format!("How soon {} orders are noticed, for how many polls", log.records.len());
    drawing.text(Text::new(&title).title(), (MARGIN, 30.0));
    let keys = curves.each_ref().map(|curve| (Key::Form(curve.form, curve.color), curve.name));
    drawing.legend(&keys, (MARGIN, 53.0), RIGHT);
    drawing.axis_below(&polls, FOOT, Some(TOP));
    drawing.axis_left(&delays, LEFT, Some(RIGHT));
    let muted = |words| Text::new(words).small().color(Color::Muted);
    drawing.text(muted("delay (mean, logarithmic)"), (MARGIN, TOP - 10.0));
    drawing.text(muted("polls of an order (mean, logarithmic)").end(), (RIGHT, FOOT + 38.0));

    // What changes for who has the default policy and fits another that polls as often.
    let Fit { present, best, .. } = fit(&times, None);
    let (before, after) = (at(point(&present.cost)), at(point(&best.cost)));
    drawing.line(Stroke::new(Color::Ink).dashed(), &[before, after]);
    for curve in &curves {
        let places: Vec<Place> = curve.points.iter().map(|&point| at(point)).collect();
        drawing.line(Stroke::new(curve.color).wide(), &places);
        for place in places {
            drawing.form(curve.form, curve.color, place);
        }
    }
    let words = format!("the default: {}", show_seconds(present.cost.delay));
    drawing.text(Text::new(&words).middle().halo(), (before.0, before.1 - 14.0));
    let words = format!("as many polls, fitted: {}", show_seconds(best.cost.delay));
    drawing.text(Text::new(&words).end().halo(), (after.0 - 4.0, after.1 + 22.0));
    drawing
}

/// Returns an axis for these values of all curves.
fn axis(curves: &[Curve], of: fn(&Point) -> f64, room: f64, from: f64, to: f64) -> Axis {
    let values = || curves.iter().flat_map(|curve| &curve.points).map(of);
    Axis::logarithmic(values().fold(f64::MAX, f64::min) / room..values().fold(0.0, f64::max) * room, from..to)
}

fn point(cost: &Cost) -> Point {
    (cost.polls, cost.delay)
}

fn ladders(times: &Distribution) -> Vec<Point> {
    let policies = FIRST.map(|first| Policy::default().to_builder().initial_wait(Duration::from_millis(first)).build());
    policies.map(|policy| point(&Cost::of(&policy.expect("a first wait below the cap is valid"), times))).into()
}

fn fit(times: &Distribution, goal: Option<Goal>) -> Fit {
    Fit::new(times, Policy::default(), goal, times.shortest_wait()).expect("a policy makes three polls or more")
}
