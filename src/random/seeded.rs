//! The default generator: `ChaCha8`.

use core::{convert::Infallible, fmt};

use rand_chacha::ChaCha8Rng;
use rand_core::{SeedableRng, TryRng};

/// `ChaCha8`: the generator that a poller, a ticker and a fleet own by default.
///
/// It is Bernstein's stream cipher [ChaCha](https://cr.yp.to/chacha.html) with eight rounds, and draws the same numbers as the
/// `ChaCha8Rng` of the crate `rand_chacha` from the same seed. From what it draws, nobody can tell what it will draw. But a seed
/// of 64 bits is too short to keep a secret, so use another generator to make keys. Its debug text does not show the state. A
/// clone draws what the original draws.
///
/// `SeededRng::new(seed)` and [`SeedableRng::seed_from_u64`] are the same; [`SeedableRng::from_seed`] takes a whole key.
///
/// # Example
///
/// ```
/// use asyncpoll::{SeededRng, rand_core::Rng};
///
/// let [mut one, mut same] = [(); 2].map(|()| SeededRng::new(17));
/// assert_eq!(one.next_u64(), same.next_u64());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SeededRng(pub(crate) ChaCha8Rng);

impl SeededRng {
    /// Makes a generator from a seed: any number will do, zero too.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller, SeededRng, random_seed};
    /// use core::time::Duration;
    ///
    /// // One generator for two pollers, one after the other.
    /// let mut rng = SeededRng::new(random_seed());
    /// for _ in 0..2 {
    ///     let poller = Poller::new(Policy::default(), &mut rng, Duration::ZERO);
    ///     assert_eq!(poller.polls(), 0);
    /// }
    /// ```
    #[inline]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }
}

impl TryRng for SeededRng {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    #[inline]
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

impl SeedableRng for SeededRng {
    type Seed = [u8; 32];

    #[inline]
    fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha8Rng::from_seed(seed))
    }

    fn seed_from_u64(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl fmt::Debug for SeededRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeededRng").finish_non_exhaustive()
    }
}
