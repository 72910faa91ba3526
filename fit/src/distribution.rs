//! When operations complete, as a histogram.

use core::time::Duration;

use crate::numbers::seconds;

/// The share of operations that may be unlike all that were seen.
const NO_IDEA: f64 = 0.05;

/// By how much an operation that is unlike all others may outlast the last bin.
const NO_IDEA_OUTLASTS: f64 = 10.0;

/// The share of operations that are nearly all, and so many times as long as they take is far beyond.
const NEARLY_ALL: f64 = 0.95;
const FAR: f64 = 20.0;

/// The shortest wait that is worth fitting is one of so many parts of the median.
const SHORTEST: f64 = 1_000.0;

/// How many times are tried on either side for a time that moves.
const BLUR_STEPS: i32 = 6;

/// The distribution of completion times: a histogram in seconds, and what lies outside it.
///
/// # Example
///
/// ```
/// use asyncpoll_fit::Distribution;
///
/// let even = Distribution::new(0.1, vec![10.0, 20.0, 40.0], &[0.3, 0.4], 0.2);
/// assert_eq!(even.done_by(0.0), 0.1);
/// assert!((even.done_by(15.0) - 0.25).abs() < 1e-12);
/// assert!((even.pending_at(40.0) - 0.2).abs() < 1e-12);
/// ```
#[derive(Clone, Debug)]
pub struct Distribution {
    at_once: f64,
    edges: Vec<f64>,
    /// For each edge, the share that is done between the first edge and this one.
    below: Vec<f64>,
    /// For each edge, the sum of the completion times of that share.
    moments: Vec<f64>,
    /// What is done by the last edge, with `at_once`.
    total: f64,
}

impl Distribution {
    /// Makes a distribution of shares, which need not add up to one: what is done when first polled, the bins between
    /// consecutive edges, in seconds, and what is not done by the last.
    ///
    /// Edges must ascend and be one more than the masses; what is missing at either end of either is left out.
    pub fn new(at_once: f64, edges: Vec<f64>, masses: &[f64], beyond: f64) -> Self {
        let whole = (at_once + masses.iter().sum::<f64>() + beyond).max(f64::MIN_POSITIVE);
        let (mut below, mut moments) = (vec![0.0], vec![0.0]);
        let (mut sum, mut moment) = (0.0, 0.0);
        for (bin, mass) in edges.windows(2).zip(masses) {
            sum += mass / whole;
            moment += mass / whole * (bin[0] + bin[1]) / 2.0;
            below.push(sum);
            moments.push(moment);
        }
        let at_once = at_once / whole;
        Self { at_once, edges, below, moments, total: at_once + sum }
    }

    /// Makes the distribution that has `done_by(t)` of all operations done at `t` seconds, with a bin between any two edges.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// let edges = (0..=100).map(f64::from).collect();
    /// let even = Distribution::of(edges, |seconds| seconds / 100.0);
    /// assert!((even.pending_at(60.0) - 0.4).abs() < 1e-12);
    /// ```
    pub fn of(edges: Vec<f64>, done_by: impl Fn(f64) -> f64) -> Self {
        let (Some(&first), Some(&last)) = (edges.first(), edges.last()) else {
            return Self::new(0.0, edges, &[], 1.0);
        };
        let masses: Vec<f64> = edges.windows(2).map(|bin| done_by(bin[1]) - done_by(bin[0])).collect();
        Self::new(done_by(first), edges, &masses, 1.0 - done_by(last))
    }

    /// Returns the same with one operation in twenty about which nothing is assumed: it is done at any time from the first edge
    /// on, on a logarithmic scale that ends at ten times the last edge. Far beyond the times of the others, it is the seldomer
    /// the later, so that however late the last edge is, no more is lost to waits there than anywhere else. It keeps the tail of
    /// a fitted schedule honest.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// // From 60 s to 6,000 s it is as far as twice to 600 s.
    /// let times = Distribution::new(0.0, vec![60.0, 600.0], &[1.0], 0.0).hedged();
    /// assert!((times.pending_at(600.0) - 0.05 / 2.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn hedged(&self) -> Self {
        let (Some(&first), Some(&last)) = (self.edges.first(), self.edges.last()) else {
            return self.clone();
        };
        let first = first.max(last * 1e-12);
        let far = (self.quantile(NEARLY_ALL) * FAR).max(first);
        // How much of it is done between two times, before it is divided by all.
        let unlike = |from: f64, to: f64| {
            let (from, to) = (from.max(first), to.max(first));
            (to.min(far) / from.min(far)).ln() + far / from.max(far) - far / to.max(far)
        };
        let end = last * NO_IDEA_OUTLASTS;
        let whole = unlike(first, end);
        let masses = self
            .edges
            .windows(2)
            .zip(self.below.windows(2))
            .map(|(bin, below)| (1.0 - NO_IDEA) * (below[1] - below[0]) + NO_IDEA * unlike(bin[0], bin[1]) / whole);
        let beyond = (1.0 - NO_IDEA) * (1.0 - self.total) + NO_IDEA * unlike(last, end) / whole;
        Self::new((1.0 - NO_IDEA) * self.at_once, self.edges.clone(), &masses.collect::<Vec<f64>>(), beyond)
    }

    /// Returns the same with every time moved by up to the part `by` of it, either way.
    #[must_use]
    pub(crate) fn blurred(&self, by: f64) -> Self {
        let moves = (-BLUR_STEPS..=BLUR_STEPS).map(|step| 1.0 + by * f64::from(step) / f64::from(BLUR_STEPS));
        let done_by = |seconds: f64| moves.clone().map(|moved| self.done_by(seconds * moved)).sum::<f64>();
        let whole = f64::from(2 * BLUR_STEPS + 1);
        Self::of(self.edges.clone(), |seconds| done_by(seconds) / whole)
    }

    /// Returns the edges of the bins, in seconds.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// let even = Distribution::new(0.0, vec![10.0, 20.0, 40.0], &[0.5, 0.5], 0.0);
    /// assert_eq!(even.edges(), [10.0, 20.0, 40.0]);
    /// ```
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Returns the share of operations that are done when they are first polled.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// let times = Distribution::new(1.0, vec![10.0, 20.0], &[3.0], 0.0);
    /// assert_eq!(times.at_once(), 0.25);
    /// ```
    pub const fn at_once(&self) -> f64 {
        self.at_once
    }

    /// Returns the share of operations that are done at `seconds`.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// let times = Distribution::new(1.0, vec![10.0, 20.0], &[3.0], 0.0);
    /// assert_eq!(times.done_by(15.0), 0.25 + 0.75 / 2.0);
    /// ```
    pub fn done_by(&self, seconds: f64) -> f64 {
        self.at_once + self.below_and_moment(seconds).0
    }

    /// Returns the share of operations that are not done at `seconds`.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// let times = Distribution::new(1.0, vec![10.0, 20.0], &[3.0], 0.0);
    /// assert_eq!(times.pending_at(15.0), 0.75 / 2.0);
    /// ```
    pub fn pending_at(&self, seconds: f64) -> f64 {
        1.0 - self.done_by(seconds)
    }

    /// Returns the shortest wait that is worth fitting, if nobody says so: a thousandth of the time that half of the operations
    /// that are done after the first poll take.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    /// use core::time::Duration;
    ///
    /// let times = Distribution::new(0.5, vec![10.0, 30.0], &[0.5], 0.0);
    /// assert_eq!(times.shortest_wait(), Duration::from_millis(20));
    /// ```
    pub fn shortest_wait(&self) -> Duration {
        seconds(self.quantile(0.5) / SHORTEST)
    }

    /// Returns how long an operation is pending between two times, in seconds and in the mean.
    pub(crate) fn pending_for(&self, from: f64, to: f64) -> f64 {
        let [(below_from, moment_from), (below_to, moment_to)] = [from, to].map(|seconds| self.below_and_moment(seconds));
        // In parts: what is done by a time, summed over the times, is the time left to what is done.
        let done = to * below_to - from * below_from - (moment_to - moment_from);
        ((1.0 - self.at_once) * (to - from) - done).max(0.0)
    }

    /// Returns the first time, in seconds, at which `share` of the operations that are done by the last edge are, those that
    /// are done at once left out.
    ///
    /// ```
    /// use asyncpoll_fit::Distribution;
    ///
    /// let times = Distribution::new(0.5, vec![10.0, 20.0, 40.0], &[0.25, 0.25], 0.0);
    /// assert_eq!((times.quantile(0.25), times.quantile(0.75)), (15.0, 30.0));
    /// ```
    pub fn quantile(&self, share: f64) -> f64 {
        if self.below.len() < 2 {
            return 0.0;
        }
        let wanted = share * self.below.last().copied().unwrap_or(0.0);
        let bin = self.below.partition_point(|&below| below < wanted).clamp(1, self.below.len() - 1);
        let part = (wanted - self.below[bin - 1]) / (self.below[bin] - self.below[bin - 1]);
        let part = if part.is_finite() { part } else { 1.0 };
        self.edges[bin - 1] + part * (self.edges[bin] - self.edges[bin - 1])
    }

    /// Returns the share of operations that are done after the first poll and by `seconds`, and the sum of their times.
    pub(crate) fn below_and_moment(&self, seconds: f64) -> (f64, f64) {
        self.below_and_moment_from(self.edges.partition_point(|&edge| edge <= seconds), seconds)
    }

    /// Returns what reads the same for times that ascend, and need not look for each.
    pub(crate) const fn reader(&self) -> Reader<'_> {
        Reader { times: self, after: 0 }
    }

    /// Reads it, if `after` is the first edge after `seconds`.
    fn below_and_moment_from(&self, after: usize, seconds: f64) -> (f64, f64) {
        if after == 0 {
            return (0.0, 0.0);
        }
        let (below, moment) = (self.below[after - 1], self.moments[after - 1]);
        if after == self.below.len() {
            return (below, moment);
        }
        let (start, end) = (self.edges[after - 1], self.edges[after]);
        let part = (self.below[after] - below) * (seconds - start) / (end - start);
        (below + part, moment + part * (start + seconds) / 2.0)
    }
}

/// A distribution that is read from the front.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    times: &'a Distribution,
    after: usize,
}

impl Reader<'_> {
    /// Returns the share of operations that are done after the first poll and by `seconds`, and the sum of their times.
    pub(crate) fn below_and_moment(&mut self, seconds: f64) -> (f64, f64) {
        while self.times.edges.get(self.after).is_some_and(|&edge| edge <= seconds) {
            self.after += 1;
        }
        self.times.below_and_moment_from(self.after, seconds)
    }
}
