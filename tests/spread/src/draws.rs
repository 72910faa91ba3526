//! Draws that leave nothing to luck.

use std::{array, cell::Cell, convert::Infallible};

use asyncpoll::rand_core::TryRng;

/// Draws for so many pollers, which fill the space of all draws as evenly as can be. Each is a share of 2³².
#[derive(Debug)]
pub(crate) struct EvenDraws(Vec<[u32; Self::POLLS]>);

impl EvenDraws {
    /// As many as there are Sobol sequences to choose from.
    const POLLS: usize = 256;

    pub(crate) fn new(pollers: u32) -> Self {
        let draw = |poller, poll| (f64::from(sobol_burley::sample(poller, poll as u32, 0)) * 2_f64.powi(32)) as u32;
        Self((0..pollers).map(|poller| array::from_fn(|poll| draw(poller, poll))).collect())
    }

    /// Returns for each poller its draws by the number of the poll. After the 256th they start again.
    pub(crate) fn pollers(&self) -> impl Iterator<Item = impl Fn(u32) -> u32> {
        self.0.iter().map(|draws| |poll| draws[poll as usize % Self::POLLS])
    }
}

/// A generator that draws as it is told before each step: first for the wait, then for the last wait if it is that.
#[derive(Debug, Default)]
pub(crate) struct Told(Cell<[u64; 2]>);

impl Told {
    pub(crate) fn tell(&self, wait: u32, last_wait: u64) {
        self.0.set([u64::from(wait) << 32, last_wait]);
    }
}

impl TryRng for &Told {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("a poller draws 64 bits at a time")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let [next, last] = self.0.get();
        self.0.set([last; 2]);
        Ok(next)
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
        unreachable!("a poller draws 64 bits at a time")
    }
}
