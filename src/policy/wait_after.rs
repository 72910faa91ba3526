//! A single wait of a policy, without a poller.

use core::{num::NonZeroU64, time::Duration};

use rand_core::Rng;

use super::Policy;
use crate::wait::Jitter;

impl Policy {
    /// Returns the wait that follows poll number `poll` by the ladder alone, drawn from `rng`: for traits that know a number and
    /// keep no state.
    ///
    /// It is the wait of a poller whose polls all stayed pending without a hint, its head start and table of waits included, if no
    /// deadline or limit ends it: those are the caller's to keep. Before the first poll, number 1, there is no wait. It takes one
    /// draw, or as many as `poll` under decorrelated jitter, whose waits depend on those before them. The time that it takes grows
    /// with `poll` until the ladder has reached `max_backoff`.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Policy, PolicyError, SmallRng, random_seed};
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut rng = SmallRng::new(random_seed());
    /// let seconds = |poll| policy.wait(poll, &mut rng).as_secs();
    /// assert_eq!([0, 1, 2, 3, 99].map(seconds), [0, 5, 15, 45, 300]);
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn wait<R: Rng + ?Sized>(&self, poll: u32, rng: &mut R) -> Duration {
        let ladder = &self.ladder;
        let climbs = match (poll, self.head_start.map(NonZeroU64::get)) {
            (0, _) => return Duration::ZERO,
            (1, Some(head_start)) => {
                return Duration::from_nanos(ladder.head_start_window(head_start).at(ladder.draw(rng)));
            }
            (_, head_start) => poll.saturating_sub(if head_start.is_some() { 2 } else { 1 }),
        };
        let is_drawn = ladder.jitter == Jitter::Decorrelated;
        let mut at = ladder.bottom();
        for _ in 0..climbs {
            let wait = if is_drawn { ladder.window(at.base).at(ladder.draw(rng)) } else { 0 };
            let above = ladder.above(at, wait);
            if above == at && !is_drawn {
                break;
            }
            at = above;
        }
        Duration::from_nanos(ladder.window(at.base).at(ladder.draw(rng)))
    }
}
