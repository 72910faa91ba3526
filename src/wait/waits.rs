//! A table of waits that go before the ladder, in two bytes each: three decimal digits, and the power of ten that they count in
//! nanoseconds.

/// The most waits of a table.
pub(crate) const MOST: u8 = 8;

/// The bits of the digits. Those above them hold the power.
const DIGIT_BITS: u32 = 10;

/// The most that three digits can say.
const MOST_DIGITS: u64 = 999;

/// The bases of the first waits. Zero stands for a wait that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Waits([u16; MOST as usize]);

impl Waits {
    pub(crate) const NONE: Self = Self([0; MOST as usize]);

    /// Puts `wait` where wait number `index` is.
    pub(crate) const fn with(mut self, index: u8, wait: u64) -> Self {
        debug_assert!(index < MOST, "the table has a wait of that number");
        let mut number = 0;
        let mut rest: &mut [u16] = &mut self.0;
        while let [packed, tail @ ..] = rest {
            if number == index {
                *packed = pack(wait);
            }
            rest = tail;
            number = number.wrapping_add(1);
        }
        self
    }

    /// Returns whether there is no wait at all.
    #[inline]
    pub(crate) const fn is_empty(&self) -> bool {
        let Self([first, ..]) = *self;
        first == 0
    }

    /// Returns wait number `index`, if there is one.
    #[inline]
    pub(crate) const fn get(&self, index: u8) -> Option<u64> {
        let (mut number, mut rest) = (0, self.0.as_slice());
        while let [packed, tail @ ..] = rest {
            if number == index {
                return if *packed == 0 { None } else { Some(unpack(*packed)) };
            }
            rest = tail;
            number = number.wrapping_add(1);
        }
        None
    }
}

/// Returns `wait` with its first three significant digits alone, rounded down.
pub(crate) const fn rounded(wait: u64) -> u64 {
    unpack(pack(wait))
}

/// Packs a wait with as few digits as it takes, so that equal waits are equal bits. What three digits cannot say is left out.
const fn pack(wait: u64) -> u16 {
    let (mut digits, mut power) = (wait, 0_u16);
    while digits > MOST_DIGITS || digits > 0 && digits % 10 == 0 {
        digits /= 10;
        power = power.wrapping_add(1);
    }
    #[expect(clippy::cast_possible_truncation, reason = "three digits fit")]
    let digits = digits as u16;
    power << DIGIT_BITS | digits
}

/// 999 × 10¹⁶ fits, and no wait has a higher power than 16 beside three digits.
const fn unpack(packed: u16) -> u64 {
    let digits = packed & ((1 << DIGIT_BITS) - 1);
    (digits as u64).wrapping_mul(10_u64.wrapping_pow((packed >> DIGIT_BITS) as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::nanos::LONGEST;

    #[test]
    fn three_digits_are_kept_and_the_others_are_rounded_down() {
        for (wait, kept) in [
            (0, 0),
            (1, 1),
            (999, 999),
            (1_000, 1_000),
            (1_009, 1_000),
            (18_834_000_000, 18_800_000_000),
            (7_500_000_000, 7_500_000_000),
            (LONGEST, 9_220_000_000_000_000_000),
        ] {
            assert_eq!(rounded(wait), kept, "{wait}");
        }
        let (mut digits, mut power) = (100, 1_u64);
        while let Some(wait) = power.checked_mul(digits).filter(|wait| *wait <= LONGEST) {
            assert_eq!(rounded(wait), wait);
            digits = if digits == 999 { 100 } else { digits.wrapping_add(1) };
            power = if digits == 100 { power.wrapping_mul(10) } else { power };
        }
        assert_eq!(power, 10_u64.wrapping_pow(16));
    }

    #[test]
    fn equal_waits_are_equal_bits_in_the_place_that_they_were_put_in() {
        let table = Waits::NONE.with(0, 5_000).with(7, 70);
        assert_eq!(table, Waits::NONE.with(7, 70).with(0, 9).with(0, 5_000));
        assert_eq!([0, 1, 7, 8, u8::MAX].map(|index| table.get(index)), [Some(5_000), None, Some(70), None, None]);
    }
}
