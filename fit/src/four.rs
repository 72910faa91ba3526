//! Four numbers: `head_start`, `initial_wait`, `multiplier` and `max_backoff`, found by descent.

use asyncpoll::Policy;

use crate::{
    Distribution, Plan,
    base::at_rest,
    cost::Brief,
    numbers::{friendly, seconds},
    players::{Players, most_polls},
};

/// How many descents are made, from shapes that differ.
const STARTS: usize = 6;

/// The head starts of the shapes to start from: none, and parts of some quantiles.
const HEADS: [(f64, f64); 8] =
    [(0.02, 0.7), (0.02, 1.0), (0.1, 0.8), (0.1, 1.0), (0.25, 0.8), (0.25, 1.0), (0.5, 0.8), (0.5, 1.0)];

/// The multipliers of the shapes to start from, and the longest waits, as parts of the time that nearly all are done in;
/// `max_wait` is another.
const MULTIPLIERS: [f64; 5] = [1.0, 1.25, 1.5, 2.0, 3.0];
const CAPS: [f64; 6] = [0.001, 0.005, 0.02, 0.08, 0.3, 1.0];

/// How many of the shapes found are made friendly.
const SHAPES: usize = 6;

/// How far a descent reaches in the logarithm of a setting, at first and at last.
const FIRST_STEP: f64 = 0.5;
const LAST_STEP: f64 = 0.03;

/// A multiplier below this is none: a ladder that takes hundreds of polls to grow is a constant.
const LEAST_GROWTH: f64 = 1.03;

/// The largest multiplier.
const MOST: f64 = 9.0;

/// Up to so many polls, all players are needed.
const USUAL_POLLS: f64 = 12.0;

/// By how much the polls may be above those wanted.
const SLACK: f64 = 1.01;

/// A friendly multiplier is a multiple of a twentieth.
const TWENTIETHS: f64 = 20.0;

/// Three settings; `initial_wait` is the one that leads to the polls wanted.
#[derive(Clone, Copy, Debug)]
struct Shape {
    head: Option<f64>,
    multiplier: f64,
    cap: f64,
}

/// Four settings, in seconds.
#[derive(Clone, Copy, Debug)]
struct Four {
    shape: Shape,
    initial: f64,
}

/// What four numbers are looked for.
pub(crate) struct Search<'a> {
    /// When operations complete.
    pub(crate) times: &'a Distribution,
    /// What else there is to a policy.
    pub(crate) base: Policy,
    /// The mean number of polls.
    pub(crate) polls: f64,
    /// The most polls of an operation that is never done.
    pub(crate) most: u64,
    /// No base and no head start is shorter, in seconds.
    pub(crate) min_wait: f64,
}

impl Search<'_> {
    /// Returns the policy of the least delay whose numbers are friendly, if one makes no more polls than wanted.
    pub(crate) fn friendliest(&self) -> Option<Policy> {
        let few = Players::new(self.players(16));
        let mut starts = self.shapes();
        let mut graded: Vec<(f64, Shape)> = starts.drain(..).map(|shape| (self.delay(shape, &few), shape)).collect();
        graded.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let mut distinct: Vec<(f64, Shape)> = Vec::new();
        for (delay, shape) in graded {
            if delay.is_finite() && distinct.len() < STARTS && distinct.iter().all(|(_, other)| !shape.is_like(other)) {
                distinct.push((delay, shape));
            }
        }
        let found = distinct.into_iter().map(|start| self.descend(start, &few));
        let mut found: Vec<(f64, Shape)> = found.collect();
        found.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let many = Players::new(self.players(64));
        found.truncate(SHAPES);
        // Friendly numbers shift the polls, so the fourth is aimed anew for each three.
        let shapes = found.into_iter().flat_map(|(_, shape)| shape.neighbours());
        let friendly = shapes.filter_map(|shape| self.aimed(shape, &few)).flat_map(|(four, _)| four.neighbours());
        let allowed = friendly.filter(|four| self.allows(four)).filter_map(|four| {
            let policy = four.policy(self.base)?;
            let brief = Brief::of(&policy.into(), self.times, &many);
            (brief.polls <= self.polls * SLACK && most_polls(&policy.into()) <= self.most).then_some((brief.delay, policy))
        });
        allowed.min_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, policy)| policy)
    }

    /// Returns whether no wait starts shorter than it may.
    fn allows(&self, four: &Four) -> bool {
        four.initial >= self.min_wait && four.shape.head.is_none_or(|head| head >= self.min_wait)
    }

    /// Returns how many players judge a policy: `most`, or fewer if each of them has many polls to make.
    fn players(&self, most: u32) -> u32 {
        ((f64::from(most) * USUAL_POLLS / self.polls) as u32).clamp(most / 8, most)
    }

    fn max_wait(&self) -> f64 {
        self.times.edges().last().copied().unwrap_or(0.0)
    }

    fn shapes(&self) -> Vec<Shape> {
        let heads = HEADS.iter().map(|&(share, part)| Some(self.times.quantile(share) * part));
        let heads: Vec<Option<f64>> = heads.chain([None]).collect();
        let mut shapes = Vec::new();
        for head in heads {
            for multiplier in MULTIPLIERS {
                let caps = CAPS.map(|part| part * self.times.scale()).into_iter();
                let caps = caps.chain((self.times.scale() < self.max_wait()).then(|| self.max_wait()));
                shapes.extend(caps.map(|cap| Shape { head, multiplier, cap }));
            }
        }
        shapes
    }

    /// Betters a shape until no step in one or two of its settings does.
    fn descend(&self, (mut least, mut shape): (f64, Shape), players: &Players) -> (f64, Shape) {
        let mut step = FIRST_STEP;
        while step > LAST_STEP {
            let mut better = None;
            for (head, multiplier, cap) in [
                (1.0, 0.0, 0.0),
                (0.0, 1.0, 0.0),
                (0.0, 0.0, 1.0),
                (1.0, 1.0, 0.0),
                (1.0, -1.0, 0.0),
                (1.0, 0.0, 1.0),
                (1.0, 0.0, -1.0),
                (0.0, 1.0, 1.0),
                (0.0, 1.0, -1.0),
            ] {
                for way in [step, -step] {
                    let next = Shape {
                        head: shape.head.map(|wait| wait * (way * head).exp()),
                        // A multiplier near one matters most.
                        multiplier: (1.0 + (shape.multiplier - 0.9) * (way * multiplier).exp() - 0.1).clamp(1.0, MOST),
                        cap: (shape.cap * (way * cap).exp()).min(self.max_wait()),
                    };
                    let delay = self.delay(next, players);
                    if delay < least {
                        (least, better) = (delay, Some(next));
                    }
                }
            }
            match better {
                Some(next) => shape = next,
                None => step /= 2.0,
            }
        }
        (least, shape)
    }

    /// Returns the delay of a shape at the polls wanted, infinite if it cannot make so few, and more than it is if an operation
    /// that is never done takes too many.
    fn delay(&self, shape: Shape, players: &Players) -> f64 {
        let aimed = self.aimed(shape, players).and_then(|(four, brief)| Some((four.policy(self.base)?, brief.delay)));
        aimed.map_or(f64::INFINITY, |(policy, delay)| {
            let excess = most_polls(&policy.into()) as f64 / self.most as f64;
            delay * excess.max(1.0).powi(2)
        })
    }

    /// Finds the `initial_wait` that leads to the polls wanted, or to fewer if they are too many for the shape.
    fn aimed(&self, shape: Shape, players: &Players) -> Option<(Four, Brief)> {
        let brief = |initial: f64| {
            let four = Four { shape, initial };
            let plan: Plan = four.policy(self.base)?.into();
            Some((four, Brief::of(&plan, self.times, players)))
        };
        let shortest = self.min_wait.max(self.times.scale() / 20.0 / self.most as f64);
        let (mut low, mut high) = (shortest.ln(), shape.cap.ln());
        if high < low {
            return None;
        }
        let longest = brief(shape.cap)?;
        if longest.1.polls > self.polls {
            return None;
        }
        let mut found = longest;
        // The logarithms of polls and waits are nearly in line.
        let (mut polls_low, mut polls_high) = (None, found.1.polls);
        for _ in 0..12 {
            let part = match polls_low {
                Some(polls_low) => {
                    ((self.polls.ln() - f64::ln(polls_high)) / (f64::ln(polls_low) - f64::ln(polls_high))).clamp(0.1, 0.9)
                }
                None => 0.5,
            };
            let middle = high + (low - high) * part;
            let tried = brief(middle.exp())?;
            if tried.1.polls > self.polls {
                (low, polls_low) = (middle, Some(tried.1.polls));
            } else {
                (high, polls_high) = (middle, tried.1.polls);
                found = tried;
            }
            if polls_high > self.polls * 0.998 || high - low < 1e-3 {
                break;
            }
        }
        Some(found)
    }
}

impl Shape {
    /// Returns the nearest with friendly numbers.
    fn neighbours(self) -> Vec<Self> {
        let heads = self.head.map_or_else(|| vec![None], |head| friendly(head, 2).into_iter().map(Some).collect());
        let twentieth = (self.multiplier * TWENTIETHS).floor();
        let multipliers = [-1.0, 0.0, 1.0, 2.0].map(|more| ((twentieth + more) / TWENTIETHS).max(1.0));
        let mut neighbours = Vec::new();
        for &head in &heads {
            for multiplier in multipliers {
                neighbours.extend(friendly(self.cap, 2).into_iter().map(|cap| Self { head, multiplier, cap }));
            }
        }
        neighbours
    }

    fn is_like(&self, other: &Self) -> bool {
        let near = |one: f64, other: f64| (one / other).ln().abs() < 0.4;
        let head = match (self.head, other.head) {
            (Some(one), Some(other)) => near(one, other),
            (None, None) => true,
            _ => false,
        };
        head && (self.multiplier - other.multiplier).abs() < 0.3 && near(self.cap, other.cap)
    }
}

impl Four {
    fn policy(self, base: Policy) -> Option<Policy> {
        let Self { shape: Shape { head, multiplier, cap }, initial } = self;
        let max_backoff = if multiplier < LEAST_GROWTH { at_rest(base, seconds(initial)) } else { seconds(cap.max(initial)) };
        let builder = base.to_builder().initial_wait(seconds(initial)).max_backoff(max_backoff);
        let builder = match head {
            Some(head) => builder.head_start(seconds(head)),
            None => builder.no_head_start(),
        };
        let thousandths = if multiplier < LEAST_GROWTH { 1_000.0 } else { (multiplier * 1_000.0).round() };
        builder.multiplier(thousandths as u32, 1_000).build().ok()
    }

    /// Returns the nearest with a friendly `initial_wait`.
    fn neighbours(self) -> impl Iterator<Item = Self> {
        friendly(self.initial, 1).into_iter().map(move |initial| Self { initial, ..self })
    }
}
