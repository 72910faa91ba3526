//! `asyncpoll` itself, with different clocks, generators, jitters and outcomes.

use std::{hint::black_box, marker::PhantomData, time::Duration};

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller, SmallRng, rand_core::Rng};

use crate::{clock::Clock, numbers::Numbers, subject::Subject};

/// A poller that reads the clock `I`, draws from `R` and is fed `K`.
#[derive(Debug)]
pub struct Ours<I, R, K = Pending>(PhantomData<(I, R, K)>);

/// An HTTP status: the error of a transient outcome.
#[derive(Clone, Copy, Debug)]
pub struct Status(pub u16);

/// A generator, and how a poller comes by it.
pub trait Generator: Rng + Sized {
    /// What the tables say about a poller with it.
    const NAME: &'static str;
    /// What a poller is given: the seed, if it makes the generator itself.
    type Source;

    /// Returns what a poller is given.
    fn source(seed: u64) -> Self::Source;
    /// Starts a poller with it.
    fn poller<I: Clock>(policy: Policy, source: Self::Source, now: I) -> Poller<I, Self>;
}

impl Generator for SmallRng {
    const NAME: &'static str = "SplitMix64";
    type Source = u64;

    fn source(seed: u64) -> u64 {
        seed
    }

    #[inline]
    fn poller<I: Clock>(policy: Policy, seed: u64, now: I) -> Poller<I, Self> {
        Poller::small(policy, seed, now)
    }
}

#[cfg(feature = "asyncpoll-chacha")]
mod chacha {
    //! `ChaCha8`, owned and borrowed.

    use std::{cell::RefCell, convert::Infallible};

    use asyncpoll::{
        Policy, Poller, SeededRng,
        rand_core::{Rng, TryRng},
    };

    use super::Generator;
    use crate::clock::Clock;

    impl Generator for SeededRng {
        const NAME: &'static str = "ChaCha8";
        type Source = u64;

        fn source(seed: u64) -> u64 {
            seed
        }

        #[inline]
        fn poller<I: Clock>(policy: Policy, seed: u64, now: I) -> Poller<I, Self> {
            Poller::seeded(policy, seed, now)
        }
    }

    impl Generator for &'static mut SeededRng {
        const NAME: &'static str = "ChaCha8 by &mut";
        type Source = Self;

        fn source(seed: u64) -> Self {
            Box::leak(Box::new(SeededRng::new(seed)))
        }

        #[inline]
        fn poller<I: Clock>(policy: Policy, rng: Self, now: I) -> Poller<I, Self> {
            Poller::new(policy, rng, now)
        }
    }

    /// One generator for all pollers of a thread, which a `&mut` cannot be.
    #[derive(Clone, Copy, Debug)]
    pub struct Shared(&'static RefCell<SeededRng>);

    impl TryRng for Shared {
        type Error = Infallible;

        #[inline]
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(self.0.borrow_mut().next_u32())
        }

        #[inline]
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            Ok(self.0.borrow_mut().next_u64())
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            self.0.borrow_mut().fill_bytes(bytes);
            Ok(())
        }
    }

    thread_local! {
        static OF_THIS_THREAD: &'static RefCell<SeededRng> = Box::leak(Box::new(RefCell::new(SeededRng::new(1))));
    }

    impl Generator for Shared {
        const NAME: &'static str = "ChaCha8 shared";
        type Source = Self;

        fn source(_: u64) -> Self {
            Self(OF_THIS_THREAD.with(|rng| *rng))
        }

        #[inline]
        fn poller<I: Clock>(policy: Policy, rng: Self, now: I) -> Poller<I, Self> {
            Poller::new(policy, rng, now)
        }
    }
}

#[cfg(feature = "asyncpoll-chacha")]
pub use chacha::Shared;

/// What a poll finds, and how waits are jittered.
pub trait Kind {
    /// The name in the tables.
    const NAME: &'static str;
    /// The jitter.
    const JITTER: Jitter = Jitter::PlusMinus(20);

    /// Returns what a poll finds.
    #[inline]
    fn outcome<T>() -> Outcome<T, Status> {
        Outcome::pending()
    }
}

macro_rules! kind {
    ($(#[$doc:meta])* $kind:ident, $name:literal, { $($item:item)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $kind;

        impl Kind for $kind {
            const NAME: &'static str = $name;
            $($item)*
        }
    };
}

kind!(
    /// Pending, said in the code that feeds it.
    Pending, "pending", {}
);
kind!(
    /// Pending, as an answer that the compiler does not know beforehand.
    Answered, "an answer: pending", {
        fn outcome<T>() -> Outcome<T, Status> {
            black_box(Outcome::pending())
        }
    }
);
kind!(
    /// A transient error.
    Transient, "transient", {
        #[inline]
        fn outcome<T>() -> Outcome<T, Status> {
            Outcome::transient(Status(503))
        }
    }
);
kind!(
    /// Pending, with a hint above the first wait.
    Hinted, "pending, hint of 60 s", {
        #[inline]
        fn outcome<T>() -> Outcome<T, Status> {
            Outcome::pending().retry_after(Duration::from_secs(60))
        }
    }
);
kind!(
    /// A transient error, with a hint above the first wait.
    TransientHinted, "transient, hint of 60 s", {
        #[inline]
        fn outcome<T>() -> Outcome<T, Status> {
            Outcome::transient(Status(503)).retry_after(Duration::from_secs(60))
        }
    }
);
kind!(
    /// No jitter.
    Unjittered, "pending, no jitter", { const JITTER: Jitter = Jitter::None; }
);
kind!(
    /// Full jitter.
    Full, "pending, full jitter", { const JITTER: Jitter = Jitter::Full; }
);
kind!(
    /// Equal jitter.
    Equal, "pending, equal jitter", { const JITTER: Jitter = Jitter::Equal; }
);
kind!(
    /// Decorrelated jitter.
    Decorrelated, "pending, decorrelated jitter", { const JITTER: Jitter = Jitter::Decorrelated; }
);

/// Returns the policy of these numbers, or why there is none.
pub fn policy(numbers: &Numbers, jitter: Jitter) -> Result<Policy, asyncpoll::PolicyError> {
    let factor = numbers.whole_factor().expect("a NaN is turned away before");
    Policy::builder()
        .initial_wait(numbers.initial)
        .multiplier(factor, 1)
        .max_backoff(numbers.cap)
        .jitter(jitter)
        .max_wait(numbers.max_wait)
        .build()
}

impl<I: Clock, R: Generator, K: Kind> Subject for Ours<I, R, K> {
    const NAME: &'static str = R::NAME;
    type Policy = Policy;
    type Source = R::Source;
    type Poller = Poller<I, R>;
    type Now = I;
    type Decision<P> = Decision<PhantomData<(K, P)>, Status>;

    fn policy() -> Policy {
        policy(&Numbers::COMMON, K::JITTER).expect("the numbers are within bounds")
    }

    fn source(seed: u64) -> R::Source {
        R::source(seed)
    }

    fn now(elapsed: Duration) -> I {
        I::at(elapsed)
    }

    #[inline]
    fn start(policy: &Policy, source: R::Source, now: I) -> Poller<I, R> {
        R::poller(*policy, source, now)
    }

    #[inline]
    fn decide<P>(_: &Policy, poller: &mut Poller<I, R>, now: I) -> Decision<PhantomData<(K, P)>, Status> {
        poller.step(K::outcome(), now)
    }
}
