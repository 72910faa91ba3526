//! Pollers that play a policy in virtual time.

use core::{convert::Infallible, time::Duration};

use asyncpoll::{Decision, FnRng, Outcome, Policy, Poller, SmallRng, rand_core::Rng};

/// How many draws of each player are spread evenly over the players; later ones are left to chance.
const EVEN_DRAWS: usize = 64;

/// If the players of a policy that goes on alike would make more polls than this, so many times fewer players play it.
const POLLS_OF_MANY: usize = 800;
const MANY_A_FEW: u32 = 4;

/// After so many waits that no longer grow, a policy goes on alike and need not be played.
const ALIKE: usize = 32;

/// By what part two waits that are alike may differ.
const NEARLY: f64 = 1e-6;

/// The most polls that are played of a policy whose waits grow on.
pub(crate) const MOST_PLAYED: usize = 20_000;

/// A number of pollers whose draws are spread evenly: of those that all make for the same wait, each is from another part of the
/// range. So their mean is near the mean of all pollers, be they ever so few.
#[derive(Clone, Debug)]
pub(crate) struct Players {
    /// For each player, the draws.
    draws: Vec<Vec<u64>>,
    /// The same for fewer players, who do if each of them has many polls to make.
    of_few: Vec<Vec<u64>>,
}

impl Players {
    pub(crate) fn new(players: u32) -> Self {
        Self { draws: even_draws(players), of_few: even_draws((players / MANY_A_FEW).max(1)) }
    }

    /// Calls `take` with the polls of each player, of an operation that stays pending, and returns how many players there are.
    pub(crate) fn play(&self, policy: &Policy, mut take: impl FnMut(&[f64], Option<Rest>)) -> usize {
        let length = length(policy);
        let most = length.unwrap_or(MOST_PLAYED);
        let is_long = length.is_some_and(|length| length * self.draws.len() > POLLS_OF_MANY);
        let draws = if is_long { &self.of_few } else { &self.draws };
        let mut times = Vec::new();
        for (player, draws) in draws.iter().enumerate() {
            times.clear();
            let (mut even, mut chance) = (draws.iter(), SmallRng::new(player as u64));
            let rng = FnRng::new(|| even.next().copied().unwrap_or_else(|| chance.next_u64()));
            let rest = if play(policy, rng, most, &mut times) { None } else { Rest::of(&times, policy) };
            take(&times, rest);
        }
        draws.len()
    }
}

/// Spreads draws evenly over so many players.
fn even_draws(players: u32) -> Vec<Vec<u64>> {
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
    draws
}

/// How polls go on after those that are played.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    /// The last poll that is played, and the end of all, in seconds.
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// The mean wait, in seconds.
    pub(crate) wait: f64,
    /// The mean of how late an operation is noticed that is done between two polls.
    pub(crate) delay: f64,
}

impl Rest {
    /// Takes the last waits for those to come.
    fn of(polls: &[f64], policy: &Policy) -> Option<Self> {
        let from = *polls.last()?;
        let (count, sum, squares) = last_waits(polls)
            .fold((0.0, 0.0, 0.0), |(count, sum, squares), wait| (count + 1.0, sum + wait, squares + wait * wait));
        let wait = sum / count;
        let deadline = policy.max_wait()?.as_secs_f64();
        let left = policy.max_polls().map_or(f64::INFINITY, |polls_made| f64::from(polls_made) - polls.len() as f64);
        let to = (from + left * wait).min(deadline);
        // A wait is met the oftener the longer it is.
        (wait > 0.0 && to > from).then(|| Self { from, to, wait, delay: squares / sum / 2.0 })
    }
}

/// Returns the waits that those to come are like.
pub(crate) fn last_waits(polls: &[f64]) -> impl Iterator<Item = f64> {
    polls[polls.len().saturating_sub(ALIKE)..].windows(2).map(|pair| pair[1] - pair[0])
}

/// Returns the most polls of an operation that stays pending.
pub(crate) fn most_polls(policy: &Policy) -> u64 {
    policy.polls().map_or(u64::MAX, |polls| *polls.end())
}

/// Returns whether a policy makes more polls than are played, with waits that grow on.
pub(crate) fn is_endless(policy: &Policy) -> bool {
    length(policy).is_none() && !play(policy, FnRng::new(|| 0), MOST_PLAYED, &mut Vec::new())
}

/// Returns how many polls have to be played, if those that follow are like the last.
fn length(policy: &Policy) -> Option<usize> {
    let mut times = Vec::new();
    let (mut alike, mut before) = (0, 0.0);
    let mut player = Player::new(policy, FnRng::new(|| 1 << 63));
    while times.len() < MOST_PLAYED {
        let wait = player.poll(&mut times)?;
        alike = if (wait - before).abs() <= NEARLY * wait { alike + 1 } else { 0 };
        before = wait;
        if alike >= ALIKE {
            return Some(times.len());
        }
    }
    None
}

/// Puts down the time of each poll, in seconds, up to `most` of them, and returns whether they are all.
fn play(policy: &Policy, rng: impl Rng, most: usize, times: &mut Vec<f64>) -> bool {
    let mut player = Player::new(policy, rng);
    while player.poll(times).is_some() {
        if times.len() >= most {
            return false;
        }
    }
    true
}

/// One poller of an operation that stays pending.
struct Player<R> {
    poller: Poller<Duration, R>,
    now: Duration,
}

impl<R: Rng> Player<R> {
    fn new(policy: &Policy, rng: R) -> Self {
        Self { poller: Poller::new(*policy, rng, Duration::ZERO), now: Duration::ZERO }
    }

    /// Polls, puts down when, in seconds, and returns the wait after it, if there is one.
    fn poll(&mut self, times: &mut Vec<f64>) -> Option<f64> {
        times.push(self.now.as_secs_f64());
        match self.poller.step(Outcome::<Infallible>::pending(), self.now) {
            Decision::Sleep(wait) => {
                self.now = self.now.saturating_add(wait);
                Some(wait.as_secs_f64())
            }
            _ => None,
        }
    }
}
