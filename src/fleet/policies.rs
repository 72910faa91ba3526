//! The policies of a fleet, equal ones stored once.

use alloc::vec::Vec;
use core::{
    hash::{Hash, Hasher},
    mem,
    num::NonZeroU32,
};

use crate::policy::Policy;

/// Policies by number, from one on, kept while an operation has them.
///
/// A hash table with chains: to give a policy back takes no memory, and nothing here panics, as the tables of `alloc` might.
#[derive(Clone, Debug, Default)]
pub(super) struct Policies {
    stored: Vec<Stored>,
    /// The first policy of each chain, in which are those whose hashes have the same remainder.
    chains: Vec<Link>,
    /// The first number that no policy has.
    vacant: Link,
    in_use: usize,
}

/// The number of the next, if there is one.
type Link = Option<NonZeroU32>;

#[derive(Clone, Copy, Debug)]
struct Stored {
    policy: Policy,
    /// Kept, because to hash thousands anew while the number of chains doubles would take a millisecond.
    hash: u32,
    /// How many operations have it; none of what is vacant.
    operations: usize,
    next: Link,
}

impl Policies {
    pub(super) const fn new() -> Self {
        Self { stored: Vec::new(), chains: Vec::new(), vacant: None, in_use: 0 }
    }

    #[inline]
    pub(super) fn get(&self, number: u32) -> Option<&Policy> {
        self.stored.get(index(number)).map(|stored| &stored.policy)
    }

    /// Counts one more operation that has `policy`, and returns the number of that policy.
    pub(super) fn take(&mut self, policy: &Policy) -> u32 {
        let hash = hash(policy);
        if let Some(number) = self.take_known(policy, hash) {
            return number;
        }
        if self.in_use == self.chains.len() {
            self.lengthen();
        }
        let new = Stored { policy: *policy, hash, operations: 1, next: None };
        let number = self.store_at_vacant(new).unwrap_or_else(|| {
            self.stored.push(new);
            // Four thousand million policies do not fit into memory.
            u32::try_from(self.stored.len()).unwrap_or(u32::MAX)
        });
        self.in_use = self.in_use.saturating_add(1);
        self.link(number);
        number
    }

    /// Counts one operation less that has the policy of this number.
    pub(super) fn give_back(&mut self, number: u32) -> Option<()> {
        let stored = self.stored.get_mut(index(number))?;
        debug_assert!(stored.operations > 0, "a policy is given back as often as it is taken");
        stored.operations = stored.operations.saturating_sub(1);
        if stored.operations > 0 {
            return Some(());
        }
        self.in_use = self.in_use.saturating_sub(1);
        if self.in_use == 0 {
            *self = Self::new();
            return Some(());
        }
        self.unlink(number)
    }

    fn take_known(&mut self, policy: &Policy, hash: u32) -> Option<u32> {
        let mut link = *self.chain(hash)?;
        loop {
            let number = link?.get();
            let stored = self.stored.get_mut(index(number))?;
            if stored.policy == *policy {
                stored.operations = stored.operations.saturating_add(1);
                return Some(number);
            }
            link = stored.next;
        }
    }

    fn store_at_vacant(&mut self, new: Stored) -> Option<u32> {
        let number = self.vacant?.get();
        let vacant = mem::replace(self.stored.get_mut(index(number))?, new);
        self.vacant = vacant.next;
        Some(number)
    }

    /// Doubles the number of chains, so that none is long. There are as many as there ever were policies in use, so none is vacant.
    fn lengthen(&mut self) {
        let length = self.chains.len().saturating_mul(2).max(1);
        self.chains.clear();
        self.chains.resize(length, None);
        for number in 1..=self.stored.len() {
            self.link(u32::try_from(number).unwrap_or(u32::MAX));
        }
    }

    /// Puts a policy that is in use before the first of its chain.
    fn link(&mut self, number: u32) -> Option<()> {
        let hash = self.stored.get(index(number))?.hash;
        let next = mem::replace(self.chain(hash)?, NonZeroU32::new(number));
        self.stored.get_mut(index(number))?.next = next;
        Some(())
    }

    /// Takes a policy out of its chain, and its number is vacant.
    fn unlink(&mut self, number: u32) -> Option<()> {
        let this = NonZeroU32::new(number);
        let stored = self.stored.get_mut(index(number))?;
        let next = mem::replace(&mut stored.next, mem::replace(&mut self.vacant, this));
        let hash = stored.hash;
        let first = self.chain(hash)?;
        if *first == this {
            *first = next;
            return Some(());
        }
        let mut link = *first;
        loop {
            let stored = self.stored.get_mut(index(link?.get()))?;
            if stored.next == this {
                stored.next = next;
                return Some(());
            }
            link = stored.next;
        }
    }

    /// Returns the link to the first of the chain that the policies with this hash are in, if there are chains.
    fn chain(&mut self, hash: u32) -> Option<&mut Link> {
        let chain = usize::try_from(hash).ok()?.checked_rem(self.chains.len())?;
        self.chains.get_mut(chain)
    }

    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.in_use
    }
}

const fn index(number: u32) -> usize {
    (number as usize).wrapping_sub(1)
}

fn hash(policy: &Policy) -> u32 {
    let mut hasher = Fnv(0x811c_9dc5);
    policy.hash(&mut hasher);
    u32::try_from(hasher.finish()).unwrap_or(u32::MAX)
}

/// The 32-bit FNV-1a hash.
struct Fnv(u32);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
    }

    fn finish(&self) -> u64 {
        self.0.into()
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
        assert_eq!((policies.len(), policies.stored.capacity(), policies.chains.capacity()), (0, 0, 0));
    }

    #[test]
    fn chains_are_short() {
        let mut policies = Policies::new();
        for number in 1..=3_000 {
            policies.take(&Policy::builder().max_polls(number).build().unwrap());
        }
        let length = |chain: &Link| {
            let next = |number: &NonZeroU32| policies.stored.get(index(number.get())).and_then(|stored| stored.next);
            core::iter::successors(*chain, next).count()
        };
        let lengths: Vec<_> = policies.chains.iter().map(length).collect();
        assert_eq!(lengths.iter().sum::<usize>(), 3_000);
        assert!(lengths.iter().all(|length| *length < 10), "{:?}", lengths.iter().max());
    }

    #[test]
    fn thousands_that_differ_come_and_go_in_any_order() {
        let policies_of = |number: u32| Policy::builder().max_polls(number).build().unwrap();
        let (mut policies, mut known) = (Policies::new(), Vec::new());
        for turn in 1..30_000_u32 {
            // A linear congruence makes up which.
            let which = turn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 8;
            let grows = turn < 15_000;
            if which % 8 < if grows { 5 } else { 2 } {
                let policy = policies_of(1 + which % 3_000);
                known.push((policies.take(&policy), policy));
            } else if let Some(place) = (which as usize).checked_rem(known.len()) {
                policies.give_back(known.swap_remove(place).0);
            }
            if turn % 1_000 == 0 {
                assert!(known.iter().all(|(number, policy)| policies.get(*number) == Some(policy)));
                let different: alloc::collections::BTreeSet<_> = known.iter().map(|(_, policy)| policy.max_polls()).collect();
                assert_eq!(policies.len(), different.len());
            }
        }
        for (number, _) in known {
            policies.give_back(number);
        }
        assert_eq!((policies.len(), policies.stored.capacity()), (0, 0));
    }
}
