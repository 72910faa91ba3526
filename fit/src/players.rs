//! Pollers that play a plan in virtual time.

use core::{convert::Infallible, time::Duration};

use asyncpoll::{
    Decision, Outcome, Poller,
    rand_core::{Rng, TryRng, utils},
};

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
        let mut chance = Chance(0x5eed);
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
            let rng = Draws { even: draws.iter(), rest: Chance(player as u64) };
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
    play(plan, Soonest, |_| polls += 1);
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

/// Evenly spread draws, and then others.
struct Draws<'a> {
    even: core::slice::Iter<'a, u64>,
    rest: Chance,
}

/// Sebastiano Vigna's `SplitMix64`.
struct Chance(u64);

/// Always the start of a window.
struct Soonest;

/// Makes a generator of what draws 64 bits.
macro_rules! generator {
    ($of:ty, $self:ident => $draw:expr) => {
        impl TryRng for $of {
            type Error = Infallible;

            fn try_next_u64(&mut $self) -> Result<u64, Infallible> {
                Ok($draw)
            }

            fn try_next_u32(&mut self) -> Result<u32, Infallible> {
                self.try_next_u64().map(|draw| (draw >> 32) as u32)
            }

            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
                utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
            }
        }
    };
}

generator!(Soonest, self => 0);
generator!(Draws<'_>, self => match self.even.next() {
    Some(&draw) => draw,
    None => self.rest.next_u64(),
});
generator!(Chance, self => {
    self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
});
