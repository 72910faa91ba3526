//! The generator made of a closure.

use core::{convert::Infallible, fmt};

use rand_core::{TryRng, utils};

/// Draws from a closure that returns 64 random bits: the random numbers of the hardware, say, or a generator of another crate.
///
/// Every draw calls the closure once. A draw of 32 bits takes the upper half of what the closure returns. The debug text does
/// not show the closure.
///
/// # Example
///
/// A sequence in place of the hardware, so that the waits are known:
///
/// ```
/// use asyncpoll::{Decision, FnRng, Outcome, Policy, Poller};
/// use core::time::Duration;
///
/// let mut draws = [0, u64::MAX].into_iter().cycle();
/// let rng = FnRng::new(move || draws.next().unwrap_or_default());
/// let mut poller = Poller::new(Policy::default(), rng, Duration::ZERO);
///
/// // 5 s less 20 %, and then 15 s more 20 %.
/// let mut step = |now| poller.step(Outcome::<()>::pending(), now);
/// let seconds = Duration::from_secs;
/// assert_eq!(step(seconds(0)), Decision::Sleep(seconds(4)));
/// assert_eq!(step(seconds(4)), Decision::Sleep(seconds(18)));
/// ```
#[derive(Clone)]
pub struct FnRng<F>(F);

impl<F: FnMut() -> u64> FnRng<F> {
    /// Makes a generator of a closure.
    ///
    /// ```
    /// use asyncpoll::{FnRng, rand_core::Rng};
    ///
    /// let mut count = 0;
    /// let mut rng = FnRng::new(|| {
    ///     count += 1;
    ///     count
    /// });
    /// assert_eq!([rng.next_u64(), rng.next_u64()], [1, 2]);
    /// ```
    pub const fn new(draw: F) -> Self {
        Self(draw)
    }
}

impl<F: FnMut() -> u64> TryRng for FnRng<F> {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(((self.0)() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok((self.0)())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

impl<F> fmt::Debug for FnRng<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnRng").finish_non_exhaustive()
    }
}
