//! The small generator: `SplitMix64`.

use core::{convert::Infallible, fmt};

use rand_core::{SeedableRng, TryRng, utils};

/// What the state grows by at each draw: 2⁶⁴ divided by the golden ratio, made odd.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// `SplitMix64`: a generator of eight bytes that needs no other crate.
///
/// It comes from Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014, with the constants of
/// Sebastiano Vigna's [`splitmix64.c`](https://prng.di.unimi.it/splitmix64.c), and draws the same numbers as that. It visits all
/// 2⁶⁴ states before it repeats one, and passes the usual tests of randomness. It keeps no secret: from one draw all others
/// follow. Its debug text does not show the state. A clone draws what the original draws.
///
/// `SmallRng::new(seed)` and [`SeedableRng::seed_from_u64`] are the same; [`SeedableRng::from_seed`] takes that seed as eight
/// bytes, little endian.
///
/// # Example
///
/// ```
/// use asyncpoll::{SmallRng, rand_core::Rng};
///
/// let mut rng = SmallRng::new(1_234_567);
/// assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
/// assert_eq!(size_of::<SmallRng>(), 8);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SmallRng(u64);

impl SmallRng {
    /// Makes a generator that starts at `seed`: any number will do, zero too.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller, SmallRng, random_seed};
    /// use core::time::Duration;
    ///
    /// // One generator for two pollers, one after the other.
    /// let mut rng = SmallRng::new(random_seed());
    /// for _ in 0..2 {
    ///     let poller = Poller::new(Policy::default(), &mut rng, Duration::ZERO);
    ///     assert_eq!(poller.polls(), 0);
    /// }
    /// ```
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }
}

impl TryRng for SmallRng {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|draw| (draw >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(GAMMA);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ mixed >> 31)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

impl SeedableRng for SmallRng {
    type Seed = [u8; 8];

    #[inline]
    fn from_seed(seed: [u8; 8]) -> Self {
        Self::new(u64::from_le_bytes(seed))
    }

    #[inline]
    fn seed_from_u64(seed: u64) -> Self {
        Self::new(seed)
    }
}

impl fmt::Debug for SmallRng {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmallRng").finish_non_exhaustive()
    }
}
