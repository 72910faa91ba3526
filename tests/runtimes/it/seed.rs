//! Seeds from names.

/// Returns the 64-bit FNV-1a hash of a poller's name, as the docs of `Poller::seeded` show it.
pub(crate) fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
