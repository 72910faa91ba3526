//! The operations of one upstream, and its gate.

use alloc::vec::Vec;

use super::{
    super::{
        Id,
        admission::{Answer, Ask, AskId, Gate, Limits},
    },
    batches::{BatchNumber, Batches, Return},
    entry::Entry,
    flights::{Flight, Flights},
    minima::{Minima, NEVER},
    page::{CELLS, Page},
    rank::Rank,
};
use crate::operation::State;

/// Many operations at one upstream, and which of them is polled next.
#[derive(Clone, Debug)]
pub(in crate::fleet) struct Lane {
    pub(in crate::fleet) gate: Gate,
    pages: Vec<Page>,
    ranks: Vec<Rank>,
    /// When the first poll of each rank is due.
    due: Minima,
    /// When the first operation of each page ends.
    ends: Minima,
    /// Zero for each page that is empty.
    empty: Minima,
    batches: Batches,
    flights: Flights,
    living: usize,
    /// Where to look for the next poll while it does not matter which is first.
    cursor: usize,
    /// When the next poll may go out, or might have; `NEVER` while as many are in flight as may be.
    opens: u64,
    /// Since when fewer are in flight than may be; `NEVER` while as many are.
    free_since: u64,
    /// The poll in flight whose answer has been waited for longest, if the limits say for how long, and when that is over.
    oldest: Option<(Flight, u64)>,
}

/// What the return of a poll means for the refusal that it may have brought.
#[derive(Clone, Copy, Debug)]
pub(in crate::fleet) struct Back {
    /// Whether it went out before the last cut.
    pub(in crate::fleet) is_old: bool,
    /// Whether the refusal counts: of the polls of a batch, one does.
    pub(in crate::fleet) may_refuse: bool,
}

/// What comes next at an upstream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fleet) enum Next {
    /// The poll of the operation at this cell goes out.
    Poll(usize),
    /// The operation at this cell ends.
    End(usize),
    /// The answer to the poll of the operation at this cell is waited for no longer.
    Lost(usize),
    /// Nothing yet: the slot that was there has passed.
    Later,
}

impl Lane {
    /// Makes the lane of the upstream that has this number.
    pub(in crate::fleet) fn new(limits: &Limits, upstream: usize, time: u64) -> Self {
        Self {
            gate: Gate::new(limits, upstream, time),
            pages: Vec::new(),
            ranks: Vec::new(),
            due: Minima::new(),
            ends: Minima::new(),
            empty: Minima::new(),
            batches: Batches::new(),
            flights: Flights::new(),
            living: 0,
            cursor: 0,
            opens: 0,
            free_since: 0,
            oldest: None,
        }
    }

    pub(in crate::fleet) const fn len(&self) -> usize {
        self.living
    }

    /// Notes what has changed at `time`, and returns when the next poll is to go out, the next operation ends or the next answer is
    /// waited for no longer, or `NEVER`.
    #[inline]
    pub(in crate::fleet) fn next(&mut self, time: u64) -> u64 {
        self.opens = match self.gate.opens() {
            None => {
                self.free_since = NEVER;
                NEVER
            }
            Some(opens) => {
                if self.free_since == NEVER {
                    self.free_since = time;
                }
                opens.max(self.free_since)
            }
        };
        let due = self.first_due();
        let poll = if due == NEVER { NEVER } else { due.max(self.opens) };
        self.oldest = self.first_flight();
        poll.min(self.next_end()).min(self.next_loss())
    }

    /// Returns when the next answer is waited for no longer, or `NEVER`.
    #[inline]
    fn next_loss(&self) -> u64 {
        self.oldest.map_or(NEVER, |(_, until)| until)
    }

    /// Goes on with these limits.
    pub(in crate::fleet) fn set_limits(&mut self, limits: &Limits, time: u64) {
        self.gate.set_limits(limits, time);
        self.reserve_flights();
    }

    /// Makes room for a poll in flight of each operation, if they are kept: to send one takes no memory.
    fn reserve_flights(&mut self) {
        if self.gate.limits().answer_within.is_some() {
            self.flights.reserve(self.living);
        }
    }

    /// Returns the poll in flight whose answer has been waited for longest, and until when it is, if the limits say for how long.
    #[inline]
    fn first_flight(&mut self) -> Option<(Flight, u64)> {
        let within = self.gate.limits().answer_within?.get();
        let Self { flights, pages, .. } = self;
        let flight = flights.oldest(|flight| is_in_flight(pages, flight))?;
        // What would be lost after the end of time never is.
        Some((flight, flight.sent.saturating_add(within)))
    }

    /// Returns for how long the answer has been waited for at `time` that was waited for longest.
    pub(in crate::fleet) fn oldest_in_flight(&self, time: u64) -> Option<u64> {
        self.oldest.map(|(flight, _)| time.saturating_sub(flight.sent))
    }

    /// Notes the poll of `cell` among those in flight, if the limits say how long its answer is waited for.
    #[inline]
    fn note_flight(&mut self, cell: usize, time: u64) -> Option<()> {
        self.gate.limits().answer_within?;
        let Entry { serial, polls, .. } = *self.operation(cell)?;
        let Self { flights, pages, .. } = self;
        flights.send(Flight { sent: time, cell, serial, polls }, |flight| is_in_flight(pages, flight));
        Some(())
    }

    /// Returns when the next operation ends whose poll cannot go out before, or `NEVER`.
    #[inline]
    pub(in crate::fleet) const fn next_end(&self) -> u64 {
        if self.ends.least() < self.opens { self.ends.least() } else { NEVER }
    }

    /// Returns for how long the poll has been due at `time` that has waited longest, if one is due.
    pub(in crate::fleet) fn oldest_due(&self, time: u64) -> Option<u64> {
        time.checked_sub(self.first_due())
    }

    /// Returns when the first poll is due, or `NEVER`.
    #[inline]
    const fn first_due(&self) -> u64 {
        self.due.least()
    }

    /// Returns when slots are to be asked for, or `NEVER`.
    pub(in crate::fleet) fn ask_at(&self) -> u64 {
        self.gate.ask_at(self.first_due())
    }

    /// Asks for slots for the polls that are due at `time` or soon, if the pace is shared.
    pub(in crate::fleet) fn ask(&mut self, id: AskId, time: u64) -> Option<Ask> {
        let Self { gate, pages, ranks, .. } = self;
        gate.ask(id, |time, most| count_due(pages, ranks, time, most), time)
    }

    /// Returns the operation at `cell`.
    #[inline]
    pub(in crate::fleet) fn operation(&self, cell: usize) -> Option<&Entry> {
        self.pages.get(cell / CELLS)?.operation(cell % CELLS)
    }

    /// Returns the operation that `id` names.
    #[inline]
    pub(in crate::fleet) fn operation_of(&self, id: Id) -> Option<&Entry> {
        self.operation(id.cell).filter(|operation| operation.serial == id.serial && operation.anchor == id.anchor)
    }

    /// Returns what comes next at `time`, for which it must be time: a poll goes out by that.
    #[inline]
    pub(in crate::fleet) fn take_next(&mut self, time: u64) -> Option<Next> {
        // The end of time is kept for what never comes.
        let time = time.min(NEVER - 1);
        if self.gate.forget_slots(time) {
            return Some(Next::Later);
        }
        if let Some((flight, _)) = self.oldest.filter(|(_, until)| *until <= time) {
            return Some(Next::Lost(flight.cell));
        }
        if self.next_end() <= time {
            return self.first_to_end().map(Next::End);
        }
        let cell = if self.gate.is_narrow(time) { self.first(time)? } else { self.next_by_cell(time)? };
        self.gate.send(self.operation(cell)?.due(), time);
        self.change(cell, Page::send);
        self.note_flight(cell, time);
        self.cursor = cell.saturating_add(1);
        Some(Next::Poll(cell))
    }

    /// Sends up to so many polls that are due at `time` with the poll of `cell`, which goes out, in one request. Returns their cells.
    /// No operation is left to end.
    pub(in crate::fleet) fn send_along(&mut self, cell: usize, most: usize, time: u64) -> Vec<usize> {
        let mut along = Vec::new();
        while along.len() < most {
            let Some(next) = self.first(time) else { break };
            self.change(next, Page::send);
            self.note_flight(next, time);
            along.push(next);
        }
        if !along.is_empty() {
            let batch = self.batches.open(along.len().saturating_add(1));
            for cell in along.iter().copied().chain([cell]) {
                self.change(cell, |page, cell| page.join(cell, batch));
            }
        }
        along
    }

    /// Notes that a poll is no longer in flight, in which batch it was, what came of it, if anything did, and whether that was an
    /// answer.
    #[inline]
    pub(in crate::fleet) fn come_back(
        &mut self,
        batch: BatchNumber,
        answer: Option<Answer>,
        is_answered: bool,
        time: u64,
    ) -> Back {
        let is_refused = matches!(answer, Some(Answer::Refused(_)));
        let Return { is_first, may_refuse } = self.batches.come_back(batch, is_answered, is_refused);
        let is_old = if is_first { self.gate.back(answer, time) } else { self.gate.has_old() };
        Back { is_old, may_refuse }
    }

    /// Makes the poll in flight of `cell` due again.
    pub(in crate::fleet) fn release(&mut self, cell: usize) {
        self.flights.take_off(cell);
        self.change(cell, Page::release);
    }

    /// Puts the operation at `cell` back, its state changed, its poll in flight or not; one that has finished is forgotten.
    #[inline]
    pub(in crate::fleet) fn put(&mut self, cell: usize, state: &State, time: u64, in_flight: bool) {
        if !state.is_finished() {
            self.change(cell, |page, cell| page.put(cell, state, time, in_flight));
            return;
        }
        self.change(cell, Page::vacate);
        self.living = self.living.saturating_sub(1);
        self.note_room(cell / CELLS);
        while self.pages.last().is_some_and(Page::is_empty) {
            self.pages.pop();
            self.ends.pop();
            self.empty.pop();
            for rank in &mut self.ranks {
                rank.due.pop();
                rank.room.pop();
            }
        }
        if self.pages.is_empty() {
            (self.ranks, self.due) = (Vec::new(), Minima::new());
        }
    }

    /// Takes an operation of this patience in, and returns its cell.
    pub(in crate::fleet) fn take_in(&mut self, operation: Entry, patience: u64) -> Option<usize> {
        let rank = self.ranks.iter().position(|rank| rank.patience == patience).unwrap_or_else(|| self.add_rank(patience));
        let index = match self.ranks.get(rank)?.room.first() {
            Some(index) => index,
            None => self.add_page(rank)?,
        };
        let first = index.saturating_mul(CELLS);
        let cell = self.change(first, |page, _| page.take_in(operation))?;
        self.note_room(index);
        self.living = self.living.saturating_add(1);
        self.reserve_flights();
        Some(first.saturating_add(cell))
    }

    fn add_rank(&mut self, patience: u64) -> usize {
        let mut rank = Rank::new(patience);
        for _ in &self.pages {
            rank.due.push(NEVER);
            rank.room.push(NEVER);
        }
        self.ranks.push(rank);
        self.due.push(NEVER);
        self.ranks.len().saturating_sub(1)
    }

    /// Gives a rank one more page, which may have been another's, and returns its index.
    fn add_page(&mut self, rank: usize) -> Option<usize> {
        let index = self.empty.first().unwrap_or(self.pages.len());
        // There are fewer ranks than that.
        let page = Page::new(u8::try_from(rank).ok()?);
        if let Some(empty) = self.pages.get_mut(index) {
            self.ranks.get_mut(usize::from(empty.rank))?.room.set(index, NEVER);
            *empty = page;
        } else {
            self.pages.push(page);
            self.ends.push(NEVER);
            self.empty.push(NEVER);
            for rank in &mut self.ranks {
                rank.due.push(NEVER);
                rank.room.push(NEVER);
            }
        }
        Some(index)
    }

    /// Notes whether a page has room, and whether it is empty.
    fn note_room(&mut self, index: usize) -> Option<()> {
        let page = self.pages.get(index)?;
        let key = |is_so| if is_so { 0 } else { NEVER };
        self.empty.set(index, key(page.is_empty()));
        self.ranks.get_mut(usize::from(page.rank))?.room.set(index, key(page.has_room()))
    }

    /// Changes the page that `cell` is on, which is told where.
    #[inline]
    fn change<O>(&mut self, cell: usize, change: impl FnOnce(&mut Page, usize) -> O) -> Option<O> {
        debug_assert!(cell / CELLS < self.pages.len(), "an operation has a page");
        let page = self.pages.get_mut(cell / CELLS)?;
        let (first_due, first_end) = (page.first_due(), page.first_end());
        let done = change(page, cell % CELLS);
        if page.first_due() != first_due {
            let number = usize::from(page.rank);
            let rank = self.ranks.get_mut(number)?;
            rank.due.set(cell / CELLS, page.first_due());
            self.due.set(number, rank.due.least());
        }
        if page.first_end() != first_end {
            self.ends.set(cell / CELLS, page.first_end());
        }
        Some(done)
    }

    /// Returns the cell of the operation whose poll goes first of those that are due at `time`.
    fn first(&self, time: u64) -> Option<usize> {
        let due = self.ranks.iter().filter(|rank| rank.due.least() <= time);
        let index = due.min_by_key(|rank| rank.due.least().saturating_add(rank.patience))?.due.first()?;
        Some(index.saturating_mul(CELLS).saturating_add(self.pages.get(index)?.first()?))
    }

    /// Returns the cell of the operation that ends first.
    fn first_to_end(&self) -> Option<usize> {
        let index = self.ends.first()?;
        Some(index.saturating_mul(CELLS).saturating_add(self.pages.get(index)?.first_to_end()?))
    }

    /// Returns the cell of an operation whose poll is due at `time`, the next from the cursor on, and around.
    #[inline]
    fn next_by_cell(&self, time: u64) -> Option<usize> {
        let page = self.cursor / CELLS;
        self.next_of_page(page, self.cursor % CELLS, time).or_else(|| {
            let next = |from| self.ranks.iter().filter_map(|rank| rank.due.next(from, time)).min();
            self.next_of_page(next(page.saturating_add(1)).or_else(|| next(0))?, 0, time)
        })
    }

    /// Returns the first cell of a page, at `from` or after it, of an operation whose poll is due at `time`.
    #[inline]
    fn next_of_page(&self, page: usize, from: usize, time: u64) -> Option<usize> {
        let found = self.pages.get(page)?.next(from, time)?;
        Some(page.saturating_mul(CELLS).saturating_add(found))
    }
}

/// Returns how many polls are due by `time`, counted up to so many.
fn count_due(pages: &[Page], ranks: &[Rank], time: u64, most: u32) -> u32 {
    let mut count = 0_u32;
    for rank in ranks {
        let mut index = 0;
        while let Some(found) = rank.due.next(index, time) {
            let Some(page) = pages.get(found) else { break };
            let mut cell = 0;
            while let Some(due) = page.next(cell, time) {
                count = count.saturating_add(1);
                if count >= most {
                    return most;
                }
                cell = due.saturating_add(1);
            }
            index = found.saturating_add(1);
        }
    }
    count
}

/// Returns whether that is the poll in flight of its operation.
#[inline]
fn is_in_flight(pages: &[Page], flight: &Flight) -> bool {
    let operation = pages.get(flight.cell / CELLS).and_then(|page| page.operation(flight.cell % CELLS));
    operation.is_some_and(|operation| operation.is_poll_in_flight(flight.serial, flight.polls))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use alloc::vec;

    fn lane() -> Lane {
        Lane::new(&Limits::none(), 0, 0)
    }

    /// An operation whose poll is due at once.
    fn entry(serial: u32) -> Entry {
        let policy = Policy::default();
        Entry::new(&State::new(&policy), 0, &policy, serial, 0)
    }

    fn ended() -> State {
        let mut state = State::new(&Policy::default());
        state.cancel(0);
        state
    }

    fn send(lane: &mut Lane) -> Option<usize> {
        match lane.take_next(0)? {
            Next::Poll(cell) => Some(cell),
            Next::End(cell) => panic!("the operation at {cell} ends"),
            Next::Lost(cell) => panic!("the poll of {cell} is lost"),
            Next::Later => panic!("there are no slots"),
        }
    }

    #[test]
    fn memory_is_given_back_as_operations_end() {
        let ended = ended();
        let mut lane = lane();
        let mut cells: Vec<_> = (0..40_000).filter_map(|serial| lane.take_in(entry(serial), 1)).collect();
        assert_eq!((lane.len(), lane.pages.len()), (40_000, 20));

        // All but one of each page end, and new ones take the first cells.
        cells.retain(|cell| {
            let stays = cell % CELLS == 7;
            if !stays {
                lane.put(*cell, &ended, 0, false);
            }
            stays
        });
        assert_eq!((lane.len(), lane.pages.len()), (20, 20));
        let new: Vec<_> = (0..500).filter_map(|serial| lane.take_in(entry(serial), 1)).collect();
        assert!(new.iter().all(|cell| *cell < CELLS && cell % CELLS != 7));

        for cell in cells {
            lane.put(cell, &ended, 0, false);
        }
        assert_eq!((lane.len(), lane.pages.len()), (500, 1));
        for cell in new {
            lane.put(cell, &ended, 0, false);
        }
        let left = (lane.ranks.capacity(), lane.due.len(), lane.ends.len(), lane.empty.len());
        assert_eq!((lane.len(), lane.pages.len(), left), (0, 0, (0, 0, 0, 0)));
    }

    #[test]
    fn a_place_that_one_has_left_is_taken_before_a_page_is_added() {
        let ended = ended();
        let mut lane = lane();
        for serial in 0..3 * 2_048 {
            lane.take_in(entry(serial), 1);
        }
        let left = CELLS.saturating_add(100);
        lane.put(left, &ended, 0, false);
        assert_eq!(lane.take_in(entry(0), 1), Some(left));
        assert_eq!(lane.take_in(entry(1), 1), Some(CELLS.saturating_mul(3)));
    }

    #[test]
    fn a_page_that_a_rank_has_left_is_another_s() {
        let ended = ended();
        let mut lane = lane();
        let cells: Vec<_> = (0..2 * 2_048).filter_map(|serial| lane.take_in(entry(serial), 1)).collect();
        for cell in cells.iter().filter(|cell| **cell < CELLS) {
            lane.put(*cell, &ended, 0, false);
        }
        assert_eq!((lane.pages.len(), lane.take_in(entry(0), 2)), (2, Some(0)));
        assert_eq!(lane.take_in(entry(0), 1), Some(CELLS.saturating_mul(2)), "its only page is full");
        assert_eq!(lane.take_in(entry(1), 2), Some(1));
        for cell in [0, 1, CELLS.saturating_mul(2)].iter().chain(cells.iter().filter(|cell| **cell >= CELLS)) {
            assert!(lane.operation(*cell).is_some());
            lane.put(*cell, &ended, 0, false);
        }
        assert_eq!((lane.len(), lane.pages.len(), lane.ranks.capacity()), (0, 0, 0));
    }

    #[test]
    fn without_limits_places_take_turns() {
        let mut lane = lane();
        for serial in 0..5_000 {
            lane.take_in(entry(serial), 1);
        }
        let sent: Vec<_> = (0..4_000).map_while(|_| send(&mut lane)).collect();
        assert_eq!(sent, (0..4_000).collect::<Vec<_>>());
        // The first ones are due again, and yet the last have their turn.
        for cell in sent {
            lane.release(cell);
        }
        let sent: Vec<_> = (0..5_100).map_while(|_| send(&mut lane)).collect();
        assert_eq!(sent, (4_000..5_000).chain(0..4_000).collect::<Vec<_>>());
        assert_eq!((send(&mut lane), lane.take_next(u64::MAX), lane.next(0)), (None, None, NEVER));
        assert_eq!(vec![lane.operation(5_000).is_none(), lane.operation(usize::MAX).is_none()], [true, true]);
    }
}
