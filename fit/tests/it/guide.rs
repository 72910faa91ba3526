//! The figures in the guide are those that are measured.

use core::time::Duration;

use asyncpoll::Policy;
use asyncpoll_fit::{Fit, least_delay};

use crate::kinds::Kind;

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
        let row = include_str!("../../../docs/fitting.md").lines().find(|line| line.starts_with(&format!("| {name}"))).unwrap();
        let figures: Vec<f64> = row.split('|').filter_map(|figure| figure.trim().parse().ok()).collect();
        let times = kind.times(1.0);
        let fit = Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap();
        let measured = [&fit.present, &fit.constant, &fit.four, &fit.table]
            .map(|fitted| fitted.cost.delay / least_delay(&times, fitted.cost.polls));
        println!("{name} {measured:.2?}");
        for (figure, measured) in figures.iter().zip(measured) {
            assert!((figure / measured - 1.0).abs() < NEAR, "{row}: {measured} and not {figure}");
        }
        assert_eq!(figures.len(), measured.len(), "{row}");
    }
}
