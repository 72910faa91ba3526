//! The bare limit: one draw, one wide multiplication and a ladder of integers, without any rule.

use std::{marker::PhantomData, time::Duration};

use crate::{peers::ours::Generator, subject::Subject};

/// Draws from `R`.
#[derive(Debug)]
pub struct Limit<R>(PhantomData<R>);

/// A generator and the base of the next wait, in nanoseconds.
#[derive(Debug)]
pub struct Kept<R> {
    rng: R,
    base: u64,
}

/// A generator that needs no poller to be made.
pub trait Bare: Generator {
    /// Makes it.
    fn from_source(source: Self::Source) -> Self;
}

impl Bare for asyncpoll::SmallRng {
    #[inline]
    fn from_source(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl Bare for &'static mut asyncpoll::SeededRng {
    #[inline]
    fn from_source(rng: Self) -> Self {
        rng
    }
}

impl<R: Bare> Subject for Limit<R> {
    const NAME: &'static str = R::NAME;
    type Policy = ();
    type Source = R::Source;
    type Poller = Kept<R>;
    type Now = ();
    type Decision<P> = Duration;

    fn policy() {}

    fn source(seed: u64) -> R::Source {
        R::source(seed)
    }

    fn now(_: Duration) {}

    #[inline]
    fn start((): &(), source: R::Source, (): ()) -> Kept<R> {
        Kept { rng: R::from_source(source), base: 5_000_000_000 }
    }

    #[inline]
    fn decide<P>((): &(), kept: &mut Kept<R>, (): ()) -> Duration {
        let spread = kept.base / 5;
        let offset = (u128::from(kept.rng.next_u64()) * u128::from(2 * spread + 1)) >> 64;
        let wait = kept.base - spread + u64::try_from(offset).expect("64 of 128 bits are left");
        kept.base = (kept.base * 3).min(300_000_000_000);
        Duration::from_nanos(wait)
    }
}
