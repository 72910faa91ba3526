//! Kinds of operations: how long they take.

use asyncpoll::SeededRng;
use asyncpoll_fit::Distribution;
use rand::{Rng, RngExt};

/// The `max_wait` of all tests, in seconds.
pub(crate) const MAX_WAIT: f64 = 600.0;

/// How long operations of one kind take, in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// Median and the deviation of the logarithm.
    LogNormal(f64, f64),
    /// Seven in ten near the first, the others near the second.
    Two(f64, f64),
    /// From the first to the second, all times alike.
    Uniform(f64, f64),
    /// Least time and exponent of the tail.
    Pareto(f64, f64),
    /// The mean.
    Exponential(f64),
}

impl Kind {
    /// Draws the time of an operation.
    pub(crate) fn draw(self, rng: &mut impl Rng) -> f64 {
        let share: f64 = rng.random();
        match self {
            Self::LogNormal(median, deviation) => median * (deviation * normal(rng)).exp(),
            Self::Two(often, _) if share < 0.7 => often * (0.3 * normal(rng)).exp(),
            Self::Two(_, seldom) => seldom * (0.3 * normal(rng)).exp(),
            Self::Uniform(least, most) => least + (most - least) * share,
            Self::Pareto(least, exponent) => least * (1.0 - share).powf(-1.0 / exponent),
            Self::Exponential(mean) => -mean * (1.0 - share).ln(),
        }
    }

    /// Returns the distribution of times that are all `factor` times as long, as a quarter of a million of them have it.
    pub(crate) fn times(self, factor: f64) -> Distribution {
        let mut rng = SeededRng::new(17);
        let mut drawn: Vec<f64> = (0..250_000).map(|_| factor * self.draw(&mut rng)).collect();
        drawn.sort_by(f64::total_cmp);
        let least = drawn[250].min(MAX_WAIT / 100.0) / 3.0;
        let step = (MAX_WAIT / least).ln() / 600.0;
        let mut edges: Vec<f64> = (0..600).map(|edge| least * (f64::from(edge) * step).exp()).collect();
        edges.push(MAX_WAIT);
        Distribution::of(edges, |seconds| drawn.partition_point(|&time| time <= seconds) as f64 / drawn.len() as f64)
    }
}

/// Draws from the normal distribution, by the method of Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let (one, other): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * (1.0 - one).ln()).sqrt() * (core::f64::consts::TAU * other).cos()
}
