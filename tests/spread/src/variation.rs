//! Fleets at random, and fleets that differ a little from another.

use asyncpoll::Jitter;
use rand::{Rng, RngExt, seq::IndexedRandom};

use crate::{
    every::KINDS,
    fleet::{Fleet, Found, INITIAL_WAIT, Stage},
};

/// Makes an `initial_wait` of 10 ms, 5 s and a year, where percentages are computed in another way.
const GRAINS: [u64; 3] = [100, 50_000, 315_360_000_000];

/// At most this many times `initial_wait`, so that fleets are played quickly.
const LONGEST: u64 = 60;

const MULTIPLIERS: [(u32, u32); 8] = [(1, 1), (101, 100), (5, 4), (3, 2), (2, 1), (3, 1), (10, 1), (1_000, 1)];

/// Among them those on both sides of 20 %, the most that hints and last waits are spread by.
const PERCENTAGES: [u8; 10] = [1, 5, 10, 19, 20, 21, 30, 50, 90, 100];

impl Fleet {
    pub(crate) fn random<R: Rng>(rng: &mut R) -> Self {
        let draft = Self {
            grain: *GRAINS.choose(rng).unwrap_or(&1),
            head_start: None,
            waits: Vec::new(),
            multiplier: multiplier(rng),
            max_backoff: ceiling(rng),
            jitter: jitter(rng),
            hint_jitter: hint_jitter(rng),
            max_wait: length(rng),
            stages: Vec::new(),
            rest: Found::PENDING,
        };
        let stages = (0..rng.random_range(0..4)).map(|_| draft.random_stage(rng)).collect();
        let head_start = rng.random_bool(0.3).then(|| draft.random_length(rng));
        let rest = draft.random_found(rng);
        let waits = draft.random_waits(rng);
        Self { head_start, waits, stages, rest, ..draft }.valid().unwrap_or_else(|| Self::random(rng))
    }

    pub(crate) fn neighbour<R: Rng>(&self, rng: &mut R) -> Self {
        let mut fleet = self.clone();
        for _ in 0..*[1, 1, 2, 3].choose(rng).unwrap_or(&1) {
            fleet.vary(rng);
        }
        fleet.valid().filter(|fleet| fleet != self).unwrap_or_else(|| self.neighbour(rng))
    }

    fn vary<R: Rng>(&mut self, rng: &mut R) {
        match rng.random_range(0..14) {
            0 => self.multiplier = multiplier(rng),
            1 => self.jitter = jitter(rng),
            2 => self.max_backoff = if rng.random() { ceiling(rng) } else { nudged(self.max_backoff, rng) },
            3 => self.max_wait = length(rng),
            4 | 5 => self.max_wait = nudged(self.max_wait, rng),
            6 => {
                self.head_start = match self.head_start {
                    Some(head_start) if rng.random_bool(0.7) => Some(nudged(head_start, rng)),
                    Some(_) => None,
                    None => Some(self.random_length(rng)),
                }
            }
            7 => self.rest = self.varied_found(self.rest, rng),
            8 if self.stages.len() < 4 => {
                let place = rng.random_range(0..=self.stages.len());
                self.stages.insert(place, self.random_stage(rng));
            }
            9 if !self.stages.is_empty() => {
                self.stages.remove(rng.random_range(0..self.stages.len()));
            }
            10 if self.waits.is_empty() => self.waits = self.random_waits(rng),
            10 => {
                let place = rng.random_range(0..self.waits.len());
                if rng.random_bool(0.3) {
                    self.waits.remove(place);
                } else {
                    self.waits[place] = nudged(self.waits[place], rng).clamp(1, self.max_backoff);
                }
            }
            11 => self.hint_jitter = hint_jitter(rng),
            _ if !self.stages.is_empty() => {
                let place = rng.random_range(0..self.stages.len());
                let Stage { polls, found } = self.stages[place];
                self.stages[place] = if rng.random_bool(0.3) {
                    Stage { polls: rng.random_range(1..polls + 3), found }
                } else {
                    Stage { polls, found: self.varied_found(found, rng) }
                };
            }
            _ => self.grain = *GRAINS.choose(rng).unwrap_or(&1),
        }
    }

    /// Returns no table more often than one.
    fn random_waits<R: Rng>(&self, rng: &mut R) -> Vec<u64> {
        if self.jitter == Jitter::Decorrelated || rng.random_bool(0.6) {
            return Vec::new();
        }
        let count = rng.random_range(1..=8);
        (0..count).map(|_| length(rng).min(self.max_backoff)).collect()
    }

    fn random_stage<R: Rng>(&self, rng: &mut R) -> Stage {
        let most = *[1, 1, 4, 30].choose(rng).unwrap_or(&1);
        Stage { polls: rng.random_range(1..=most), found: self.random_found(rng) }
    }

    fn random_found<R: Rng>(&self, rng: &mut R) -> Found {
        let hint = match rng.random_range(0..8) {
            0..3 => None,
            3 => Some(0),
            4 => Some(rng.random_range(0..INITIAL_WAIT)),
            5 => Some(INITIAL_WAIT - magnitude(rng).min(INITIAL_WAIT)),
            _ => Some(self.random_length(rng)),
        };
        Found { transient: rng.random_bool(0.3), hint }
    }

    fn varied_found<R: Rng>(&self, found: Found, rng: &mut R) -> Found {
        match (rng.random_range(0..8), found.hint) {
            (0..5, Some(hint)) => Found { hint: Some(nudged(hint, rng)), ..found },
            (5, _) => Found { transient: !found.transient, ..found },
            _ => self.random_found(rng),
        }
    }

    /// Returns a length for hints and head starts: any, or one that ends near the deadline.
    fn random_length<R: Rng>(&self, rng: &mut R) -> u64 {
        if rng.random() { length(rng) } else { self.max_wait.saturating_sub(magnitude(rng)) }
    }

    fn valid(self) -> Option<Self> {
        let is_played_quickly = self.max_wait >= INITIAL_WAIT / 5 && self.max_wait <= LONGEST * INITIAL_WAIT;
        let is_coarse = self.waits.iter().all(|wait| *wait >= INITIAL_WAIT / 20);
        (is_played_quickly && is_coarse && self.spreads_hints() && self.policy().is_ok()).then_some(self)
    }
}

fn multiplier<R: Rng>(rng: &mut R) -> (u32, u32) {
    if rng.random_bool(0.7) {
        *MULTIPLIERS.choose(rng).unwrap_or(&(1, 1))
    } else {
        let denom = rng.random_range(1..20);
        (denom + rng.random_range(0..40), denom)
    }
}

fn jitter<R: Rng>(rng: &mut R) -> Jitter {
    let percent = if rng.random() { *PERCENTAGES.choose(rng).unwrap_or(&1) } else { rng.random_range(1..=100) };
    match *KINDS.choose(rng).unwrap_or(&Jitter::Full) {
        // That would spread nothing.
        Jitter::None => Jitter::PlusMinus(percent),
        Jitter::PlusMinus(_) => Jitter::PlusMinus(20),
        Jitter::Above(_) => Jitter::Above(percent),
        kind => kind,
    }
}

fn hint_jitter<R: Rng>(rng: &mut R) -> Option<u8> {
    rng.random_bool(0.3).then(|| rng.random_range(1..=100))
}

/// Returns a `max_backoff`: often `initial_wait`, or little more.
fn ceiling<R: Rng>(rng: &mut R) -> u64 {
    match rng.random_range(0..4) {
        0 => INITIAL_WAIT,
        1 => INITIAL_WAIT + magnitude(rng),
        _ => length(rng).max(INITIAL_WAIT),
    }
}

/// Returns a length: at or near a multiple of `initial_wait` or a fifth of it, or any.
fn length<R: Rng>(rng: &mut R) -> u64 {
    match rng.random_range(0..3) {
        0 => nudged(INITIAL_WAIT / 5 * rng.random_range(1..=20), rng),
        1 => nudged(INITIAL_WAIT * rng.random_range(1..=LONGEST), rng),
        _ => INITIAL_WAIT / 5 + magnitude(rng) * rng.random_range(1..=LONGEST),
    }
}

/// Returns a length that differs from this one a little, a lot or not at all.
fn nudged<R: Rng>(length: u64, rng: &mut R) -> u64 {
    let nudged = match rng.random_range(0..8) {
        0 => length,
        1 => length / 4 * rng.random_range(1..=8),
        2..5 => length + magnitude(rng),
        _ => length.saturating_sub(magnitude(rng)),
    };
    nudged.min(LONGEST * INITIAL_WAIT)
}

/// Returns anything from a grain to `initial_wait`, each order of magnitude as likely as the others.
fn magnitude<R: Rng>(rng: &mut R) -> u64 {
    let most = 10_u64.pow(rng.random_range(1..=5));
    rng.random_range(most / 10..=most)
}
