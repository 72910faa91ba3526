//! A tree of minima: which of many places holds the least key.

use alloc::vec::Vec;

/// How many keys one of the level above stands for.
const WIDTH: usize = 8;

/// What a place holds that is not to be found.
pub(super) const NEVER: u64 = u64::MAX;

/// Keys by place. Level 0 holds them, and each further level the least of every eight of the level below, up to a single one.
#[derive(Clone, Debug, Default)]
pub(super) struct Minima {
    levels: Vec<Vec<u64>>,
}

impl Minima {
    pub(super) const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Returns the key at `place`, or `NEVER` if there is no such place.
    #[inline]
    pub(super) fn get(&self, place: usize) -> u64 {
        self.levels.first().and_then(|keys| keys.get(place)).copied().unwrap_or(NEVER)
    }

    /// Returns the least key, or `NEVER` if there is none.
    #[inline]
    pub(super) fn least(&self) -> u64 {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or(NEVER)
    }

    /// Returns the first place that holds the least key.
    pub(super) fn first(&self) -> Option<usize> {
        let least = self.least();
        if least == NEVER { None } else { self.next(0, least) }
    }

    /// Returns the first place, at `from` or after it, whose key is at most `limit`.
    pub(super) fn next(&self, from: usize, limit: u64) -> Option<usize> {
        let mut start = from;
        for (level, keys) in self.levels.iter().enumerate() {
            let end = start.saturating_add(WIDTH).wrapping_sub(start % WIDTH);
            if let Some(found) = found(keys, start, end, limit) {
                return self.levels.get(..level)?.iter().rev().try_fold(found, |above, keys| {
                    let start = above.saturating_mul(WIDTH);
                    self::found(keys, start, start.saturating_add(WIDTH), limit)
                });
            }
            start = end / WIDTH;
        }
        None
    }

    /// Adds a place at the end.
    pub(super) fn push(&mut self, key: u64) {
        let place = self.len();
        let mut index = place;
        for keys in &mut self.levels {
            if keys.len() <= index {
                keys.push(NEVER);
            }
            index /= WIDTH;
        }
        if self.levels.last().is_none_or(|top| top.len() > 1) {
            self.levels.push([NEVER].into());
        }
        self.set(place, key);
    }

    /// Takes the last place away.
    pub(super) fn pop(&mut self) {
        let Some(place) = self.len().checked_sub(1) else { return };
        self.set(place, NEVER);
        let mut length = place;
        for keys in &mut self.levels {
            keys.truncate(length);
            length = length.div_ceil(WIDTH);
        }
        self.levels.retain(|keys| !keys.is_empty());
        while self.levels.len() > 1 && self.levels.iter().rev().nth(1).is_some_and(|keys| keys.len() == 1) {
            self.levels.pop();
        }
    }

    /// Changes the key at `place`, which there must be.
    #[inline]
    pub(super) fn set(&mut self, place: usize, key: u64) {
        let mut index = place;
        let mut least = key;
        for keys in &mut self.levels {
            match keys.get_mut(index) {
                Some(key) if *key != least => *key = least,
                _ => return,
            }
            index /= WIDTH;
            let start = index.saturating_mul(WIDTH);
            let end = start.saturating_add(WIDTH).min(keys.len());
            least = keys.get(start..end).and_then(|keys| keys.iter().min()).copied().unwrap_or(NEVER);
        }
    }
}

/// Returns the first index from `start` up to before `end` whose key is at most `limit`.
#[inline]
fn found(keys: &[u64], start: usize, end: usize, limit: u64) -> Option<usize> {
    let offset = keys.get(start..end.min(keys.len()))?.iter().position(|key| *key <= limit)?;
    Some(start.saturating_add(offset))
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
