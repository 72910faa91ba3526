//! The fitted policy comes near the optimum and to the whole table of waits, and is no worse than what there was.

use core::time::Duration;

use asyncpoll::{Jitter, Policy, SeededRng};
use asyncpoll_fit::{Cost, Distribution, Fit, Goal, least_delay, optimum};
use rand::RngExt;

use crate::kinds::{Kind, MAX_WAIT};

const SHORTEST: Duration = Duration::from_millis(60);

/// What it costs to poll at zero and then at `polls`, an operation at a time: each is done in the middle of its bin.
fn cost(polls: &[f64], bins: &[(f64, f64)], beyond: f64, price: f64) -> f64 {
    let mut sum = beyond * price * (1 + polls.len()) as f64;
    for &(time, share) in bins {
        let (before, noticed) = polls.iter().enumerate().find(|&(_, &poll)| poll >= time).unwrap();
        sum += share * (price * (before + 2) as f64 + noticed - time);
    }
    sum
}

#[test]
fn no_other_schedule_on_twelve_points_costs_less() {
    let mut rng = SeededRng::new(1);
    for round in 0..100 {
        let mut points: Vec<f64> = (0..12).map(|_| f64::from(rng.random_range(1..1_000_u32))).collect();
        points.sort_by(f64::total_cmp);
        points.dedup();
        let last = *points.last().unwrap();
        // A bin between any two points, so that polls cut none.
        let edges: Vec<f64> = core::iter::once(0.0).chain(points.iter().copied()).collect();
        let masses: Vec<f64> = points.iter().map(|_| rng.random::<f64>().powi(4)).collect();
        let beyond = rng.random::<f64>() * 0.3;
        let whole = masses.iter().sum::<f64>() + beyond;
        let times = Distribution::new(0.0, edges.clone(), &masses, beyond);
        let bins: Vec<(f64, f64)> =
            edges.windows(2).zip(&masses).map(|(bin, mass)| (f64::midpoint(bin[0], bin[1]), mass / whole)).collect();
        let (price, most) = (10_f64.powf(rng.random_range(-1.0..3.0)), rng.random_range(1..=12));

        let mut cheapest = f64::INFINITY;
        for chosen in 0..1_u32 << (points.len() - 1) {
            let mut polls: Vec<f64> =
                (0..points.len() - 1).filter(|bit| chosen >> bit & 1 == 1).map(|bit| points[bit]).collect();
            polls.push(last);
            if polls.len() <= most {
                cheapest = cheapest.min(cost(&polls, &bins, beyond / whole, price));
            }
        }
        let found = optimum(&times, &points, price, most);
        assert!(found.len() <= most, "round {round}: {found:?} are more than {most}");
        let found = cost(&found, &bins, beyond / whole, price);
        assert!((found - cheapest).abs() < 1e-9 * cheapest, "round {round}: {found} and not {cheapest}");
    }
}

/// The polls and the delay of the best schedule on a fine even grid, found from the front.
///
/// For each time of the grid it keeps the least cost of all that comes before it if a poll is made there.
fn from_the_front(times: &Distribution, price: f64) -> (f64, f64) {
    const GRID: usize = 2_400;
    let at = |index: usize| MAX_WAIT * index as f64 / GRID as f64;
    let done: Vec<f64> = (0..=GRID).map(|index| times.done_by(at(index))).collect();
    let mut least = vec![(0.0, 0.0, 0.0); GRID + 1];
    for to in 1..=GRID {
        let (mut best, mut lateness) = ((f64::INFINITY, 0.0, 0.0), 0.0);
        for from in (0..to).rev() {
            // What is done in this cell of the grid is late by the rest.
            lateness += (done[from + 1] - done[from]) * (at(to) - f64::midpoint(at(from), at(from + 1)));
            let (before, polls, delay) = least[from];
            let pending = 1.0 - done[from];
            let cost = before + price * pending + lateness;
            if cost < best.0 {
                best = (cost, polls + pending, delay + lateness);
            }
        }
        least[to] = best;
    }
    (least[GRID].1 + 1.0, least[GRID].2 / done[GRID])
}

#[test]
fn an_independent_programme_finds_no_less_delay() {
    let kinds = [
        Kind::LogNormal(60.0, 0.3),
        Kind::LogNormal(60.0, 0.8),
        Kind::LogNormal(120.0, 1.2),
        Kind::Two(30.0, 240.0),
        Kind::Uniform(0.0, 600.0),
    ];
    for kind in kinds {
        let times = kind.times(1.0);
        for price in [3.0, 15.0, 60.0] {
            let (polls, delay) = from_the_front(&times, price);
            let ours = least_delay(&times, polls);
            assert!((ours / delay - 1.0).abs() < 0.01, "{kind:?}, {polls} polls: {ours} s beside {delay} s");
        }
    }
}

#[test]
fn the_policy_comes_near_the_optimum_of_a_single_peak() {
    for deviation in [0.3, 0.6, 0.9, 1.2] {
        let times = Kind::LogNormal(60.0, deviation).times(1.0);
        let fit = Fit::new(&times, Policy::default(), None, SHORTEST).unwrap();
        let cost = fit.best.cost;
        let score = cost.delay / least_delay(&times, cost.polls);
        println!("deviation {deviation}: {score:.3}");
        assert!(score <= 1.1, "deviation {deviation}: {score} times the least delay by {}", fit.best.policy);
    }
}

#[test]
fn polls_and_their_limit_are_those_asked_for() {
    for kind in [Kind::LogNormal(60.0, 0.5), Kind::Exponential(60.0), Kind::Pareto(5.0, 1.1), Kind::Two(10.0, 240.0)] {
        let times = kind.times(1.0);
        for polls in [3.0, 4.0, 6.0, 10.0, 16.0] {
            let fit = Fit::new(&times, Policy::default(), Some(Goal::Polls(polls)), SHORTEST).unwrap();
            for (name, fitted) in [("the policy", &fit.best), ("constant", &fit.constant)] {
                let made = fitted.cost.polls;
                assert!(made <= 1.02 * polls, "{kind:?}: {name} makes {made} polls and not {polls}");
                assert!(made >= 0.9 * polls, "{kind:?}: {name} makes {made} polls and not {polls}");
            }
            let limit = 20.0_f64.max(8.0 * polls) as u64;
            assert!(fit.best.cost.most_polls <= limit + 1, "{kind:?}, {polls}: {:?}", fit.best.cost);
        }
    }
}

#[test]
fn many_polls_are_no_worse_than_a_constant() {
    for kind in [Kind::LogNormal(60.0, 0.5), Kind::Two(10.0, 240.0)] {
        let times = kind.times(1.0);
        for polls in [40.0, 100.0] {
            let fit = Fit::new(&times, Policy::default(), Some(Goal::Polls(polls)), SHORTEST).unwrap();
            let (best, constant) = (fit.best.cost, fit.constant.cost);
            println!("{kind:?}, {polls}: {best:?} beside {constant:?}");
            assert!(best.delay < constant.delay, "{kind:?}: {best:?} beside {constant:?}");
        }
    }
}

#[test]
fn delay_and_price_are_those_asked_for() {
    let times = Kind::LogNormal(60.0, 0.5).times(1.0);
    let fit = |goal| Fit::new(&times, Policy::default(), Some(goal), SHORTEST).unwrap();
    let late = fit(Goal::Delay(6.0)).best.cost;
    assert!(late.delay <= 6.06 && late.delay > 5.4, "{late:?}");
    // One poll more is then worth its price: between two prices, what is saved lies between them.
    let (cheap, dear) = (fit(Goal::Price(1.0)).best.cost, fit(Goal::Price(4.0)).best.cost);
    let saved = (dear.delay - cheap.delay) / (cheap.polls - dear.polls);
    assert!((1.0..4.0).contains(&saved), "{saved} s a poll");
}

#[test]
fn nothing_fitted_is_worse_than_the_present_policy() {
    let ladder = |initial, numer, denom, cap| {
        let wait = Duration::from_secs_f64;
        Policy::builder().initial_wait(wait(initial)).multiplier(numer, denom).max_backoff(wait(cap)).build().unwrap()
    };
    let policies = [
        Policy::default(),
        ladder(1.0, 2, 1, 60.0),
        ladder(10.0, 1, 1, 10.0),
        ladder(30.0, 3, 2, 120.0),
        Policy::builder().jitter(Jitter::Full).build().unwrap(),
        Policy::builder().jitter(Jitter::None).build().unwrap(),
    ];
    for kind in [Kind::LogNormal(60.0, 0.5), Kind::LogNormal(8.0, 0.5), Kind::Exponential(60.0), Kind::Two(10.0, 240.0)] {
        let times = kind.times(1.0);
        for policy in policies {
            let fit = Fit::new(&times, policy, None, SHORTEST).unwrap();
            let present = fit.present.cost;
            let best = fit.best.cost;
            assert!(best.polls <= 1.02 * present.polls, "{kind:?}, {policy:?}: {best:?} beside {present:?}");
            assert!(best.delay <= present.delay, "{kind:?}, {policy:?}: {best:?} beside {present:?}");
        }
    }
}

#[test]
fn a_present_policy_that_is_better_stays() {
    let times = Kind::LogNormal(60.0, 0.05).times(1.0);
    let wait = Duration::from_millis;
    let tuned = Policy::builder().head_start(wait(56_300)).initial_wait(wait(2_230)).multiplier(1, 1).jitter(Jitter::None);
    let tuned = tuned.max_backoff(wait(2_230)).build().unwrap();
    let fit = Fit::new(&times, tuned, None, SHORTEST).unwrap();
    assert_eq!(fit.best.policy, tuned, "{:?} beside {:?}", fit.best.cost, fit.present.cost);
}

#[test]
fn what_nothing_can_meet_is_refused() {
    let times = Kind::LogNormal(60.0, 0.5).times(1.0);
    let refused = |present, goal| Fit::new(&times, present, goal, SHORTEST).unwrap_err().to_string();
    let default = Policy::default();
    let busy = Policy::builder().initial_wait(Duration::from_micros(1)).multiplier(10_001, 10_000).build().unwrap();
    let refusals = [
        (refused(default, Some(Goal::Polls(1.2))), "polls is 1.2; with this log it must be from 2.0 to 100"),
        (refused(default, Some(Goal::Polls(f64::NAN))), "polls is NaN; with this log it must be from 2.0 to 100"),
        (refused(default, Some(Goal::Price(0.0))), "price is 0 s; it must be more than 0 s"),
        (
            refused(busy, None),
            "the present policy makes 20000 polls or more before max_wait, and its waits still grow; it must make fewer",
        ),
    ];
    for (is, expected) in refusals {
        assert_eq!(is, expected);
    }
    let too_soon = refused(default, Some(Goal::Delay(1e-6)));
    assert!(too_soon.starts_with("delay is 0.000001 s; with this log it must be at least 0."), "{too_soon}");
    // With the same times, a policy of the caller's own is judged as well.
    assert_eq!(Cost::of(&default, &times).most_polls, 7);
}
