//! The picture shows every policy, within its frame, and tells what is known from what is guessed.

use core::time::Duration;

use asyncpoll::Policy;
use asyncpoll_fit::{
    Fit, Goal, Log, Record, Report,
    drawing::{Color, Drawing, Form},
    estimate, picture,
};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated,
};

/// On a telephone, at the least width, and on a page.
const WIDTHS: [f64; 3] = [320.0, 390.0, 860.0];

fn log(records: Vec<Record>) -> Log {
    let mut log = Log::default();
    log.records = records;
    log
}

fn drawn(log: &Log, goal: Option<Goal>, width: f64) -> Drawing {
    let times = estimate(&log.records, MAX_WAIT).unwrap();
    let fit = Fit::new(&times, Policy::default(), goal, Duration::from_millis(60)).unwrap();
    picture(&Report { log, times: &times, fit: &fit, warnings: &[] }, width)
}

/// The element of a form, without its place.
fn element(form: Form, color: Color) -> String {
    let mut drawing = Drawing::new(20.0, 20.0, "A form", "For comparison");
    drawing.form(form, color, (10.0, 10.0));
    let svg = drawing.to_string();
    let element = svg.lines().rev().nth(1).unwrap();
    element.split(['1', '4', '5']).next().unwrap().to_owned()
}

#[test]
fn every_policy_is_drawn_within_the_frame() {
    let forms = [(Form::Circle, Color::Grey), (Form::Square, Color::Orange), (Form::Diamond, Color::Green)];
    for (kind, goal) in [
        (Kind::LogNormal(60.0, 0.5), None),
        (Kind::LogNormal(0.05, 0.5), Some(Goal::Price(0.01))),
        (Kind::Two(10.0, 240.0), Some(Goal::Polls(40.0))),
        (Kind::Exponential(500.0), Some(Goal::Polls(3.0))),
    ] {
        let log = log(simulated::log(kind, Policy::default(), 100, 1));
        for width in WIDTHS {
            let drawing = drawn(&log, goal, width);
            assert!(drawing.is_within_frame(), "{kind:?} at {width}");
            assert!(drawing.to_string().contains(&format!(" width=\"{width}\" ")));
            let svg = drawing.to_string();
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{kind:?}");
            for (form, color) in forms {
                // Once at the first poll, and once at the cost.
                assert_eq!(svg.matches(&element(form, color)).count(), 2, "{kind:?}, {form:?}");
            }
        }
    }
}

#[test]
fn a_narrow_picture_is_as_narrow_as_may_be() {
    let log = log(simulated::log(Kind::LogNormal(60.0, 0.5), Policy::default(), 100, 1));
    for width in [0.0, 319.0, f64::NAN] {
        assert!(drawn(&log, None, width).to_string().contains(" width=\"320\" "));
    }
}

#[test]
fn hills_have_their_shares_in_words() {
    // Exact times, of two kinds, and a few that are done at once or never.
    let exact = |at: f64| Record::new(at, at).unwrap();
    let done = |count: u32, around: f64| {
        (0..count).map(move |index| exact(around * (0.9 + 0.2 * f64::from(index) / f64::from(count))))
    };
    let never = Record::new(MAX_WAIT, f64::INFINITY).unwrap();
    let records = done(110, 10.0).chain(done(70, 240.0)).chain((0..10).map(|_| exact(0.0)));
    let log = log(records.chain((0..10).map(|_| never)).collect());
    let svg = drawn(&log, None, 860.0).to_string();
    for words in [">55 % near 10 s", ">35 % near 4 min", ">5 % when first polled, 5 % not by 10 min<"] {
        assert!(svg.contains(words), "{words}: {:?}", svg.lines().filter(|line| line.contains('%')).collect::<Vec<_>>());
    }
}

#[test]
fn what_no_poll_tells_is_hatched() {
    let hatched =
        |records: Vec<Record>| drawn(&log(records), None, 860.0).to_string().matches("class=\"line stroke-blue\"").count();
    let every = |count: i32, record: fn(f64) -> Record| (1..=count).map(|index| record(f64::from(index))).collect();
    // Polls that are each a twentieth later than the one before leave nothing to guess but what is before the first and after the last.
    let dense = every(60, |index| Record::new(20.0 * 1.05_f64.powf(index - 1.0), 20.0 * 1.05_f64.powf(index)).unwrap());
    // These polls are near 20 s and near 65 s, and nothing is known of what is before, between and after them.
    let sparse = every(60, |index| Record::new(20.0 + index / 100.0, 65.0 + index / 100.0).unwrap());
    // Besides areas, the outline and the key have such lines.
    assert_eq!((hatched(dense), hatched(sparse)), (2 + 2, 3 + 2));
}
