//! The figures in the guide are those that are measured.

use core::time::Duration;

use asyncpoll::Policy;
use asyncpoll_fit::{Cost, Fit, Fitted, Log, Report, estimate, least_delay, show_seconds, warnings};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated::{log, median},
};

const GUIDE: &str = include_str!("../../../docs/fitting.md");

/// By how much a figure may be off: it has two digits, and machines round differently.
const NEAR: f64 = 0.04;

#[test]
fn the_table_of_the_guide_is_measured() {
    let rows = [
        ("near 60 s,", Kind::LogNormal(60.0, 0.3)),
        ("around 60 s,", Kind::LogNormal(60.0, 0.6)),
        ("widely around 60 s,", Kind::LogNormal(60.0, 1.2)),
        ("exponential,", Kind::Exponential(60.0)),
        ("any time from", Kind::Uniform(30.0, 300.0)),
        ("seven in ten near 10 s,", Kind::Two(10.0, 240.0)),
    ];
    for (name, kind) in rows {
        let times = kind.times(1.0);
        let fit = Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap();
        let measured =
            [&fit.present, &fit.constant, &fit.best].map(|fitted| fitted.cost.delay / least_delay(&times, fitted.cost.polls));
        check(name, &measured);
    }
}

/// Compares what is measured with the row of the guide that starts with `name`.
fn check(name: &str, measured: &[f64]) {
    println!("{name} {measured:.2?}");
    let row = GUIDE.lines().find(|line| line.starts_with(&format!("| {name}"))).unwrap();
    let figures: Vec<f64> = row.split('|').filter_map(|figure| figure.trim().parse().ok()).collect();
    for (figure, measured) in figures.iter().zip(measured) {
        assert!((figure / measured - 1.0).abs() < NEAR, "{row}: {measured} and not {figure}");
    }
    assert_eq!(figures.len(), measured.len(), "{row}");
}

/// What the guide shows is what the program prints for its example log, up to the Rust to paste.
#[test]
fn the_report_of_the_guide_is_printed() {
    let log = Log::read(include_bytes!("../../examples/orders.log"), None).unwrap();
    let times = estimate(&log.records, MAX_WAIT).unwrap();
    let present = Policy::default();
    let fit = Fit::new(&times, present, None, times.shortest_wait()).unwrap();
    let warnings = warnings(&log, &fit, &present);
    let text = Report { log: &log, times: &times, fit: &fit, warnings: &warnings }.text();
    let shown = GUIDE.split_once("\n```text\n").unwrap().1.split_once("```\n").unwrap().0;
    assert_eq!(shown, text.split_once("\nuse asyncpoll::").unwrap().0, "the guide shows what is no longer printed");
    let [present, best] = [&fit.present, &fit.best].map(|fitted| show_seconds(fitted.cost.delay));
    assert!(GUIDE.contains(&format!("noticed after {best} instead of {present}")), "{best} instead of {present}");
}

#[test]
fn the_drift_of_the_guide_is_measured() {
    let kinds = [Kind::LogNormal(45.0, 0.5), Kind::Two(10.0, 240.0)];
    let fits = kinds.map(|kind| {
        let fits = (1..=8).map(|seed| {
            let times = estimate(&log(kind, Policy::default(), 200, seed), MAX_WAIT).unwrap();
            Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap()
        });
        fits.collect::<Vec<Fit>>()
    });
    for (name, factor) in [("a fifth", 0.2), ("half", 0.5), ("as long", 1.0), ("twice", 2.0), ("five times", 5.0)] {
        let mut measured = Vec::new();
        for (kind, fits) in kinds.iter().zip(&fits) {
            let times = kind.times(factor);
            let delay = |fitted: fn(&Fit) -> &Fitted| {
                median(fits.iter().map(|fit| Cost::of(&fitted(fit).policy, &times).delay).collect())
            };
            measured.extend([delay(|fit| &fit.present), delay(|fit| &fit.best)]);
        }
        check(name, &measured);
    }
}
