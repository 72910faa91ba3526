//! The operations of an upstream whose polls can wait about as long, and how long that is.

use super::minima::Minima;
use crate::policy::Policy;

/// What part of its `max_wait` the poll of an operation can wait for those of operations in a hurry.
const PART: u64 = 8;

/// An operation without `max_wait` counts as one with this: it has time, and yet its end is to be noticed some day.
const HOUR: u64 = 3_600_000_000_000;

/// How many binary digits of a patience count. So there are four ranks for each doubling, and never many.
const DIGITS: u32 = 3;

/// Operations that are equally patient: among them, the poll goes first that was due first. Its pages are among those of its
/// lane, and known by their indices there.
#[derive(Clone, Debug)]
pub(super) struct Rank {
    /// How long after it is due a poll goes before what is due from then on, whatever the hurry of that.
    pub(super) patience: u64,
    /// When the first poll of each page is due, `NEVER` of other ranks' pages.
    pub(super) due: Minima,
    /// Zero for each page of the rank with room for one more.
    pub(super) room: Minima,
}

impl Rank {
    pub(super) const fn new(patience: u64) -> Self {
        Self { patience, due: Minima::new(), room: Minima::new() }
    }
}

/// Returns how patient an operation with this policy is: an eighth of its `max_wait`, rounded down by less than a fifth.
pub(in crate::fleet) fn patience(policy: &Policy) -> u64 {
    let max_wait = policy.deadline.map_or(HOUR, |deadline| deadline.max_wait.get());
    let whole = max_wait / PART;
    let digits = u64::BITS.saturating_sub(whole.leading_zeros());
    whole & u64::MAX.wrapping_shl(digits.saturating_sub(DIGITS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    /// The patience under this `max_wait`, in eighths of a nanosecond.
    fn patience_of(max_wait: u64) -> u64 {
        let policy = Policy::builder().max_wait(Duration::from_nanos(max_wait)).build().unwrap();
        patience(&policy).saturating_mul(PART)
    }

    #[test]
    fn it_is_an_eighth_rounded_down_by_less_than_a_fifth() {
        for max_wait in (4..63).flat_map(|digits| [4_u64, 5, 6, 7, 8].map(|quarters| (quarters << (digits - 2)) - 1)) {
            // An eighth is counted in whole nanoseconds.
            let whole = max_wait / PART * PART;
            let rounded = patience_of(max_wait);
            assert!(rounded <= whole && u128::from(rounded) * 5 > u128::from(whole) * 4, "{rounded} of {whole}");
        }
        assert_eq!(patience_of(7), 0);
        assert_eq!(patience(&Policy::builder().no_max_wait().build().unwrap()) * PART, patience_of(HOUR));
    }

    #[test]
    fn there_are_few_of_them() {
        let all: alloc::collections::BTreeSet<u64> = (60..86_400).map(|seconds| patience_of(seconds * 1_000_000_000)).collect();
        assert!(all.len() < 45, "{} from a minute to a day", all.len());
    }
}
