//! The generators by themselves, without a poller.

use asyncpoll::{
    SmallRng,
    rand_core::{Rng, SeedableRng},
};

use crate::device::Device;

/// Fills bytes with random ones from every generator, and returns another draw.
#[expect(unsafe_code, reason = "the entry of a program has a name")]
#[unsafe(no_mangle)]
pub extern "C" fn draw(device: &Device, bytes: &mut [u8; 100], length: usize) -> u64 {
    let bytes = bytes.get_mut(..length).unwrap_or_default();
    #[cfg(feature = "chacha")]
    let large = seeded::<asyncpoll::SeededRng>(device, bytes);
    #[cfg(not(feature = "chacha"))]
    let large = 0;
    fill(&mut device.generator(), bytes) ^ seeded::<SmallRng>(device, bytes) ^ large
}

/// Makes a generator from a seed of each kind, and draws from both.
fn seeded<R: Rng + SeedableRng>(device: &Device, bytes: &mut [u8]) -> u64 {
    let mut key = R::Seed::default();
    device.generator().fill_bytes(key.as_mut());
    fill(&mut R::seed_from_u64(device.seed()), bytes) ^ fill(&mut R::from_seed(key), bytes)
}

/// Draws in every way.
fn fill(rng: &mut impl Rng, bytes: &mut [u8]) -> u64 {
    rng.fill_bytes(bytes);
    rng.next_u64() ^ u64::from(rng.next_u32())
}
