//! A table of waits that go before the ladder, in two bytes each: three decimal digits, and the power of ten that they count in
//! nanoseconds.

/// The most waits of a table.
pub(crate) const MOST: u8 = 8;

/// The bits of the digits. Those above them hold the power.
const DIGIT_BITS: u32 = 10;

/// The most that three digits can say.
const MOST_DIGITS: u64 = 999;

/// The bases of the first waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Waits {
    /// Zero from `count` on.
    packed: [u16; MOST as usize],
    count: u8,
}

impl Waits {
    pub(crate) const NONE: Self = Self { packed: [0; MOST as usize], count: 0 };

    /// Adds `wait` after the others. If the table is full, that changes nothing.
    pub(crate) const fn and(mut self, wait: u64) -> Self {
        if let Some((_, [to, ..])) = self.packed.split_at_mut_checked(self.count as usize) {
            *to = pack(wait);
            self.count = self.count.wrapping_add(1);
        }
        self
    }

    /// Returns how many waits there are.
    #[inline]
    pub(crate) const fn count(&self) -> u8 {
        self.count
    }

    /// Returns the first wait, if there is one.
    #[inline]
    pub(crate) const fn first(&self) -> Option<u64> {
        let [first, ..] = self.packed;
        if self.count == 0 { None } else { Some(unpack(first)) }
    }

    /// Returns wait number `index`, if there is one.
    pub(crate) const fn get(&self, index: u8) -> Option<u64> {
        match self.packed.split_at_checked(index as usize) {
            Some((_, [packed, ..])) if index < self.count => Some(unpack(*packed)),
            _ => None,
        }
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
///
/// Few policies have a table: without a call here, to start a poller or a wait takes more instructions under those that have none.
#[cold]
#[inline(never)]
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
    fn a_table_keeps_its_waits_in_their_order_up_to_the_eighth() {
        let two = Waits::NONE.and(5_000).and(70);
        assert_eq!((two.count(), two.first()), (2, Some(5_000)));
        assert_eq!([0, 1, 2, 8, u8::MAX].map(|index| two.get(index)), [Some(5_000), Some(70), None, None, None]);
        assert_eq!((Waits::NONE.count(), Waits::NONE.first(), Waits::NONE.get(0)), (0, None, None));

        let full = (2..=MOST.into()).fold(two, |table, _| table.and(9)).and(1);
        assert_eq!([full.get(7), full.get(8)], [Some(9), None]);
        assert_eq!((full.count(), full.and(1)), (MOST, full));
    }
}
