//! Axes: where a value is, and which values are marked.

use core::ops::Range;

use super::number;
use crate::seconds::show;

/// The digits of round numbers: of few, of many, and of more.
const FEW_DIGITS: &[f64] = &[1.0];
const DIGITS: &[f64] = &[1.0, 2.0, 5.0];
const MORE_DIGITS: &[f64] = &[1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0];

/// The most powers of ten between which round numbers are looked for.
const POWERS: i32 = 18;

/// Round times from a second to a day, in seconds: few, many, and more; below and above, numbers of seconds and of days are round.
const FEW_TIMES: &[f64] = &[1.0, 10.0, 60.0, 600.0, 3_600.0, 36_000.0, 86_400.0];
const TIMES: &[f64] =
    &[1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 3_600.0, 7_200.0, 18_000.0, 36_000.0, 86_400.0];
const MORE_TIMES: &[f64] = &[
    1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 480.0, 600.0,
    900.0, 1_200.0, 1_800.0, 2_700.0, 3_600.0, 5_400.0, 7_200.0, 10_800.0, 14_400.0, 21_600.0, 28_800.0, 43_200.0, 64_800.0,
    86_400.0,
];

/// Fewer round values than these are too few for an axis.
const ENOUGH: usize = 4;

/// Round steps of time from a second to a day, in seconds.
const STEPS: &[f64] = &[
    1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0, 21_600.0,
    43_200.0, 86_400.0,
];

const DAY: f64 = 86_400.0;

/// An axis: values, and the places from left to right, or upwards, that belong to them.
///
/// ```
/// use asyncpoll_fit::drawing::Axis;
///
/// let axis = Axis::linear(0.0..600.0, 100.0..700.0).of_times();
/// assert_eq!(axis.at(300.0), 400.0);
/// assert_eq!(axis.marks(200.0)[1], (300.0, "5 min".to_owned()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    /// Where `low` and `high` are.
    from: f64,
    to: f64,
    is_of_times: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Scale {
    Linear,
    Logarithmic,
    /// Even up to about this value, and logarithmic beyond.
    Stretched(f64),
}

impl Axis {
    /// Returns an axis on which equal distances are equal differences.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// assert_eq!(Axis::linear(0.0..10.0, 0.0..100.0).at(5.0), 50.0);
    /// ```
    pub const fn linear(values: Range<f64>, places: Range<f64>) -> Self {
        Self::new(Scale::Linear, values, places)
    }

    /// Returns an axis on which equal distances are equal ratios; all values must be above zero.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// let middle = Axis::logarithmic(1.0..100.0, 0.0..100.0).at(10.0);
    /// assert!((middle - 50.0).abs() < 1e-9);
    /// ```
    pub const fn logarithmic(values: Range<f64>, places: Range<f64>) -> Self {
        Self::new(Scale::Logarithmic, values, places)
    }

    /// Returns an axis from zero on, which is even up to about `knee`, and logarithmic far beyond it.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// let axis = Axis::stretched(5.0, 635.0, 0.0..70.0);
    /// assert_eq!(axis.at(0.0), 0.0);
    /// // Each stretch is twice as long as the one before: up to 5, 15, 35 and so on.
    /// assert!((axis.at(5.0) - 10.0).abs() < 1e-9 && (axis.at(35.0) - 30.0).abs() < 1e-9);
    /// ```
    pub const fn stretched(knee: f64, high: f64, places: Range<f64>) -> Self {
        Self::new(Scale::Stretched(knee), 0.0..high, places)
    }

    const fn new(
        scale: Scale,
        Range { start: low, end: high }: Range<f64>,
        Range { start: from, end: to }: Range<f64>,
    ) -> Self {
        Self { scale, low, high, from, to, is_of_times: false }
    }

    /// Returns the same for times, in seconds.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// let axis = Axis::linear(0.0..120.0, 0.0..120.0);
    /// assert_eq!(axis.marks(100.0)[1].1, "100");
    /// assert_eq!(axis.of_times().marks(100.0)[1].1, "2 min");
    /// ```
    #[must_use]
    pub const fn of_times(self) -> Self {
        Self { is_of_times: true, ..self }
    }

    /// Returns the place of a value. What is beyond an end is at that end.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// let upwards = Axis::linear(0.0..10.0, 100.0..0.0);
    /// assert_eq!((upwards.at(1.0), upwards.at(12.0)), (90.0, 0.0));
    /// ```
    pub fn at(&self, value: f64) -> f64 {
        let value = value.clamp(self.low.min(self.high), self.high.max(self.low));
        let part = self.stretch(value) / self.stretch(self.high);
        self.from + part * (self.to - self.from)
    }

    /// Returns the value at a place.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// let axis = Axis::logarithmic(1.0..100.0, 0.0..100.0);
    /// assert!((axis.value(50.0) - 10.0).abs() < 1e-9);
    /// ```
    pub fn value(&self, place: f64) -> f64 {
        let stretch = (place - self.from) / (self.to - self.from) * self.stretch(self.high);
        match self.scale {
            Scale::Linear => self.low + stretch,
            Scale::Logarithmic => self.low * stretch.exp(),
            Scale::Stretched(knee) => knee * stretch.exp_m1(),
        }
    }

    /// How far a value is from `low`, in units of the scale.
    fn stretch(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => value - self.low,
            Scale::Logarithmic => (value / self.low).ln(),
            Scale::Stretched(knee) => (value / knee).ln_1p(),
        }
    }

    /// Returns where the least value is.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// assert_eq!(Axis::linear(0.0..10.0, 100.0..0.0).start(), 100.0);
    /// ```
    pub const fn start(&self) -> f64 {
        self.from
    }

    /// Returns where the greatest value is.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// assert_eq!(Axis::linear(0.0..10.0, 100.0..0.0).end(), 0.0);
    /// ```
    pub const fn end(&self) -> f64 {
        self.to
    }

    /// Returns round values, in ascending order, and how they are said. No two are nearer to each other than `room`.
    ///
    /// ```
    /// use asyncpoll_fit::drawing::Axis;
    ///
    /// let axis = Axis::logarithmic(1.0..3600.0, 0.0..500.0).of_times();
    /// let words: Vec<String> = axis.marks(100.0).into_iter().map(|(_, words)| words).collect();
    /// assert_eq!(words, ["1 s", "10 s", "1 min", "10 min", "1 h"]);
    /// ```
    pub fn marks(&self, room: f64) -> Vec<(f64, String)> {
        let values = match self.scale {
            Scale::Linear => self.steps(room),
            Scale::Logarithmic => self.thinned(room, None),
            Scale::Stretched(_) => self.thinned(room, Some(0.0)),
        };
        let words = |value| if self.is_of_times && value != 0.0 { show(value) } else { number(value) };
        values.into_iter().map(|value| (value, words(value))).collect()
    }

    /// Returns the multiples of the least round step that leaves room.
    fn steps(&self, room: f64) -> Vec<f64> {
        let per_value = (self.to - self.from).abs() / (self.high - self.low);
        let Some(step) = self.round(DIGITS, STEPS).find(|step| step * per_value >= room) else { return Vec::new() };
        let first = (self.low / step).ceil();
        // A value that misses the end by an error of floating point is at the end.
        let steps = ((self.high / step - first) * (1.0 + 1e-9)).floor().max(0.0) as u32;
        (0..=steps).map(|index| (first + f64::from(index)) * step).collect()
    }

    /// Returns round values that leave room, and the value that is always there.
    fn thinned(&self, room: f64, always: Option<f64>) -> Vec<f64> {
        let many = self.apart(self.round(DIGITS, TIMES), room, always);
        if many.len() >= ENOUGH {
            return many;
        }
        let more = self.apart(self.round(MORE_DIGITS, MORE_TIMES), room, always);
        if more.len() >= ENOUGH {
            return more;
        }
        // On a short axis, the roundest values say most.
        let few = self.apart(self.round(FEW_DIGITS, FEW_TIMES), room, always);
        if few.len() < more.len() { more } else { few }
    }

    /// Returns those of the values that are on the axis, from the greatest downwards, without those that are too near to another.
    fn apart(&self, values: impl Iterator<Item = f64>, room: f64, always: Option<f64>) -> Vec<f64> {
        let inside: Vec<f64> = values.filter(|value| (self.low..=self.high).contains(value)).collect();
        let is_free = |value: f64, other: f64| (self.at(value) - self.at(other)).abs() >= room;
        let mut apart: Vec<f64> = Vec::new();
        for value in inside.into_iter().rev() {
            if apart.last().into_iter().chain(&always).all(|&other| is_free(value, other)) {
                apart.push(value);
            }
        }
        apart.extend(always);
        apart.reverse();
        apart
    }

    /// Returns round values in ascending order: those of these digits, and of times these between a second and a day.
    fn round<'a>(&self, digits: &'a [f64], times: &'a [f64]) -> Box<dyn Iterator<Item = f64> + 'a> {
        if self.is_of_times {
            let days = decimals(0..POWERS, digits).skip(1).map(|days| days * DAY);
            Box::new(decimals(-POWERS..0, digits).chain(times.iter().copied()).chain(days))
        } else {
            Box::new(decimals(-POWERS..POWERS, digits))
        }
    }
}

/// Returns these digits times these powers of ten.
fn decimals(powers: Range<i32>, digits: &[f64]) -> impl Iterator<Item = f64> {
    // A division by a power of ten gives the number that is written so.
    let power = |power: i32, digit: f64| if power < 0 { digit / 10_f64.powi(-power) } else { digit * 10_f64.powi(power) };
    powers.flat_map(move |exponent| digits.iter().map(move |&digit| power(exponent, digit)))
}
