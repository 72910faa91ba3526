//! A drawing is seen on any ground and in any page, and its axes say round values.

use asyncpoll_fit::drawing::{Axis, Color, Drawing, Fill, Form, Stroke, Text, number};

const COLORS: [Color; 7] = [Color::Ink, Color::Muted, Color::Faint, Color::Grey, Color::Blue, Color::Orange, Color::Green];

/// A drawing that has everything in it.
fn everything() -> Drawing {
    let mut drawing = Drawing::new(400.0, 200.0, "Everything & more", "All that can be drawn");
    for (index, color) in COLORS.into_iter().enumerate() {
        let x = 20.0 + 50.0 * index as f64;
        drawing.rectangle(Fill::Solid(color), (x, 20.0), (x + 10.0, 60.0));
        drawing.rectangle(Fill::Soft(color), (x + 10.0, 20.0), (x + 20.0, 60.0));
        drawing.rectangle(Fill::Hatched(color), (x + 20.0, 20.0), (x + 40.0, 60.0));
        drawing.line(Stroke::new(color).wide().dashed(), &[(x, 70.0), (x + 40.0, 80.0)]);
        for (form, beside) in [(Form::Circle, 0.0), (Form::Square, 12.0), (Form::Diamond, 24.0), (Form::Triangle, 36.0)] {
            drawing.form(form, color, (x + beside, 95.0));
        }
    }
    drawing.text(Text::new("<script> & \"quotes\" \u{1}").halo(), (20.0, 125.0));
    drawing.axis_below(&Axis::stretched(1.0, 600.0, 60.0..370.0).of_times(), 160.0, Some(130.0));
    drawing.axis_left(&Axis::linear(0.0..5_000.0, 160.0..130.0), 60.0, Some(370.0));
    drawing
}

#[test]
fn rules_are_for_the_drawing_alone() {
    let svg = everything().to_string();
    let (_, rules) = svg.split_once("<style>\n").unwrap();
    let (rules, body) = rules.split_once("</style>").unwrap();
    for rule in rules.lines().filter(|line| line.contains('{') && !line.starts_with('@')) {
        let (selector, _) = rule.trim().split_once(" {").unwrap();
        assert!(selector.starts_with(".asyncpoll-drawing") && !selector.contains(','), "{rule}");
    }
    // A name that occurs twice in a page, a variable of CSS, and what is loaded from elsewhere.
    for word in [" id=", "var(", "url(", "href", "@import", "style="] {
        assert!(!svg.contains(word), "{word} in {svg}");
    }
    // Rules say all colours; the body has none.
    assert!(!body.contains('#'), "{body}");
    // In Markdown and in the docs, an element ends at a blank line.
    assert!(!svg.contains("\n\n"));
}

#[test]
fn every_colour_is_another_in_the_dark() {
    let svg = everything().to_string();
    let (light, dark) = svg.split_once("@media (prefers-color-scheme: dark) {").unwrap();
    let (dark, body) = dark.split_once("</style>").unwrap();
    let rules = |rules: &str| -> Vec<(String, String)> {
        let rules = rules.lines().filter(|line| line.contains('#')).map(|line| line.trim().split_once(": ").unwrap());
        rules.map(|(rule, value)| (rule.to_owned(), value.to_owned())).collect()
    };
    let (light, dark) = (rules(light), rules(dark));
    assert_eq!(light.len(), COLORS.len() * 3 + 2, "{light:?}");
    assert_eq!(light.len(), dark.len());
    for ((light, value), (dark, other)) in light.iter().zip(&dark) {
        assert_eq!(light, dark);
        assert_ne!(value, other, "{light}");
    }
    // What is used has a rule.
    for class in body.split("class=\"").skip(1).flat_map(|rest| rest.split('"').next().unwrap().split(' ')) {
        assert!(svg.contains(&format!(".asyncpoll-drawing .{class} {{")), "{class}");
    }
}

#[test]
fn words_are_escaped() {
    let svg = everything().to_string();
    assert!(svg.contains("&lt;script&gt; &amp; \"quotes\"  </text>") && svg.contains("<title>Everything &amp; more</title>"));
}

#[test]
fn what_is_outside_the_frame_is_found() {
    assert!(everything().is_within_frame());
    for (x, y) in [(-1.0, 5.0), (5.0, -1.0), (101.0, 5.0), (5.0, 51.0), (f64::NAN, 5.0)] {
        let mut drawing = Drawing::new(100.0, 50.0, "A line", "It leaves the frame");
        drawing.line(Stroke::new(Color::Ink), &[(5.0, 5.0), (x, y)]);
        assert!(!drawing.is_within_frame(), "{x} {y}");
    }
}

#[test]
fn marks_are_round_and_apart() {
    for exponent in -8..9 {
        for high in [1.0, 1.7, 3.0, 6.0, 7.2].map(|digits| digits * 10_f64.powi(exponent)) {
            for axis in [
                Axis::linear(0.0..high, 50.0..800.0),
                Axis::logarithmic(high / 1e3..high, 50.0..800.0),
                Axis::stretched(high / 100.0, high, 50.0..800.0),
            ]
            .into_iter()
            .flat_map(|axis| [axis, axis.of_times()])
            {
                let marks = axis.marks(62.0);
                assert!((3..=13).contains(&marks.len()), "{axis:?}: {marks:?}");
                for pair in marks.windows(2) {
                    assert!(pair[0].0 < pair[1].0, "{axis:?}: {marks:?}");
                    assert!(axis.at(pair[1].0) - axis.at(pair[0].0) > 61.9, "{axis:?}: {marks:?}");
                    assert_ne!(pair[0].1, pair[1].1, "{axis:?}: {marks:?}");
                }
                for (value, words) in &marks {
                    assert!((50.0..=800.0).contains(&axis.at(*value)), "{axis:?}: {marks:?}");
                    assert!(words.len() <= 13, "{words}");
                }
            }
        }
    }
}

#[test]
fn a_value_is_where_its_place_is() {
    for axis in [
        Axis::linear(-3.0..9.0, 300.0..20.0),
        Axis::logarithmic(0.01..50.0, 10.0..200.0),
        Axis::stretched(0.5, 600.0, 10.0..700.0),
    ] {
        for part in 0..=10 {
            let place = axis.start() + (axis.end() - axis.start()) * f64::from(part) / 10.0;
            assert!((axis.at(axis.value(place)) - place).abs() < 1e-6, "{axis:?} at {place}");
        }
    }
}

#[test]
fn numbers_are_said_in_three_digits() {
    for (value, words) in [
        (0.0, "0"),
        (0.001, "0.001"),
        (0.5, "0.5"),
        (9.994, "9.99"),
        (12.34, "12.3"),
        (999.0, "999"),
        (1_000.0, "1,000"),
        (-12_345.6, "-12,346"),
        (1_000_000.0, "1,000,000"),
    ] {
        assert_eq!(number(value), words);
    }
}
