//! A tree of minima: which of many cells holds the least key.

use alloc::vec::Vec;

/// How many keys a node holds, and so how many nodes one of the level above stands for.
const WIDTH: usize = 8;

/// What a cell holds that is not to be found.
pub(in crate::fleet) const NEVER: u64 = u64::MAX;

/// Eight keys: one line of a cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Node([u64; WIDTH]);

impl Node {
    const EMPTY: Self = Self([NEVER; WIDTH]);

    /// Changes the key at `cell` of the node, and says whether it was another.
    #[inline]
    fn set(&mut self, cell: usize, key: u64) -> bool {
        self.0.get_mut(cell % WIDTH).is_some_and(|there| core::mem::replace(there, key) != key)
    }

    #[inline]
    fn least(&self) -> u64 {
        self.0.iter().fold(NEVER, |least, key| least.min(*key))
    }

    /// Returns the first cell of the node, at `from` or after it, whose key is at most `limit`.
    #[inline]
    fn next(&self, from: usize, limit: u64) -> Option<usize> {
        let found = self.0.iter().skip(from).position(|key| *key <= limit)?;
        Some(from.saturating_add(found))
    }
}

/// Keys by cell. The nodes of level 0 hold them, each further level the least of every node of the level below, and the last
/// level is a single node. All levels lie in one piece of memory, one after the other. Where the nodes are is reckoned with numbers
/// that wrap, which takes a third of the instructions: each node is looked up, and an index without one is noticed there.
#[derive(Clone, Debug)]
pub(in crate::fleet) struct Minima {
    nodes: Vec<Node>,
    /// How many nodes level 0 has: a power of eight, or none.
    leaves: usize,
    /// How many cells there are.
    cells: usize,
    /// The least of the last level.
    least: u64,
}

impl Minima {
    pub(in crate::fleet) const fn new() -> Self {
        Self { nodes: Vec::new(), leaves: 0, cells: 0, least: NEVER }
    }

    #[cfg(test)]
    pub(in crate::fleet) const fn len(&self) -> usize {
        self.cells
    }

    /// Returns the least key, or `NEVER` if there is none.
    #[inline]
    pub(in crate::fleet) const fn least(&self) -> u64 {
        self.least
    }

    /// Returns the key at `cell`.
    #[inline]
    pub(in crate::fleet) fn get(&self, cell: usize) -> Option<u64> {
        self.nodes.get(cell / WIDTH)?.0.get(cell % WIDTH).copied()
    }

    /// Returns the first cell that holds the least key. Most polls are found so, and to be equal is cheaper to tell than to be less.
    #[inline]
    pub(in crate::fleet) fn first(&self) -> Option<usize> {
        if self.least == NEVER {
            return None;
        }
        // Down from the top, along the nodes that hold it.
        let (mut end, mut nodes, mut cell) = (self.nodes.len(), 1_usize, 0_usize);
        loop {
            let start = end.wrapping_sub(nodes);
            let node = self.nodes.get(start.wrapping_add(cell))?;
            cell = cell.wrapping_mul(WIDTH) | node.0.iter().position(|key| *key == self.least)?;
            if start == 0 {
                return Some(cell);
            }
            (end, nodes) = (start, nodes.wrapping_mul(WIDTH));
        }
    }

    /// Returns the first cell, at `from` or after it, whose key is at most `limit`, which is less than `NEVER`.
    #[inline]
    pub(in crate::fleet) fn next(&self, from: usize, limit: u64) -> Option<usize> {
        if self.least > limit {
            return None;
        }
        if from == 0 {
            // From the top, only what leads to the cell is looked at.
            return self.descend(self.nodes.len(), 1, 0, limit);
        }
        let (mut end, mut nodes, mut from) = (self.leaves, self.leaves, from);
        while from / WIDTH < nodes {
            let node = self.nodes.get(end.wrapping_sub(nodes).wrapping_add(from / WIDTH))?;
            if let Some(found) = node.next(from % WIDTH, limit) {
                let found = (from & !(WIDTH - 1)) | found;
                return self.descend(end.wrapping_sub(nodes), nodes.wrapping_mul(WIDTH), found, limit);
            }
            from = (from / WIDTH).wrapping_add(1);
            nodes /= WIDTH;
            end = end.wrapping_add(nodes);
        }
        None
    }

    /// Adds a cell at the end.
    pub(in crate::fleet) fn push(&mut self, key: u64) {
        if self.cells == self.leaves.saturating_mul(WIDTH) {
            self.grow();
        }
        self.cells = self.cells.saturating_add(1);
        self.set(self.cells.saturating_sub(1), key);
    }

    /// Takes the last cell away. With the last of all, all memory is given back.
    pub(in crate::fleet) fn pop(&mut self) {
        debug_assert!(self.cells > 0, "the last cell is there");
        self.set(self.cells.saturating_sub(1), NEVER);
        self.cells = self.cells.saturating_sub(1);
        if self.cells == 0 {
            *self = Self::new();
        }
    }

    /// Changes the key at `cell`.
    #[inline]
    pub(in crate::fleet) fn set(&mut self, cell: usize, key: u64) -> Option<()> {
        debug_assert!(cell < self.cells, "a key has a cell");
        let (mut start, mut nodes, mut cell, mut key) = (0_usize, self.leaves, cell, key);
        while nodes > 0 {
            let node = self.nodes.get_mut(start.wrapping_add(cell / WIDTH))?;
            if !node.set(cell, key) {
                return Some(());
            }
            key = node.least();
            start = start.wrapping_add(nodes);
            nodes /= WIDTH;
            cell /= WIDTH;
        }
        self.least = key;
        Some(())
    }

    /// Makes level 0 eight times as large.
    #[cold]
    fn grow(&mut self) {
        let leaves = self.leaves.saturating_mul(WIDTH).max(1);
        let (mut level, mut total) = (leaves, leaves);
        while level > 1 {
            level /= WIDTH;
            total = total.saturating_add(level);
        }
        let mut nodes = Vec::with_capacity(total);
        nodes.extend(self.nodes.iter().take(self.leaves));
        nodes.resize(leaves, Node::EMPTY);
        let mut below = 0_usize;
        while nodes.len() < total {
            let mut node = Node::EMPTY;
            for (cell, below) in nodes.iter().skip(below).take(WIDTH).enumerate() {
                node.set(cell, below.least());
            }
            nodes.push(node);
            below = below.saturating_add(WIDTH);
        }
        (self.nodes, self.leaves) = (nodes, leaves);
    }

    /// Returns the first cell with a key of at most `limit` of those that a node stands for, which has one. The level of that node
    /// begins at `end`, and the level below it has so many nodes.
    #[inline]
    fn descend(&self, mut end: usize, mut nodes: usize, mut node: usize, limit: u64) -> Option<usize> {
        while end > 0 {
            let start = end.wrapping_sub(nodes);
            let keys = &self.nodes.get(start.wrapping_add(node))?.0;
            node = node.wrapping_mul(WIDTH) | keys.iter().position(|key| *key <= limit)?;
            (end, nodes) = (start, nodes.wrapping_mul(WIDTH));
        }
        Some(node)
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
            // It grows to some seven hundred cells, and back to none.
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
                    let (cell, key) = (below(keys.len()), below(1_000) as u64);
                    let key = if key < 100 { NEVER } else { key };
                    minima.set(cell, key);
                    keys[cell] = key;
                }
                _ => {
                    let (from, limit) = (below(keys.len() + 3), below(1_000) as u64);
                    let next = (from..keys.len()).find(|cell| keys[*cell] <= limit);
                    assert_eq!(minima.next(from, limit), next, "from {from} up to {limit}: {keys:?}");
                }
            }
            let least = keys.iter().copied().min().unwrap_or(NEVER);
            assert_eq!(minima.least(), least);
            let first = keys.iter().position(|key| *key == least).filter(|_| least != NEVER);
            assert_eq!(minima.first(), first);
            assert_eq!(minima.len(), keys.len());
        }
    }
}
