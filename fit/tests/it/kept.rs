//! What a fitted policy keeps of the present one, and what it keeps to.

use core::time::Duration;

use asyncpoll::{Jitter, Policy};
use asyncpoll_fit::{Distribution, Fit, Goal};

fn fit(present: Policy, min_wait: u64) -> Fit {
    let even = Distribution::new(0.0, vec![30.0, 300.0, 600.0], &[1.0, 0.0], 0.0);
    Fit::new(&even, present, Some(Goal::Polls(6.0)), Duration::from_secs(min_wait)).unwrap()
}

/// Those that are fitted.
fn fitted(fit: &Fit) -> [&Policy; 2] {
    [&fit.constant, &fit.best].map(|fitted| &fitted.policy)
}

#[test]
fn jitter_and_errors_stay_and_max_polls_goes() {
    let present = Policy::builder().jitter(Jitter::PlusMinus(5)).max_consecutive_errors(7).max_polls(9).build().unwrap();
    for policy in fitted(&fit(present, 1)) {
        assert_eq!(policy.jitter(), Jitter::PlusMinus(5));
        assert_eq!((policy.max_consecutive_errors(), policy.max_polls()), (Some(7), None));
        assert_eq!(policy.max_wait(), Some(Duration::from_secs(600)));
    }
}

#[test]
fn jitter_above_stays_and_is_reckoned_with() {
    let present = Policy::builder().jitter(Jitter::Above(40)).build().unwrap();
    let best = fit(present, 1).best;
    assert_eq!(best.policy.jitter(), Jitter::Above(40));
    assert!((5.8..6.1).contains(&best.cost.polls), "{:?} of {}", best.cost, best.policy);
    let symmetric = fit(Policy::default(), 1).best;
    assert!((best.cost.delay / symmetric.cost.delay - 1.0).abs() < 0.1, "{:?} beside {:?}", best.cost, symmetric.cost);
}

#[test]
fn jitter_that_leaves_nothing_to_fit_goes() {
    for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
        for policy in fitted(&fit(Policy::builder().jitter(jitter).build().unwrap(), 1)) {
            assert_eq!(policy.jitter(), Jitter::PlusMinus(20));
        }
    }
}

#[test]
fn no_wait_is_shorter_than_the_shortest() {
    for min_wait in [1, 50, 90] {
        let shortest = Duration::from_secs(min_wait);
        let fit = fit(Policy::default(), min_wait);
        for policy in fitted(&fit) {
            assert!(policy.initial_wait() >= shortest, "{min_wait} s: {policy:?}");
            // It is lengthened by a tenth in the mean.
            assert!(policy.head_start().is_none_or(|wait| wait.mul_f64(1.1) >= shortest), "{min_wait} s: {policy:?}");
        }
        assert!(fit.best.policy.waits().all(|wait| wait >= shortest), "{min_wait} s: {}", fit.best.policy);
    }
}

#[test]
fn without_jitter_a_policy_polls_when_it_says() {
    let present = Policy::builder().jitter(Jitter::None).build().unwrap();
    let best = fit(present, 1).best.policy;
    // From 30 s to 300 s all times are alike, so the first waits between are.
    let first = best.head_start().unwrap();
    assert!(first > Duration::from_secs(60) && first < Duration::from_secs(90), "{best}");
    let polls: Vec<Duration> = best.schedule().map(|poll| poll.nominal).collect();
    let waits: Vec<Duration> = best.waits().collect();
    assert_eq!(polls[1], first);
    for (pair, wait) in polls[1..].windows(2).zip(waits) {
        assert_eq!(pair[1], pair[0] + wait, "{best}");
    }
}
