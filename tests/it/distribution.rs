//! How the waits of each jitter kind are distributed in their window.

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller};
use core::time::Duration;

use crate::support::seconds;

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
