//! What is promised from a censored log holds for operations that come after it.

use core::time::Duration;

use asyncpoll::{Policy, SeededRng};
use asyncpoll_fit::{Cost, Distribution, Fit, Record, estimate, least_delay};
use rand::RngExt;

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated::{Measured, log, median},
};

const SHORTEST: Duration = Duration::from_millis(60);

/// The logs of each kind.
const LOGS: u64 = 8;

fn fits(kind: Kind, records: usize, logs: u64) -> impl Iterator<Item = Fit> {
    (1..=logs).map(move |seed| {
        let times = estimate(&log(kind, Policy::default(), records, seed), MAX_WAIT).unwrap();
        Fit::new(&times, Policy::default(), None, SHORTEST).unwrap()
    })
}

#[test]
fn what_is_printed_is_what_the_crate_does() {
    // The last is often not done by the deadline.
    for kind in [Kind::LogNormal(60.0, 0.6), Kind::Exponential(500.0)] {
        let times = estimate(&log(kind, Policy::default(), 200, 3), MAX_WAIT).unwrap();
        let fit = Fit::new(&times, Policy::default(), None, SHORTEST).unwrap();
        for fitted in [&fit.present, &fit.constant, &fit.best] {
            let cost = &fitted.cost;
            let Measured { polls, noticed, delay, late } = Measured::of(&fitted.policy, drawn(&times, 40_000), 5);
            assert!((polls / cost.polls - 1.0).abs() < 0.02, "{polls} beside {cost:?}");
            assert!((noticed / cost.noticed - 1.0).abs() < 0.01, "{noticed} beside {cost:?}");
            assert!((delay / cost.delay - 1.0).abs() < 0.04, "{delay} beside {cost:?}");
            assert!((late / cost.late - 1.0).abs() < 0.04, "{late} beside {cost:?}");
        }
    }
}

/// Times drawn from a distribution; what is done after its last bin never is.
pub(crate) fn drawn(times: &Distribution, count: usize) -> impl Iterator<Item = f64> {
    let mut rng = SeededRng::new(11);
    let last = *times.edges().last().unwrap();
    let (at_once, done) = (times.at_once(), times.done_by(last));
    (0..count).map(move |_| {
        let share: f64 = rng.random();
        match share {
            share if share < at_once => 0.0,
            share if share < done => times.quantile((share - at_once) / (done - at_once)),
            _ => f64::INFINITY,
        }
    })
}

#[test]
fn promises_hold_for_operations_to_come() {
    let kinds = [
        Kind::LogNormal(60.0, 0.3),
        Kind::LogNormal(60.0, 0.6),
        Kind::LogNormal(45.0, 0.4),
        Kind::LogNormal(200.0, 0.3),
        Kind::Exponential(60.0),
        Kind::Uniform(30.0, 300.0),
        Kind::Pareto(5.0, 1.1),
        Kind::Two(10.0, 240.0),
    ];
    for kind in kinds {
        let times = kind.times(1.0);
        let [mut delay, mut polls, mut score] = [const { Vec::new() }; 3];
        for fit in fits(kind, 200, LOGS) {
            let cost = Cost::of(&fit.best.policy, &times);
            delay.push(cost.delay / fit.best.cost.delay);
            polls.push(cost.polls / fit.best.cost.polls);
            score.push(cost.delay / least_delay(&times, cost.polls));
        }
        let [delay, polls, score] = [delay, polls, score].map(median);
        println!("{kind:?}: delay {delay:.3}; polls {polls:.3}; score {score:.3}");
        assert!((0.85..1.25).contains(&delay), "{kind:?}: {delay} of the delay promised");
        assert!((0.9..1.1).contains(&polls), "{kind:?}: {polls} of the polls promised");
        assert!(score <= 1.2, "{kind:?}: {score} times the least delay");
    }
}

#[test]
fn a_policy_suits_two_kinds_of_operation() {
    let kind = Kind::Two(10.0, 240.0);
    let times = kind.times(1.0);
    let scores = fits(kind, 200, 3 * LOGS).map(|fit| {
        let cost = Cost::of(&fit.best.policy, &times);
        cost.delay / least_delay(&times, cost.polls)
    });
    let scores: Vec<f64> = scores.collect();
    println!("two kinds: {scores:.2?}, median {:.3}", median(scores.clone()));
    let score = median(scores);
    assert!(score <= 1.15, "{score} times the least delay");
}

#[test]
fn a_few_records_are_better_than_none() {
    let kind = Kind::LogNormal(60.0, 0.5);
    let times = kind.times(1.0);
    let default = Cost::of(&Policy::default(), &times);
    let delays = fits(kind, 20, LOGS).map(|fit| Cost::of(&fit.best.policy, &times).delay);
    let delay = median(delays.collect());
    assert!(delay < default.delay / 3.0, "{delay} s beside {} s", default.delay);
}

#[test]
fn the_frontier_is_in_order_even_for_a_log_that_says_next_to_nothing() {
    // The first poll but one is long after all of them are done.
    let records = vec![Record::new(0.0, 5.0).unwrap(); 100];
    let times = estimate(&records, MAX_WAIT).unwrap();
    for min_wait in [1, 60, 1_000] {
        let fit = Fit::new(&times, Policy::default(), None, Duration::from_millis(min_wait)).unwrap();
        assert!(fit.frontier.is_sorted_by(|one, other| one.0 <= other.0), "{min_wait} ms: {:?}", fit.frontier);
    }
}
