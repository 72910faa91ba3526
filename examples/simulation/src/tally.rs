//! What becomes of polls: when each was made, which were refused, and when the ends of orders were noticed.

use core::time::Duration;

/// What has become of polls. All times are counted from the beginning of the simulation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// When each poll was made, in order.
    pub sent: Vec<Duration>,
    /// When each poll was made that the server refused, in order.
    pub refused: Vec<Duration>,
    /// The orders whose end was noticed, in the order in which that happened.
    pub noticed: Vec<Noticed>,
}

/// When an order came to its end, and when a poll noticed that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noticed {
    /// When the order came to its end.
    pub end: Duration,
    /// When the answer was there that says so.
    pub at: Duration,
}

impl Noticed {
    /// Returns the time from the end of the order until it was noticed.
    pub fn delay(&self) -> Duration {
        self.at.saturating_sub(self.end)
    }
}

impl Tally {
    /// Puts tallies together, as if one client had made all polls.
    ///
    /// ```
    /// use core::time::Duration;
    /// use simulation::tally::Tally;
    ///
    /// let sent = |seconds| Tally { sent: vec![Duration::from_secs(seconds)], ..Tally::default() };
    /// let together = Tally::together(&[sent(2), sent(1)]);
    /// assert_eq!(together.sent, [1, 2].map(Duration::from_secs));
    /// ```
    pub fn together(tallies: &[Self]) -> Self {
        let mut together = Self {
            sent: tallies.iter().flat_map(|tally| &tally.sent).copied().collect(),
            refused: tallies.iter().flat_map(|tally| &tally.refused).copied().collect(),
            noticed: tallies.iter().flat_map(|tally| &tally.noticed).copied().collect(),
        };
        together.sent.sort_unstable();
        together.refused.sort_unstable();
        together.noticed.sort_by_key(|noticed| noticed.at);
        together
    }

    /// Returns the most polls in a second.
    ///
    /// ```
    /// use core::time::Duration;
    /// use simulation::tally::Tally;
    ///
    /// let sent = [100, 900, 1_000, 1_099, 1_100].map(Duration::from_millis).into();
    /// assert_eq!(Tally { sent, ..Tally::default() }.busiest(), 4);
    /// ```
    pub fn busiest(&self) -> u32 {
        let mut start = 0;
        let mut busiest = 0;
        for (end, at) in self.sent.iter().enumerate() {
            while at.saturating_sub(self.sent[start]) >= Duration::from_secs(1) {
                start += 1;
            }
            busiest = busiest.max(end + 1 - start);
        }
        busiest as u32
    }

    /// Returns the mean of the time from the end of an order until it was noticed, in seconds, and 0 if none was.
    pub fn mean_delay(&self) -> f64 {
        let sum: Duration = self.noticed.iter().map(Noticed::delay).sum();
        sum.as_secs_f64() / self.noticed.len().max(1) as f64
    }

    /// Returns the time from the end of an order until it was noticed that one order in twenty exceeds, in seconds, and 0 if none was
    /// noticed.
    pub fn p95_delay(&self) -> f64 {
        let mut delays: Vec<_> = self.noticed.iter().map(Noticed::delay).collect();
        delays.sort_unstable();
        delays.get(delays.len() * 95 / 100).map_or(0.0, Duration::as_secs_f64)
    }
}

/// Returns how many of these times are in each second, up to that of the last.
///
/// ```
/// use core::time::Duration;
/// use simulation::tally::per_second;
///
/// assert_eq!(per_second(&[0, 999, 2_000].map(Duration::from_millis)), [2, 0, 1]);
/// ```
pub fn per_second(times: &[Duration]) -> Vec<u32> {
    let mut seconds = Vec::new();
    for time in times {
        let second = time.as_secs() as usize;
        if seconds.len() <= second {
            seconds.resize(second + 1, 0);
        }
        seconds[second] += 1;
    }
    seconds
}
