//! How far what was drawn reaches.

use super::Place;

/// A rectangle around all places that were added.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    least: Place,
    most: Place,
}

impl Default for Extent {
    fn default() -> Self {
        Self { least: (f64::INFINITY, f64::INFINITY), most: (f64::NEG_INFINITY, f64::NEG_INFINITY) }
    }
}

impl Extent {
    /// A place that is not a number is outside of any frame.
    pub(super) fn add(&mut self, (x, y): Place) {
        let least = |one: f64, other: f64| if other.is_nan() { f64::NEG_INFINITY } else { one.min(other) };
        self.least = (least(self.least.0, x), least(self.least.1, y));
        self.most = (self.most.0.max(x), self.most.1.max(y));
    }

    pub(super) fn is_within(self, width: f64, height: f64) -> bool {
        self.least.0 >= 0.0 && self.least.1 >= 0.0 && self.most.0 <= width && self.most.1 <= height
    }
}
