//! Prints a log of simulated orders, polled in virtual time under the default policy: most are issued within a minute or two,
//! and some have to wait for somebody to look at them. It takes the number of orders, 197 unless given.
#![expect(clippy::float_arithmetic, reason = "times are drawn from a distribution")]

use core::time::Duration;
use std::{
    env,
    error::Error,
    io::{self, Write},
};

use asyncpoll::{Decision, Outcome, Policy, Poller, SeededRng};
use rand::{Rng, RngExt};

/// How many orders there are, unless it is said.
const ORDERS: u32 = 197;

fn main() -> Result<(), Box<dyn Error>> {
    let orders = env::args().nth(1).map_or(Ok(ORDERS), |orders| orders.parse())?;
    let mut rng = SeededRng::new(2026);
    let mut out = io::stdout();
    for _ in 0..orders {
        let issued = issued(&mut rng);
        writeln!(out, "{}", polled(issued, rng.random()))?;
    }
    Ok(())
}

/// Draws how long it takes until an order is issued: log-normal, with a median of 50 s, or for one in eight of 280 s.
fn issued(rng: &mut impl Rng) -> Duration {
    let (one, other): (f64, f64) = (rng.random(), rng.random());
    let normal = (-2.0 * (1.0 - one).ln()).sqrt() * (core::f64::consts::TAU * other).cos();
    let (median, deviation) = if rng.random_bool(0.125) { (280.0, 0.4) } else { (50.0, 0.45) };
    Duration::from_secs_f64(median * f64::exp(deviation * normal))
}

/// Polls an order until it is issued, and returns its line of the log: the polls between which it was, or the last.
fn polled(issued: Duration, seed: u64) -> String {
    let (mut now, mut after) = (Duration::ZERO, Duration::ZERO);
    let mut poller = Poller::seeded(Policy::default(), seed, now);
    loop {
        let outcome = if now < issued { Outcome::<_>::pending() } else { Outcome::Done(()) };
        match poller.step(outcome, now) {
            Decision::Sleep(wait) => (now, after) = (now.saturating_add(wait), now),
            Decision::Done(()) => return format!("{:.3}s..{:.3}s", after.as_secs_f64(), now.as_secs_f64()),
            Decision::Failed(error) => match error {},
            Decision::GaveUp(_) => return format!(">{:.3}s", now.as_secs_f64()),
        }
    }
}
