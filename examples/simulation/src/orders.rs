//! How long orders take.

use asyncpoll::{SeededRng, rand_core::Rng as _};
use core::time::Duration;

/// The standard deviation of the logarithm of the time that an order takes.
const SIGMA: f64 = 0.5;

/// Draws the time that an order takes, by the transform of Box and Muller.
pub(crate) fn log_normal(median: f64, rng: &mut SeededRng) -> Duration {
    let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
    let normal = radius * (core::f64::consts::TAU * uniform()).cos();
    Duration::from_secs_f64(median * (SIGMA * normal).exp())
}
