//! How the waits of each jitter kind are distributed in their window.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller};
use core::time::Duration;
use std::collections::HashSet;

use crate::support::{every::JITTERS, seconds};

const DRAWS: u32 = 1_000_000;

/// Draws from the window of base₀, a microsecond, a million times; asserts both ends and the mean.
fn uniform_over(jitter: Jitter, earliest: u64, latest: u64) {
    let builder = Policy::builder().initial_wait(seconds(1e-6)).jitter(jitter).no_max_wait();
    let mut poller = Poller::seeded(builder.build().unwrap(), 17, Duration::ZERO);
    let mut waits = Vec::new();
    for _ in 0..DRAWS {
        let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), Duration::ZERO) else { panic!("no limit is set") };
        waits.push(u64::try_from(wait.as_nanos()).unwrap());
        poller.reset_backoff();
    }
    assert_eq!(waits.iter().min(), Some(&earliest), "{jitter:?}");
    assert_eq!(waits.iter().max(), Some(&latest), "{jitter:?}");
    // Twice a thousand times the mean and its distance from the middle, so that all is in integers.
    let sum: u64 = waits.iter().sum();
    let middle = u64::from(DRAWS) * (earliest + latest) / 2;
    assert!(sum.abs_diff(middle) * 1000 <= middle, "{jitter:?}: the mean is {} ns", sum / u64::from(DRAWS));
}

#[test]
fn plus_minus() {
    uniform_over(Jitter::PlusMinus(1), 990, 1010);
    uniform_over(Jitter::PlusMinus(20), 800, 1200);
    uniform_over(Jitter::PlusMinus(100), 100, 2000);
}

#[test]
fn full() {
    uniform_over(Jitter::Full, 100, 1000);
}

#[test]
fn equal() {
    uniform_over(Jitter::Equal, 500, 1000);
}

#[test]
fn decorrelated() {
    uniform_over(Jitter::Decorrelated, 1000, 3000);
}

/// Draws from the window of base₀, 5 s, a million times, as parts of the window from 0 to 1.
fn parts_of_the_window(jitter: Jitter, earliest: f64, latest: f64) -> Vec<f64> {
    let mut poller = Poller::seeded(Policy::builder().jitter(jitter).no_max_wait().build().unwrap(), 4, Duration::ZERO);
    (0..DRAWS)
        .map(|_| {
            let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), Duration::ZERO) else {
                panic!("no limit is set")
            };
            poller.reset_backoff();
            (wait.as_secs_f64() - earliest) / (latest - earliest)
        })
        .collect()
}

/// Every jitter that spreads, with the window of base₀ of the default ladder in seconds.
fn windows() -> impl Iterator<Item = (Jitter, f64, f64)> {
    JITTERS.iter().filter(|(_, jitter)| *jitter != Jitter::None).map(|(name, jitter)| match name {
        &"plus-minus-1" => (*jitter, 4.95, 5.05),
        &"plus-minus-7" => (*jitter, 4.65, 5.35),
        &"plus-minus-20" => (*jitter, 4.0, 6.0),
        &"plus-minus-100" => (*jitter, 0.5, 10.0),
        &"above-1" => (*jitter, 5.0, 5.05),
        &"above-20" => (*jitter, 5.0, 6.0),
        &"above-100" => (*jitter, 5.0, 10.0),
        &"full" => (*jitter, 0.5, 5.0),
        &"equal" => (*jitter, 2.5, 5.0),
        &"decorrelated" => (*jitter, 5.0, 15.0),
        other => panic!("the window of {other} is to be told here"),
    })
}

#[test]
fn every_kind_is_uniform_by_the_test_of_kolmogorov_and_smirnov() {
    for (jitter, earliest, latest) in windows() {
        let mut parts = parts_of_the_window(jitter, earliest, latest);
        parts.sort_unstable_by(f64::total_cmp);
        let count = f64::from(DRAWS);
        let distance = parts
            .iter()
            .enumerate()
            .map(|(index, part)| (part - index as f64 / count).abs().max((part - (index + 1) as f64 / count).abs()))
            .fold(0.0, f64::max);
        // One uniform sample in a thousand is further off than 1.95 / √n.
        assert!(distance < 1.95 / count.sqrt(), "{jitter:?}: {distance}");
    }
}

#[test]
fn one_wait_says_nothing_of_the_next() {
    for (jitter, earliest, latest) in windows() {
        let parts = parts_of_the_window(jitter, earliest, latest);
        let count = f64::from(DRAWS);
        let mean = parts.iter().sum::<f64>() / count;
        let variance = parts.iter().map(|part| (part - mean).powi(2)).sum::<f64>() / count;
        let covariance = parts.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / count;
        let correlation = covariance / variance;
        // One independent sample in a thousand is further from zero than 3.29 / √n.
        assert!(correlation.abs() < 3.29 / count.sqrt(), "{jitter:?}: {correlation}");
    }
}

#[test]
fn ten_thousand_seeds_give_ten_thousand_schedules() {
    for (jitter, ..) in windows() {
        let policy = Policy::builder().jitter(jitter).build().unwrap();
        let schedules: HashSet<Vec<Duration>> = (0..10_000)
            .map(|seed| {
                let mut now = Duration::ZERO;
                let mut poller = Poller::seeded(policy, seed, now);
                let mut waits = Vec::new();
                while let Decision::Sleep(wait) = poller.step(Outcome::<()>::pending(), now) {
                    now += wait;
                    waits.push(wait);
                }
                waits
            })
            .collect();
        assert_eq!(schedules.len(), 10_000, "{jitter:?}");
    }
}
