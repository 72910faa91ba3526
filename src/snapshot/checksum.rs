//! The checksum at the end of a snapshot, by which damage is noticed.

/// The polynomial of zlib, gzip and Ethernet, bits reversed.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// Returns the CRC-32 of `bytes`, bit by bit: it is next to nothing beside storing them.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |rest, byte| (0..8).fold(rest ^ u32::from(*byte), |rest, _| shifted(rest)))
}

const fn shifted(rest: u32) -> u32 {
    if rest & 1 == 1 { rest >> 1 ^ POLYNOMIAL } else { rest >> 1 }
}
