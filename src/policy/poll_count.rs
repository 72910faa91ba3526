//! How many polls a policy makes: the fewest and the most that any draws lead to.

use core::{
    num::{NonZeroU32, NonZeroU64},
    ops::RangeInclusive,
};

use super::Policy;
use crate::wait::{Deadline, Fit, Window};

/// The most bases that are counted one by one.
const MOST_BASES: u32 = 1_000_000;

impl Policy {
    /// Returns the fewest and the most polls of an operation that stays pending, or `None` if there is no end to them or if the
    /// ladder has more than a million bases up to there.
    ///
    /// Both are exact: some draws lead to the one, some to the other, and none beyond. They hold for polls that take no time
    /// and servers that give no hints; slower ones make fewer polls.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy, PolicyError};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder()
    ///     .initial_wait(Duration::from_secs(2))
    ///     .multiplier(2, 1)
    ///     .max_backoff(Duration::from_secs(60))
    ///     .max_wait(Duration::from_secs(300));
    /// assert_eq!(policy.build()?.polls(), Some(10..=12));
    /// assert_eq!(policy.jitter(Jitter::None).build()?.polls(), Some(10..=10));
    /// assert_eq!(policy.no_max_wait().build()?.polls(), None);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn polls(&self) -> Option<RangeInclusive<u64>> {
        let limit = self.max_polls.map(NonZeroU32::get).map(u64::from);
        let Some(deadline) = self.deadline else {
            return limit.map(|limit| limit..=limit);
        };
        let limit = limit.unwrap_or(u64::MAX);
        // The sooner a poll is made, the more can follow it, and the later, the fewer.
        let fewest = self.polls_before(deadline, limit, |window| window.latest)?;
        let most = self.polls_before(deadline, limit, |window| window.earliest)?;
        Some(fewest..=most)
    }

    /// Returns the number of polls, `limit` at most, if every wait is the one that `choose` takes from its window.
    fn polls_before(&self, deadline: Deadline, limit: u64, choose: impl Fn(Window) -> u64) -> Option<u64> {
        let ladder = &self.ladder;
        let (mut polls, mut time, mut rung) = (1_u64, 0_u64, ladder.bottom());
        let mut head_start = self.head_start.map(NonZeroU64::get);
        for _ in 0..MOST_BASES {
            if polls >= limit {
                return Some(limit);
            }
            let window = head_start.map_or_else(|| ladder.window(rung.base), |wait| ladder.head_start_window(wait));
            time = match self.fit(deadline, deadline.left(time), window, head_start, &choose) {
                Fit::Whole(wait) => time.saturating_add(wait),
                Fit::Last(_) => return Some(polls.saturating_add(1)),
                Fit::TooLong => return Some(polls),
            };
            polls = polls.saturating_add(1);
            if head_start.take().is_none() {
                let next = ladder.above(rung, choose(window));
                if next == rung {
                    // From here on, all waits are alike until one comes near the deadline.
                    let alike = deadline.waits_of(choose(window), time, window);
                    polls = polls.saturating_add(alike);
                    time = time.saturating_add(alike.saturating_mul(choose(window)));
                }
                rung = next;
            }
        }
        None
    }
}
