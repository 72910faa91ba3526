//! Where a generator is in its stream.

/// A `SeededRng` as four numbers. It has no buffer in it, which follows from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Generator {
    /// Not the `u64` that it was seeded with: how a key is made of that is for `rand_core` to change.
    pub(super) key: [u8; 32],
    pub(super) stream: u64,
    /// The block that the next draw starts in.
    pub(super) block: u64,
    /// The word in that block.
    pub(super) word: u8,
}

impl Generator {
    /// The last word of a block.
    pub(super) const LAST_WORD: u8 = 15;
}

#[cfg(feature = "chacha")]
mod chacha {
    use rand_core::SeedableRng;

    use super::Generator;
    use crate::random::SeededRng;

    /// How many bits of a position are the word's.
    const WORD_BITS: u32 = Generator::LAST_WORD.count_ones();

    impl From<&SeededRng> for Generator {
        #[expect(clippy::cast_possible_truncation, reason = "a position has 68 bits, and goes round")]
        fn from(SeededRng(rng): &SeededRng) -> Self {
            let position = rng.get_word_pos();
            Self {
                key: rng.get_seed(),
                stream: rng.get_stream(),
                block: (position >> WORD_BITS) as u64,
                word: position as u8 & Self::LAST_WORD,
            }
        }
    }

    impl From<Generator> for SeededRng {
        fn from(Generator { key, stream, block, word }: Generator) -> Self {
            let mut rng = Self::from_seed(key);
            rng.0.set_stream(stream);
            rng.0.set_word_pos(u128::from(block) << WORD_BITS | u128::from(word));
            rng
        }
    }
}
