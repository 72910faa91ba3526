//! The policies of a fleet, equal ones stored once.

use alloc::{collections::BTreeSet, vec::Vec};
use core::hash::{Hash, Hasher};

use crate::Policy;

/// Policies by number, kept while an operation has them.
#[derive(Clone, Debug, Default)]
pub(super) struct Policies {
    stored: Vec<Stored>,
    vacant: Vec<u32>,
    /// The hash and the number of each that is in use: of equal hash are few, and mostly one.
    by_hash: BTreeSet<(u64, u32)>,
}

#[derive(Clone, Copy, Debug)]
struct Stored {
    policy: Policy,
    /// How many operations have it.
    operations: usize,
}

impl Policies {
    pub(super) const fn new() -> Self {
        Self { stored: Vec::new(), vacant: Vec::new(), by_hash: BTreeSet::new() }
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&Policy> {
        self.stored.get(index(number)).map(|stored| &stored.policy)
    }

    /// Counts one more operation that has `policy`, and returns the number of that policy.
    pub(super) fn take(&mut self, policy: &Policy) -> u32 {
        let hash = hash(policy);
        let known = self.by_hash.range((hash, 0)..=(hash, u32::MAX)).map(|(_, number)| *number);
        if let Some(number) = known.into_iter().find(|number| self.get(*number) == Some(policy)) {
            if let Some(stored) = self.stored.get_mut(index(number)) {
                stored.operations = stored.operations.saturating_add(1);
            }
            return number;
        }
        let new = Stored { policy: *policy, operations: 1 };
        let number = if let Some(number) = self.vacant.pop() {
            if let Some(stored) = self.stored.get_mut(index(number)) {
                *stored = new;
            }
            number
        } else {
            // Four thousand million policies do not fit into memory.
            let number = u32::try_from(self.stored.len()).unwrap_or(u32::MAX);
            self.stored.push(new);
            number
        };
        self.by_hash.insert((hash, number));
        number
    }

    /// Counts one operation less that has the policy of this number.
    pub(super) fn give_back(&mut self, number: u32) {
        let Some(stored) = self.stored.get_mut(index(number)) else { return };
        stored.operations = stored.operations.saturating_sub(1);
        if stored.operations == 0 {
            self.by_hash.remove(&(hash(&stored.policy), number));
            self.vacant.push(number);
        }
        if self.by_hash.is_empty() {
            *self = Self::new();
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.by_hash.len()
    }
}

const fn index(number: u32) -> usize {
    number as usize
}

fn hash(policy: &Policy) -> u64 {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    policy.hash(&mut hasher);
    hasher.finish()
}

/// The 64-bit FNV-1a hash.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_are_stored_once_and_forgotten_with_their_last_operation() {
        let one = Policy::builder().max_polls(1).build().unwrap();
        let other = Policy::builder().max_polls(2).build().unwrap();
        let mut policies = Policies::new();
        let number = policies.take(&one);
        assert_eq!(policies.take(&one), number);
        let second = policies.take(&other);
        assert_ne!(second, number);
        assert_eq!((policies.get(number), policies.get(second), policies.len()), (Some(&one), Some(&other), 2));
        policies.give_back(number);
        assert_eq!(policies.len(), 2, "one operation has it still");
        policies.give_back(number);
        assert_eq!(policies.len(), 1);
        assert_eq!(policies.take(&Policy::default()), number, "its number is free again");
        policies.give_back(number);
        policies.give_back(second);
        assert_eq!((policies.len(), policies.stored.capacity()), (0, 0));
    }
}
