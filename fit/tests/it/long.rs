//! What a policy costs after those of its polls that are played is what it would cost if all were.

use core::time::Duration;

use asyncpoll::{Decision, FnRng, Jitter, Outcome, Policy, Poller};
use asyncpoll_fit::{Cost, Distribution, Fit, Goal, estimate};

use crate::{
    kinds::Kind,
    promised::drawn,
    simulated::{self, Measured},
};

const DAY: Duration = Duration::from_secs(86_400);

fn constant(jitter: Jitter) -> Policy {
    let wait = Duration::from_secs(15);
    let builder = Policy::builder().initial_wait(wait).multiplier(1, 1).max_backoff(wait.mul_f64(1.2));
    builder.jitter(jitter).max_wait(DAY).build().unwrap()
}

/// Half are done within an hour, three in ten at some time of the day, and the others never.
fn times() -> Distribution {
    Distribution::new(0.0, vec![0.0, 3_600.0, DAY.as_secs_f64()], &[0.5, 0.3], 0.2)
}

#[test]
fn thousands_of_polls_cost_what_the_crate_makes_of_them() {
    let slowly = Policy::builder().initial_wait(Duration::from_secs(1)).multiplier(21, 20).max_wait(DAY).build().unwrap();
    for policy in [constant(Jitter::PlusMinus(20)), constant(Jitter::None), constant(Jitter::Full), slowly] {
        let cost = Cost::of(&policy, &times());
        let Measured { polls, noticed, delay, late } = Measured::of(&policy, drawn(&times(), 2_000), 5);
        println!("{policy:?}: {cost:?}");
        assert!((polls / cost.polls - 1.0).abs() < 0.04, "{policy:?}: {polls} beside {cost:?}");
        assert!((noticed / cost.noticed - 1.0).abs() < 0.04, "{policy:?}: {noticed} beside {cost:?}");
        assert!((delay / cost.delay - 1.0).abs() < 0.05, "{policy:?}: {delay} beside {cost:?}");
        assert!((late / cost.late - 1.0).abs() < 0.06, "{policy:?}: {late} beside {cost:?}");
    }
}

#[test]
fn the_most_polls_are_those_of_the_shortest_waits() {
    for policy in [constant(Jitter::PlusMinus(20)), constant(Jitter::None), constant(Jitter::PlusMinus(7))] {
        let most = Cost::of(&policy, &times()).most_polls;
        let (mut now, mut poller) = (Duration::ZERO, Poller::new(policy, FnRng::new(|| 0), Duration::ZERO));
        while let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), now) {
            now += wait;
        }
        assert_eq!(most, u64::from(poller.polls()), "{policy}");
    }
}

#[test]
fn max_polls_end_what_is_not_played() {
    let policy = constant(Jitter::None).to_builder().max_polls(1_000).build().unwrap();
    let cost = Cost::of(&policy, &times());
    assert_eq!(cost.most_polls, 1_000);
    assert!((cost.noticed - times().done_by(999.0 * 15.0)).abs() < 0.001, "{cost:?}");
}

#[test]
fn a_deadline_far_off_changes_little() {
    let kind = Kind::LogNormal(60.0, 0.5);
    let records = simulated::log(kind, Policy::default(), 200, 4);
    let goal = Some(Goal::Polls(6.0));
    let fit = |max_wait: Duration| {
        let times = estimate(&records, max_wait.as_secs_f64()).unwrap();
        Fit::new(&times, Policy::default(), goal, times.shortest_wait()).unwrap()
    };
    let near = fit(Duration::from_secs(600));
    for days in [1, 3, 30] {
        let far = fit(days * DAY);
        let (near, far) = (&near.best.cost, &far.best.cost);
        println!("{days} days: {far:?}");
        assert!(far.polls > 5.5 && far.polls < 6.1, "{days} days: {far:?}");
        assert!(far.delay < 1.35 * near.delay, "{days} days: {far:?} beside {near:?}");
        assert!(far.most_polls <= 60, "{days} days: {far:?}");
    }
}
