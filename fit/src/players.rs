//! Pollers that play a plan in virtual time.

use core::{convert::Infallible, time::Duration};

use asyncpoll::{Decision, FnRng, Outcome, Poller, SmallRng, rand_core::Rng};

use crate::Plan;

/// How many draws of each player are spread evenly over the players; later ones are left to chance.
const EVEN_DRAWS: usize = 64;

/// The most polls that are played: what makes more is not fit for anything.
pub(crate) const MOST_POLLS: u64 = 20_000;

/// A number of pollers whose draws are spread evenly: of those that all make for the same wait, each is from another part of the
/// range. So their mean is near the mean of all pollers, be they ever so few.
#[derive(Clone, Debug)]
pub(crate) struct Players {
    /// For each player, the draws.
    draws: Vec<Vec<u64>>,
}

impl Players {
    pub(crate) fn new(players: u32) -> Self {
        let mut chance = SmallRng::new(0x5eed);
        let mut draws = vec![Vec::with_capacity(EVEN_DRAWS); players as usize];
        let mut parts: Vec<u32> = (0..players).collect();
        for _ in 0..EVEN_DRAWS {
            for left in (1..parts.len()).rev() {
                parts.swap(left, (chance.next_u64() % (left as u64 + 1)) as usize);
            }
            for (draws, &part) in draws.iter_mut().zip(&parts) {
                let middle = (f64::from(part) + 0.5) / f64::from(players);
                draws.push((middle * 2_f64.powi(64)) as u64);
            }
        }
        Self { draws }
    }

    /// Calls `take` with the times of each player's polls, in seconds, of an operation that stays pending.
    pub(crate) fn play(&self, plan: &Plan, mut take: impl FnMut(&[f64])) {
        let mut times = Vec::new();
        for (player, draws) in self.draws.iter().enumerate() {
            times.clear();
            let (mut even, mut rest) = (draws.iter(), SmallRng::new(player as u64));
            let rng = FnRng::new(|| even.next().copied().unwrap_or_else(|| rest.next_u64()));
            play(plan, rng, |time| times.push(time));
            take(&times);
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.draws.len()
    }
}

/// Returns the most polls of an operation that stays pending: the sooner a poll is made, the more can follow it.
pub(crate) fn most_polls(plan: &Plan) -> u64 {
    let mut polls = 0;
    // Zero is the start of every window.
    play(plan, FnRng::new(|| 0), |_| polls += 1);
    polls
}

/// Calls `take` with the time of each poll, in seconds.
fn play(plan: &Plan, rng: impl Rng, mut take: impl FnMut(f64)) {
    let mut now = Duration::ZERO;
    let mut poller = Poller::new(plan.policy, rng, now);
    loop {
        take(now.as_secs_f64());
        match plan.step(&mut poller, Outcome::<Infallible>::pending(), now) {
            Decision::Sleep(wait) if u64::from(poller.polls()) < MOST_POLLS => now += wait,
            _ => return,
        }
    }
}
