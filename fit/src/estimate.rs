//! The estimate: what a log of polls says about the times between them.
//!
//! A poller's log is censored: an operation was done at some time between two polls, or not by the last. Expectation and
//! maximisation with a smoothing step after each (B. W. Silverman and others, "A smoothed EM approach to indirect estimation
//! problems", Journal of the Royal Statistical Society B 52, 1990) takes it as it is.

use core::ops::RangeInclusive;

use crate::{Distribution, Record, numbers::NANOSECOND};

/// The bins between the first edge and `max_wait`; one more holds what is done later.
const BINS: usize = 128;

/// How often the estimate is bettered.
const ROUNDS: usize = 300;

/// How often, where widths are compared.
const ROUNDS_TO_COMPARE: usize = 60;

/// The widths that are compared, in the natural logarithm of the time.
const WIDTHS: [f64; 6] = [0.04, 0.07, 0.11, 0.17, 0.26, 0.4];

/// The records from which on widths are compared, each fold by what the other folds say.
const ENOUGH_TO_COMPARE: usize = 50;
const FOLDS: usize = 5;

/// How much likelier, as a logarithm, a width must be to weigh e times as much. Measured: less promises too much, and more
/// blurs two kinds of operation.
const DOUBT: f64 = 5.0;

/// The first edge is this part of the least time.
const BELOW_THE_LEAST: f64 = 9.0;

/// The least time is that which one record in a hundred is done by.
const LEAST: f64 = 0.01;

/// Why a log says nothing about when operations complete.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// There is no record.
    #[error("the log is empty; it must have a line for each operation")]
    Empty,
    /// The time that all must be done by is less than a nanosecond, infinite or not a number.
    #[error("max_wait is {seconds} s; it must be at least a nanosecond, and finite")]
    MaxWait {
        /// What it is, in seconds.
        seconds: f64,
    },
    /// No operation was seen done by `max_wait`.
    #[error("none of {records} operations was done by max_wait; at least one must be")]
    NoneDone {
        /// The number of records.
        records: usize,
    },
    /// All were done at the first poll.
    #[error("all of {records} operations were done when first polled; there is nothing to wait for")]
    AllAtOnce {
        /// The number of records.
        records: usize,
    },
}

/// Estimates when operations complete, up to `max_wait` seconds.
///
/// # Errors
///
/// An [`EstimateError`], if the records say nothing about that.
///
/// # Example
///
/// ```
/// use asyncpoll_fit::{Record, estimate};
///
/// let mut records = vec![Record::new(600.0, f64::INFINITY)?];
/// for tenths in 0..100 {
///     records.push(Record::new(20.0 + f64::from(tenths) / 10.0, 35.0)?);
/// }
/// let times = estimate(&records, 600.0)?;
/// assert!(times.done_by(40.0) - times.done_by(18.0) > 0.9);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn estimate(records: &[Record], max_wait: f64) -> Result<Distribution, EstimateError> {
    if records.is_empty() {
        return Err(EstimateError::Empty);
    }
    if !(NANOSECOND..f64::INFINITY).contains(&max_wait) {
        return Err(EstimateError::MaxWait { seconds: max_wait });
    }
    let later: Vec<Record> = records.iter().filter(|record| record.by() > 0.0).copied().collect();
    if later.is_empty() {
        return Err(EstimateError::AllAtOnce { records: records.len() });
    }
    let mut done: Vec<f64> = later.iter().map(Record::by).filter(|&by| by <= max_wait).collect();
    if done.is_empty() {
        return Err(EstimateError::NoneDone { records: records.len() });
    }
    done.sort_by(f64::total_cmp);
    // Nothing is sooner than a clock tells.
    let least = done[(done.len() as f64 * LEAST) as usize].max(NANOSECOND).min(max_wait);
    let bins = Bins::new(least / BELOW_THE_LEAST, max_wait);
    let cells: Vec<Cell> = later.iter().map(|record| bins.cell(record)).collect();
    let widths =
        if cells.len() >= ENOUGH_TO_COMPARE { bins.likely_widths(&cells) } else { vec![(bins.width_of_few(&cells), 1.0)] };
    let cells = merged(&cells);
    let mut masses = vec![0.0; BINS + 1];
    for (width, share) in widths {
        for (sum, mass) in masses.iter_mut().zip(bins.masses(&cells, width, ROUNDS)) {
            *sum += share * mass;
        }
    }
    let beyond = masses.pop().unwrap_or(0.0);
    let at_once = (records.len() - later.len()) as f64 / records.len() as f64;
    let rest = 1.0 - at_once;
    for mass in &mut masses {
        *mass *= rest;
    }
    Ok(Distribution::new(at_once, bins.edges, &masses, beyond * rest))
}

/// The first and the last bin that an operation may have been done in.
type Cell = (usize, usize);

struct Bins {
    edges: Vec<f64>,
    /// The width of a bin in the logarithm of the time.
    step: f64,
}

impl Bins {
    fn new(first: f64, last: f64) -> Self {
        let step = (last / first).ln() / BINS as f64;
        let mut edges: Vec<f64> = (0..=BINS).map(|edge| first * (edge as f64 * step).exp()).collect();
        edges[BINS] = last;
        Self { edges, step }
    }

    fn cell(&self, record: &Record) -> Cell {
        // A bin ends at its edge and begins after the one before.
        let last = self.edges.partition_point(|&edge| edge < record.by()).saturating_sub(1);
        let first = self.edges.partition_point(|&edge| edge <= record.after()).saturating_sub(1);
        (first.min(last), last)
    }

    /// Returns the shares of the bins, and of what is done later, that make the cells likely and are smooth.
    fn masses(&self, cells: &[(Cell, f64)], width: f64, rounds: usize) -> Vec<f64> {
        let kernel = Kernel::new(self.step, width);
        let whole: f64 = cells.iter().map(|(_, weight)| weight).sum();
        let mut masses = vec![1.0 / (BINS + 1) as f64; BINS + 1];
        let (mut sums, mut factors) = (vec![0.0; BINS + 2], vec![0.0; BINS + 2]);
        for _ in 0..rounds {
            for bin in 0..=BINS {
                sums[bin + 1] = sums[bin] + masses[bin];
            }
            factors.fill(0.0);
            for &((first, last), weight) in cells {
                let factor = weight / whole / (sums[last + 1] - sums[first]).max(1e-300);
                factors[first] += factor;
                factors[last + 1] -= factor;
            }
            let mut factor = 0.0;
            for bin in 0..=BINS {
                factor += factors[bin];
                // The sum of differences may end a little below zero.
                masses[bin] *= factor.max(0.0);
            }
            masses = kernel.smooth(&masses);
        }
        masses
    }

    /// Returns the widths, each with a weight: more for one under which each fifth of the cells is likelier by what the rest says.
    /// The mean of several estimates is nearer to the truth than the likeliest, which promises too much.
    fn likely_widths(&self, cells: &[Cell]) -> Vec<(f64, f64)> {
        let fold_of = |index: usize| index % FOLDS;
        let part = |keep: &dyn Fn(usize) -> bool| {
            merged(&cells.iter().enumerate().filter(|&(index, _)| keep(index)).map(|(_, &cell)| cell).collect::<Vec<_>>())
        };
        let folds: Vec<_> =
            (0..FOLDS).map(|fold| (part(&|index| fold_of(index) != fold), part(&|index| fold_of(index) == fold))).collect();
        let likelihood = |width: f64| -> f64 {
            folds
                .iter()
                .map(|(others, own)| {
                    let masses = self.masses(others, width, ROUNDS_TO_COMPARE);
                    // A little everywhere, for a cell that the others do not reach.
                    let mass = |&(first, last): &Cell| masses[first..=last].iter().sum::<f64>() * 0.95 + 0.05 / BINS as f64;
                    own.iter().map(|(cell, weight)| weight * mass(cell).ln()).sum::<f64>()
                })
                .sum()
        };
        let scores = WIDTHS.map(likelihood);
        let best = scores.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let weights = scores.map(|score| ((score - best) / DOUBT).exp());
        let whole: f64 = weights.iter().sum();
        WIDTHS.into_iter().zip(weights.map(|weight| weight / whole)).collect()
    }

    /// Returns the width for records too few to compare any: less for more of them, and more if their cells are wide.
    fn width_of_few(&self, cells: &[Cell]) -> f64 {
        let mut widths: Vec<usize> = cells.iter().map(|(first, last)| last - first).collect();
        widths.sort_unstable();
        let median = widths[widths.len() / 2] as f64 * self.step;
        (0.3 * (cells.len() as f64).powf(-0.2)).max(0.13 * median).clamp(0.05, 0.3)
    }
}

/// How far each mass is spread, within the bins; what is done later stays apart.
struct Kernel {
    /// The weight at a distance of so many bins.
    weights: Vec<f64>,
    /// For each bin, the sum of the weights that reach another bin or itself.
    wholes: Vec<f64>,
}

impl Kernel {
    fn new(step: f64, width: f64) -> Self {
        let reach = ((3.0 * width / step) as usize).min(BINS - 1);
        let weights: Vec<f64> = (0..=reach).map(|distance| (-0.5 * (distance as f64 * step / width).powi(2)).exp()).collect();
        let mut kernel = Self { weights, wholes: vec![1.0; BINS] };
        let wholes = (0..BINS).map(|bin| kernel.reached(bin).map(|other| kernel.weight(bin, other)).sum());
        kernel.wholes = wholes.collect();
        kernel
    }

    fn reached(&self, bin: usize) -> RangeInclusive<usize> {
        let reach = self.weights.len() - 1;
        bin.saturating_sub(reach)..=(bin + reach).min(BINS - 1)
    }

    fn weight(&self, bin: usize, other: usize) -> f64 {
        self.weights[bin.abs_diff(other)]
    }

    fn smooth(&self, masses: &[f64]) -> Vec<f64> {
        let mut smooth = vec![0.0; masses.len()];
        smooth[BINS] = masses[BINS];
        for (bin, (mass, whole)) in masses.iter().zip(&self.wholes).enumerate() {
            let mass = mass / whole;
            for other in self.reached(bin) {
                smooth[other] += mass * self.weight(bin, other);
            }
        }
        smooth
    }
}

/// Returns each cell once, with how often it occurs.
fn merged(cells: &[Cell]) -> Vec<(Cell, f64)> {
    let mut sorted = cells.to_vec();
    sorted.sort_unstable();
    sorted.chunk_by(|one, other| one == other).map(|equal| (equal[0], equal.len() as f64)).collect()
}
