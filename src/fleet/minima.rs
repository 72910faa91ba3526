//! A tree of minima: which of many places holds the least key.

use alloc::vec::Vec;

/// How many keys one of the level above stands for.
const WIDTH: usize = 8;

/// What a place holds that is not to be found.
pub(super) const NEVER: u64 = u64::MAX;

/// Keys by place. Level 0 holds them, each further level the least of every eight of the level below, and the last a single one.
/// All levels lie in one piece of memory, one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Minima {
    keys: Vec<u64>,
    /// The size of level 0, a power of eight, or zero.
    size: usize,
    /// How many places there are.
    places: usize,
}

impl Minima {
    pub(super) const fn new() -> Self {
        Self { keys: Vec::new(), size: 0, places: 0 }
    }

    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.places
    }

    /// Returns the key at `place`, or `NEVER` if there is no such place.
    #[inline]
    pub(super) fn get(&self, place: usize) -> u64 {
        if place < self.places { self.keys.get(place).copied().unwrap_or(NEVER) } else { NEVER }
    }

    /// Returns the least key, or `NEVER` if there is none.
    #[inline]
    pub(super) fn least(&self) -> u64 {
        self.keys.last().copied().unwrap_or(NEVER)
    }

    /// Returns the first place that holds the least key.
    pub(super) fn first(&self) -> Option<usize> {
        match self.least() {
            NEVER => None,
            least => self.next(0, least),
        }
    }

    /// Returns the first place, at `from` or after it, whose key is at most `limit`, which is less than `NEVER`.
    pub(super) fn next(&self, from: usize, limit: u64) -> Option<usize> {
        // The top says whether to look at all; from there, only what leads to the place is looked at.
        if self.least() > limit {
            return None;
        }
        if from == 0 {
            return self.descend(self.keys.len().saturating_sub(1), 1, 0, limit);
        }
        let (mut start, mut size, mut index) = (0_usize, self.size, from);
        while index < size {
            let end = index.wrapping_sub(index % WIDTH).saturating_add(WIDTH);
            if let Some(found) = self.found(start, index, end.min(size), limit) {
                return self.descend(start, size, found, limit);
            }
            start = start.saturating_add(size);
            size /= WIDTH;
            index = end / WIDTH;
        }
        None
    }

    /// Adds a place at the end.
    pub(super) fn push(&mut self, key: u64) {
        if self.places == self.size {
            self.grow();
        }
        self.places = self.places.saturating_add(1);
        self.set(self.places.saturating_sub(1), key);
    }

    /// Takes the last place away. With the last of all, all memory is given back.
    pub(super) fn pop(&mut self) {
        self.set(self.places.saturating_sub(1), NEVER);
        self.places = self.places.saturating_sub(1);
        if self.places == 0 {
            *self = Self::new();
        }
    }

    /// Changes the key at `place`, which there must be.
    #[inline]
    pub(super) fn set(&mut self, place: usize, key: u64) {
        let (mut start, mut size, mut index, mut least) = (0_usize, self.size, place, key);
        while index < size {
            match self.keys.get_mut(start.saturating_add(index)) {
                Some(key) if *key != least => *key = least,
                _ => return,
            }
            let first = start.saturating_add(index.wrapping_sub(index % WIDTH));
            let eight = self.keys.get(first..first.saturating_add(WIDTH));
            least = eight.and_then(|keys| keys.iter().min()).copied().unwrap_or(NEVER);
            start = start.saturating_add(size);
            size /= WIDTH;
            index /= WIDTH;
        }
    }

    /// Makes level 0 eight times as large.
    fn grow(&mut self) {
        let size = self.size.max(1).saturating_mul(WIDTH);
        let before = core::mem::take(&mut self.keys);
        let (mut level, mut total) = (size, size);
        while level > 1 {
            level /= WIDTH;
            total = total.saturating_add(level);
        }
        self.keys = Vec::with_capacity(total);
        self.keys.extend(before.into_iter().take(self.places));
        self.keys.resize(size, NEVER);
        let mut start = 0_usize;
        while self.keys.len() < total {
            let first = start.saturating_add(WIDTH);
            let eight = self.keys.get(start..first);
            let least = eight.and_then(|keys| keys.iter().min()).copied().unwrap_or(NEVER);
            self.keys.push(least);
            start = first;
        }
        self.size = size;
    }

    /// Returns the first place with a key of at most `limit` among those that `index` of the level at `start` stands for.
    fn descend(&self, mut start: usize, mut size: usize, mut index: usize, limit: u64) -> Option<usize> {
        while start > 0 {
            size = size.saturating_mul(WIDTH);
            start = start.saturating_sub(size);
            let first = index.saturating_mul(WIDTH);
            index = self.found(start, first, first.saturating_add(WIDTH), limit)?;
        }
        Some(index)
    }

    /// Returns the first index from `from` up to before `end`, of the level that begins at `start`, whose key is at most `limit`.
    #[inline]
    fn found(&self, start: usize, from: usize, end: usize, limit: u64) -> Option<usize> {
        let keys = self.keys.get(start.saturating_add(from)..start.saturating_add(end))?;
        let offset = keys.iter().position(|key| *key <= limit)?;
        Some(from.saturating_add(offset))
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "in a test, to panic is to fail")]
mod tests {
    use super::*;
    use alloc::vec;

    /// Makes up numbers below `end`, by a linear congruence.
    fn numbers() -> impl FnMut(usize) -> usize {
        let mut state = 1_usize;
        move |end| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % end
        }
    }

    #[test]
    fn agrees_with_a_plain_vector() {
        let mut below = numbers();
        let (mut minima, mut keys) = (Minima::new(), vec![]);
        for turn in 0..60_000 {
            // It grows to some seven hundred places, and back to none.
            let grows = (turn / 15_000) % 2 == 0;
            match below(20) {
                0 => {
                    if grows {
                        let key = below(1_000) as u64;
                        minima.push(key);
                        keys.push(key);
                    } else {
                        minima.pop();
                        keys.pop();
                    }
                }
                _ if keys.is_empty() => {}
                1..12 => {
                    let (place, key) = (below(keys.len()), below(1_000) as u64);
                    let key = if key < 100 { NEVER } else { key };
                    minima.set(place, key);
                    keys[place] = key;
                }
                _ => {
                    let (from, limit) = (below(keys.len() + 3), below(1_000) as u64);
                    let next = (from..keys.len()).find(|place| keys[*place] <= limit);
                    assert_eq!(minima.next(from, limit), next, "from {from} up to {limit}: {keys:?}");
                }
            }
            let least = keys.iter().copied().min().unwrap_or(NEVER);
            assert_eq!(minima.least(), least);
            let first = keys.iter().position(|key| *key == least).filter(|_| least != NEVER);
            assert_eq!(minima.first(), first);
            assert_eq!(minima.len(), keys.len());
            if let Some(place) = keys.len().checked_sub(1) {
                assert_eq!(minima.get(place), keys[place]);
            }
        }
    }
}
