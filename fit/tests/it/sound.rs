//! Whatever a log holds, there is a policy or a sentence.

use core::time::Duration;

use asyncpoll::{Policy, SeededRng};
use asyncpoll_fit::{EstimateError, Fit, Goal, Record, estimate};
use rand::RngExt;

use crate::kinds::MAX_WAIT;

fn records(pairs: &[(f64, f64)]) -> Vec<Record> {
    pairs.iter().map(|&(after, by)| Record::new(after, by).unwrap()).collect()
}

#[test]
fn what_says_nothing_is_refused() {
    let refused = |pairs: &[(f64, f64)]| estimate(&records(pairs), MAX_WAIT).unwrap_err();
    assert_eq!(refused(&[]), EstimateError::Empty);
    assert_eq!(refused(&[(600.0, f64::INFINITY); 37]), EstimateError::NoneDone { records: 37 });
    assert_eq!(refused(&[(700.0, 900.0)]), EstimateError::NoneDone { records: 1 });
    assert_eq!(refused(&[(0.0, 0.0); 5]), EstimateError::AllAtOnce { records: 5 });
    for max_wait in [0.0, 1e-10, -1.0, f64::INFINITY, f64::NAN] {
        let refused = estimate(&records(&[(20.0, 65.0)]), max_wait).unwrap_err();
        assert_eq!(refused.to_string(), format!("max_wait is {max_wait} s; it must be at least a nanosecond, and finite"));
    }
    assert_eq!(
        EstimateError::NoneDone { records: 37 }.to_string(),
        "none of 37 operations was done by max_wait; at least one must be"
    );
}

#[test]
fn a_single_record_makes_a_policy() {
    for pair in [
        (4.9e-324, 4.9e-324),
        (1e-12, 1e-11),
        (20.0, 65.0),
        (12.5, 12.5),
        (0.0, 5.0),
        (0.0, 600.0),
        (600.0, 600.0),
        (0.0, 1e-9),
        (0.0, 1e-300),
        (599.0, 600.0),
    ] {
        let times = estimate(&records(&[pair]), MAX_WAIT).unwrap();
        let fit = Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap();
        assert!(times.quantile(0.5).is_finite() && times.done_by(MAX_WAIT) <= 1.0 + 1e-9, "{pair:?}: {times:?}");
        assert!(fit.best.cost.delay.is_finite() && fit.best.cost.polls >= 1.0, "{pair:?}: {:?}", fit.best);
    }
}

#[test]
fn any_records_make_a_policy_that_keeps_to_the_limits() {
    let mut rng = SeededRng::new(23);
    for round in 0..60 {
        let count = rng.random_range(1..120);
        let mut time = || match rng.random_range(0..6) {
            0 => 0.0,
            1 => MAX_WAIT,
            2 => 10_f64.powf(rng.random_range(-12.0..12.0)),
            _ => rng.random_range(0.0..2.0 * MAX_WAIT),
        };
        let pairs: Vec<(f64, f64)> = (0..count)
            .map(|index| {
                let (one, other) = (time(), time());
                (one.min(other), if index % 5 == 4 { f64::INFINITY } else { one.max(other) })
            })
            .collect();
        let Ok(times) = estimate(&records(&pairs), MAX_WAIT) else {
            continue;
        };
        let done = times.done_by(MAX_WAIT);
        assert!((0.0..=1.0 + 1e-9).contains(&done), "round {round}: {done} is done of {pairs:?}");
        let goal = match round % 4 {
            0 => Some(Goal::Polls(5.0)),
            1 => Some(Goal::Price(10.0)),
            2 => Some(Goal::Delay(60.0)),
            _ => None,
        };
        let Ok(fit) = Fit::new(&times, Policy::default(), goal, Duration::from_millis(60)) else {
            continue;
        };
        let limit = 20.0_f64.max((8.0 * fit.best.cost.polls).ceil()) as u64 + 9;
        assert!(fit.best.cost.most_polls <= limit, "round {round}: {:?} of {pairs:?}", fit.best);
    }
}
