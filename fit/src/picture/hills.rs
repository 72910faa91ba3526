//! The hills of a distribution: where they are, and the share of each.

use core::ops::Range;

/// The lowest hill, as a part of the highest, and the highest valley, as a part of the lower of the hills beside it.
const HILL: f64 = 0.05;
const VALLEY: f64 = 0.7;

/// Returns the bins of each hill: two are apart if the valley between them is much lower than either.
pub(super) fn hills(densities: &[f64]) -> Vec<Range<usize>> {
    let most = |bins: &[f64]| bins.iter().copied().fold(0.0, f64::max);
    let least = HILL * most(densities);
    let mut hills = Vec::new();
    let mut start = 0;
    for bin in 1..densities.len() {
        let valley = densities[bin];
        // From the next valley on, or the end, the rest belongs to the last hill.
        let is_lowest =
            densities[bin + 1..].iter().take_while(|&&density| density < valley / VALLEY).all(|&density| density >= valley);
        if is_lowest && most(&densities[start..bin]).min(most(&densities[bin..])) * VALLEY > valley.max(least * VALLEY) {
            hills.push(start..bin);
            start = bin;
        }
    }
    hills.push(start..densities.len());
    hills
}
