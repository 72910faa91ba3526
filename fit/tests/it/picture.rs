//! The picture shows every policy, within its frame.

use core::time::Duration;

use asyncpoll::Policy;
use asyncpoll_fit::{Fit, Goal, Log, Report, estimate, picture};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated,
};

#[test]
fn every_policy_is_drawn_within_the_frame() {
    for (kind, goal) in [
        (Kind::LogNormal(60.0, 0.5), None),
        (Kind::LogNormal(0.05, 0.5), Some(Goal::Price(0.01))),
        (Kind::Two(10.0, 240.0), Some(Goal::Polls(40.0))),
        (Kind::Exponential(500.0), Some(Goal::Polls(3.0))),
    ] {
        let mut log = Log::default();
        log.records = simulated::log(kind, Policy::default(), 100, 1);
        let times = estimate(&log.records, MAX_WAIT).unwrap();
        let fit = Fit::new(&times, Policy::default(), goal, Duration::from_millis(60)).unwrap();
        let svg = picture(&Report { log: &log, times: &times, fit: &fit, warnings: &[] });
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{kind:?}");
        for row in 0..3 {
            // A form beside its row, and at its cost.
            assert_eq!(svg.matches(&format!("class=\"p{row}\"")).count(), 2, "{kind:?}, row {row}");
            assert!(svg.contains(&format!("class=\"p{row} tick\"")), "{kind:?}, row {row}");
        }
        // Some programs that draw SVG know none, and draw all of it black.
        assert!(!svg.contains("var("), "{svg}");
        for (attribute, limit) in
            [("x", 860.0), ("x1", 860.0), ("x2", 860.0), ("cx", 860.0), ("y", 666.0), ("y1", 666.0), ("cy", 666.0)]
        {
            let start = format!(" {attribute}=\"");
            for value in svg.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap().parse::<f64>().unwrap()) {
                assert!((0.0..=limit).contains(&value), "{kind:?}: {attribute} is {value}");
            }
        }
    }
}
