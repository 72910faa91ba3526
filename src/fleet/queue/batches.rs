//! Polls that went out together in one request: they count as one, whichever of them comes back first.

use alloc::vec::Vec;

/// The number of a batch, which is not zero; zero stands for a poll that went out alone.
pub(in crate::fleet) type BatchNumber = u32;

/// The number of a poll that went out alone.
pub(in crate::fleet) const ALONE: BatchNumber = 0;

/// The batches of an upstream that are in flight or have been answered in part, in the order they went out.
#[derive(Clone, Debug, Default)]
pub(super) struct Batches {
    open: Vec<Batch>,
    /// The number of the last.
    last: BatchNumber,
}

#[derive(Clone, Copy, Debug)]
struct Batch {
    number: BatchNumber,
    /// How many of its polls have not come back.
    left: usize,
    /// Whether the answer of one has come, and with it that of the request.
    is_answered: bool,
    /// Whether one was refused.
    is_refused: bool,
}

/// What the return of a poll means for its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Return {
    /// It is the return of the request.
    pub(super) is_first: bool,
    /// A refusal is the first of the request.
    pub(super) may_refuse: bool,
}

impl Return {
    const ALONE: Self = Self { is_first: true, may_refuse: true };
}

impl Batches {
    pub(super) const fn new() -> Self {
        Self { open: Vec::new(), last: ALONE }
    }

    /// Opens a batch of so many polls, and returns its number.
    pub(super) fn open(&mut self, polls: usize) -> BatchNumber {
        self.last = self.last.checked_add(1).unwrap_or(1);
        self.open.push(Batch { number: self.last, left: polls, is_answered: false, is_refused: false });
        self.last
    }

    /// Notes that a poll of a batch comes back, whether it was answered, and whether that was a refusal.
    ///
    /// If none of its polls is answered, the request comes back with the last of them.
    #[inline]
    pub(super) fn come_back(&mut self, number: BatchNumber, is_answered: bool, is_refused: bool) -> Return {
        if number == ALONE {
            return Return::ALONE;
        }
        let found = self.open.iter_mut().find(|batch| batch.number == number);
        let Some(batch) = found else { return Return::ALONE }; // never
        batch.left = batch.left.saturating_sub(1);
        let is_first = !batch.is_answered && (is_answered || batch.left == 0);
        let may_refuse = !batch.is_refused;
        batch.is_answered |= is_answered;
        batch.is_refused |= is_refused;
        if batch.left == 0 {
            self.open.retain(|batch| batch.left > 0);
        }
        Return { is_first, may_refuse }
    }
}
