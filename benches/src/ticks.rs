//! The ticker, as something to be measured beside the poller: to tick is its decision.

use std::{marker::PhantomData, time::Duration};

use asyncpoll::{
    Cadence, CadenceBuilder, SeededRng, SmallRng, Ticker,
    rand_core::Rng,
    ticker::{First, Phase, Tick},
};

use crate::{clock::Clock, subject::Subject};

/// A ticker that reads the clock `I`, draws from `R` and keeps the cadence `K`.
#[derive(Debug)]
pub struct Ticks<I, R, K>(PhantomData<(I, R, K)>);

/// A generator made of a seed.
pub trait Seeded: Rng {
    /// Makes it.
    fn seeded(seed: u64) -> Self;
}

impl Seeded for SmallRng {
    #[inline]
    fn seeded(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl Seeded for SeededRng {
    #[inline]
    fn seeded(seed: u64) -> Self {
        Self::new(seed)
    }
}

/// A cadence, and what comes of it if a ticker is asked every 187 s.
pub trait Kind {
    /// The name in the tables.
    const NAME: &'static str;

    /// Returns the cadence.
    fn cadence() -> CadenceBuilder;
}

/// There is a tick each time, and later each time.
#[derive(Debug)]
pub struct Free;

impl Kind for Free {
    const NAME: &'static str = "tick";

    fn cadence() -> CadenceBuilder {
        Cadence::builder(Duration::from_secs(170)).first(First::AtOnce)
    }
}

/// The same, on a grid.
#[derive(Debug)]
pub struct Locked;

impl Kind for Locked {
    const NAME: &'static str = "tick, locked";

    fn cadence() -> CadenceBuilder {
        Free::cadence().phase(Phase::Locked)
    }
}

/// The same, and nothing is drawn.
#[derive(Debug)]
pub struct Unjittered;

impl Kind for Unjittered {
    const NAME: &'static str = "tick, no jitter";

    fn cadence() -> CadenceBuilder {
        Free::cadence().jitter(0)
    }
}

/// There is a tick each time, and many are missed.
#[derive(Debug)]
pub struct Missing;

impl Kind for Missing {
    const NAME: &'static str = "tick, others missed";

    fn cadence() -> CadenceBuilder {
        Cadence::builder(Duration::from_secs(1)).phase(Phase::Locked)
    }
}

/// There is no tick.
#[derive(Debug)]
pub struct Early;

impl Kind for Early {
    const NAME: &'static str = "no tick yet";

    fn cadence() -> CadenceBuilder {
        Cadence::builder(Duration::from_secs(86_400))
    }
}

impl<I: Clock, R: Seeded, K: Kind> Subject for Ticks<I, R, K> {
    const NAME: &'static str = K::NAME;
    type Policy = Cadence;
    type Source = u64;
    type Poller = Ticker<I, R>;
    type Now = I;
    type Decision<P> = Option<Tick>;

    fn policy() -> Cadence {
        K::cadence().build().expect("a cadence that is measured can be built")
    }

    fn source(seed: u64) -> u64 {
        seed
    }

    fn now(elapsed: Duration) -> I {
        I::at(elapsed)
    }

    #[inline]
    fn start(cadence: &Cadence, seed: u64, now: I) -> Ticker<I, R> {
        Ticker::new(*cadence, R::seeded(seed), now)
    }

    #[inline]
    fn decide<P>(_: &Cadence, ticker: &mut Ticker<I, R>, now: I) -> Option<Tick> {
        ticker.tick(now)
    }
}
