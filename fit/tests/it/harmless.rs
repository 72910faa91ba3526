//! When operations are no longer as they were, what was fitted does no harm.

use core::time::Duration;

use asyncpoll::{Policy, SeededRng};
use asyncpoll_fit::{Cost, Distribution, Fit, Fitted, Goal, estimate};

use crate::{
    kinds::{Kind, MAX_WAIT},
    simulated::{log, poll},
};

fn fitted(kind: Kind) -> Fit {
    let times = estimate(&log(kind, Policy::default(), 200, 2), MAX_WAIT).unwrap();
    Fit::new(&times, Policy::default(), None, Duration::from_millis(60)).unwrap()
}

#[test]
fn an_outage_is_polled_no_oftener_than_said() {
    for median in [8.0, 45.0] {
        let fit = fitted(Kind::LogNormal(median, 0.5));
        let limit = 20.0_f64.max((8.0 * fit.present.cost.polls).ceil()) as u32 + 1;
        let mut rng = SeededRng::new(7);
        let Fitted { policy, cost, .. } = &fit.best;
        let polls = (0..1_000).map(|_| poll(policy, f64::INFINITY, &mut rng).polls).max().unwrap();
        println!("{median} s: {polls} polls, {limit} allowed");
        assert!(polls <= limit, "{median} s: {polls} polls of {policy}");
        assert!(u64::from(polls) <= cost.most_polls, "{polls} polls of {cost:?}");
    }
}

#[test]
fn polls_go_on_at_times_at_which_nothing_was_ever_done() {
    let edges = (20..=300).map(|edge| 2.0 * f64::from(edge)).collect();
    let times = Distribution::of(edges, |seconds| ((seconds - 40.0) / 10.0).clamp(0.0, 1.0));
    let best = Fit::new(&times, Policy::default(), Some(Goal::Polls(4.0)), Duration::from_millis(60)).unwrap().best;
    for start in [60.0, 120.0, 300.0] {
        let later = Distribution::new(0.0, vec![start, 1.1 * start], &[1.0], 0.0);
        let delay = Cost::of(&best.policy, &later).delay;
        println!("{start} s: {delay} s");
        assert!(delay < start / 2.0, "what is done from {start} s on is noticed {delay} s late by {}", best.policy);
    }
}

#[test]
fn half_or_twice_as_long_is_noticed_no_later_than_by_the_default() {
    for kind in [
        Kind::LogNormal(45.0, 0.15),
        Kind::LogNormal(8.0, 0.5),
        Kind::LogNormal(45.0, 0.5),
        Kind::Exponential(60.0),
        Kind::Two(10.0, 240.0),
    ] {
        let fit = fitted(kind);
        for factor in [0.5, 2.0] {
            let times = kind.times(factor);
            let default = Cost::of(&Policy::default(), &times).delay;
            let delay = Cost::of(&fit.best.policy, &times).delay;
            assert!(delay <= default, "{kind:?} × {factor}: {delay} s by {}, default {default} s", fit.best.policy);
        }
    }
}
