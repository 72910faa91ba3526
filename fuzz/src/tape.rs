//! A generator that plays a tape over and over, and counts its draws.

use std::{cell::Cell, convert::Infallible, fmt, rc::Rc};

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::rand_core::TryRng;

/// A generator whose draws are the bytes of a fuzzer's input. A short tape is a constant generator.
///
/// Its clones play one tape together: the one that is kept tells how often the one given away has been asked.
#[derive(Clone)]
pub struct Tape {
    bytes: Rc<[u8]>,
    draws: Rc<Cell<usize>>,
}

impl Tape {
    /// Returns another player of the same tape, at its beginning.
    #[must_use]
    pub fn rewound(&self) -> Self {
        Self { bytes: Rc::clone(&self.bytes), draws: Rc::default() }
    }

    /// Returns how many draws were made.
    pub fn draws(&self) -> usize {
        self.draws.get()
    }
}

/// Takes every byte that is left, and so must come last.
impl<'a> Arbitrary<'a> for Tape {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { bytes: u.bytes(u.len())?.into(), draws: Rc::default() })
    }
}

impl fmt::Debug for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tape({:02x?}, {} drawn)", self.bytes, self.draws())
    }
}

impl TryRng for Tape {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> std::result::Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> std::result::Result<u64, Infallible> {
        let words = self.bytes.len().div_ceil(8).max(1);
        let start = self.draws.replace(self.draws.get() + 1) % words * 8;
        // The first byte is the highest: even a tape of one byte reaches both ends of a window.
        let bytes = self.bytes.iter().skip(start).take(8).zip((0..8).rev());
        Ok(bytes.fold(0, |word, (&byte, place)| word | u64::from(byte) << (8 * place)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> std::result::Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.try_next_u64()?.to_be_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}
