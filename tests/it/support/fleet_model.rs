//! A naive fleet: a lone poller for each operation, in a map, and everything else counted out of lists.
//!
//! It shares no code with the crate's own but the poller, and follows the docs of `Fleet` word for word. Where those leave a
//! choice, of which poll to hand out, it takes the fleet's and says whether it may be that one.

use asyncpoll::{
    Decision, Elapsed, GaveUp, Instant as _, Jitter, Outcome, Policy, Poller, Reason, Snapshot,
    fleet::{Ask, Grant, Slow, Status},
    rand_core::{Rng, TryRng},
};
use core::{convert::Infallible, time::Duration};
use std::collections::BTreeMap;

use super::{
    limit_rules::Rules,
    slots_model::{Quota, Slots},
    upstream_model::{Request, SECOND, Upstream},
};

/// An operation that has not ended.
struct Operation<R> {
    upstream: usize,
    poller: Poller<Duration, R>,
    /// When it started: before the fleet did, if it was restored.
    started: i128,
    /// The request that its poll went out in, if it is in flight.
    request: Option<usize>,
    /// When that was, and how many had gone out before, if its answer is not waited for as long as it takes.
    waited_since: Option<(u128, usize)>,
    /// Whether its deadline had passed when it was taken in.
    came_late: bool,
}

impl<R: Rng> Operation<R> {
    fn due(&self) -> i128 {
        self.started + signed(self.poller.due().expect("it has not ended").as_nanos())
    }

    /// What is least of the poll that goes first: when it is due, and an eighth of `max_wait`, of which three binary digits count.
    fn turn(&self) -> i128 {
        let max_wait = self.poller.policy().max_wait().map_or(3_600 * SECOND, |max_wait| max_wait.as_nanos());
        let mut patience = max_wait / 8;
        let mut unit = 1;
        while patience >= 8 {
            (patience, unit) = (patience / 2, unit * 2);
        }
        self.due() + signed(patience * unit)
    }

    /// When it ends if its poll could not go out by then: at its deadline, or when it is due under a deadline that was moved.
    fn end(&self) -> Option<i128> {
        let max_wait = self.poller.policy().max_wait().filter(|_| !self.came_late)?;
        Some((self.started + signed(max_wait.as_nanos())).max(self.due()))
    }
}

/// The naive fleet, with nanoseconds since its start.
pub(crate) struct Model<R> {
    rng: R,
    latest: Duration,
    pub(crate) time: u128,
    operations: BTreeMap<usize, Operation<R>>,
    /// The upstream of every operation there has been.
    homes: Vec<usize>,
    started: usize,
    /// How many polls have gone out.
    polls: usize,
    upstreams: Vec<Upstream>,
}

/// What the fleet had due, of the operation of this number.
#[derive(Clone, Copy)]
pub(crate) enum Handed {
    Poll(usize),
    End(usize, GaveUp),
}

/// Whom an answer was given to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Poll,
    Look,
    Nobody,
}

impl<R: Rng + Clone> Model<R> {
    pub(crate) fn new(rng: R, now: Duration) -> Self {
        Self {
            rng,
            latest: now,
            time: 0,
            operations: BTreeMap::new(),
            homes: Vec::new(),
            started: 0,
            polls: 0,
            upstreams: Vec::new(),
        }
    }

    pub(crate) fn add_upstream(&mut self, rules: Rules) {
        self.upstreams.push(Upstream::new(rules, self.time));
    }

    /// Starts an operation, and returns its number.
    pub(crate) fn start(&mut self, upstream: usize, policy: &Policy, now: Duration) -> usize {
        self.pass(now);
        let poller = Poller::new(*policy, self.rng.clone(), self.reading());
        self.take_in(upstream, poller)
    }

    pub(crate) fn snapshot(&self, number: usize, now: Duration) -> Option<Snapshot> {
        let reading = self.reading() + now.saturating_duration_since(self.latest);
        Some(self.operations.get(&number)?.poller.snapshot_without_generator(reading))
    }

    /// Starts an operation out of a snapshot, and returns its number.
    pub(crate) fn restore(
        &mut self,
        upstream: usize,
        snapshot: &Snapshot,
        policy: &Policy,
        now: Duration,
        elapsed: Duration,
    ) -> usize {
        self.pass(now);
        let poller = Poller::restore_with(snapshot, *policy, self.rng.clone(), self.reading(), Elapsed(elapsed));
        self.take_in(upstream, poller)
    }

    fn take_in(&mut self, upstream: usize, poller: Poller<Duration, R>) -> usize {
        if !poller.is_finished() {
            let started = signed(self.time) - signed(poller.elapsed(self.reading()).as_nanos());
            let came_late = poller.remaining(self.reading()) == Some(Duration::ZERO);
            self.operations
                .insert(self.started, Operation { upstream, poller, started, request: None, waited_since: None, came_late });
        }
        self.note_room(upstream);
        self.homes.push(upstream);
        self.started += 1;
        self.started - 1
    }

    pub(crate) fn until_next(&self, now: Duration) -> Option<u128> {
        let time = self.time + now.saturating_duration_since(self.latest).as_nanos();
        let next = (0..self.upstreams.len()).filter_map(|upstream| self.next_of(upstream)).min()?;
        u128::try_from(next).map_or(Some(0), |next| Some(next.saturating_sub(time)))
    }

    /// When a poll of an upstream goes out, an operation of it ends, or one of its answers is waited for no longer.
    fn next_of(&self, upstream: usize) -> Option<i128> {
        let due = self.waiting(upstream).map(|(_, operation)| operation.due()).min();
        let full_until = self.upstreams[upstream].full_until;
        let poll = due.zip(self.opens(upstream)).map(|(due, opens)| due.max(signed(opens.max(full_until))));
        let ends = self.waiting(upstream).filter_map(|(_, operation)| self.ends(operation));
        ends.chain(poll).chain(self.loss(upstream).map(|(loss, _)| loss)).min()
    }

    /// When the answer of an upstream is waited for no longer that has been waited for longest, and that of which operation.
    fn loss(&self, upstream: usize) -> Option<(i128, usize)> {
        let within = self.upstreams[upstream].rules.answer_within?.as_nanos();
        let here = self.operations.iter().filter(|(_, operation)| operation.upstream == upstream);
        let waited = here.filter_map(|(number, operation)| Some((operation.waited_since?, *number)));
        let ((since, _), number) = waited.min()?;
        Some((signed(since + within), number))
    }

    /// Loses the polls whose answers are waited for no longer, in the order in which the fleet comes upon them, up to the first
    /// whose operation ends by it.
    fn lose(&mut self) -> Option<(usize, GaveUp)> {
        let now = self.latest;
        loop {
            let next = |upstream| Some((self.next_of(upstream)?, upstream));
            let (next, upstream) = (0..self.upstreams.len()).filter_map(next).min()?;
            let time = self.time;
            if next <= signed(time) && self.upstreams[upstream].slots.as_mut().is_some_and(|slots| slots.forget(time)) {
                self.note_room(upstream);
                continue;
            }
            let (loss, number) = self.loss(upstream)?;
            if next > signed(self.time) || loss > signed(self.time) {
                return None;
            }
            if let Decision::GaveUp(gave_up) = self.lost(number, None, now) {
                return Some((number, gave_up));
            }
        }
    }

    /// When an operation that waits ends, if its upstream keeps its poll waiting until its deadline.
    fn ends(&self, operation: &Operation<R>) -> Option<i128> {
        let full_until = self.upstreams[operation.upstream].full_until;
        let opens = self.opens(operation.upstream).map(|opens| signed(opens.max(full_until)));
        operation.end().filter(|end| opens.is_none_or(|opens| *end < opens))
    }

    /// Takes what the fleet has due, and says why it should not have, if it should not.
    pub(crate) fn hand_out(&mut self, due: Option<Handed>, now: Duration) -> Result<(), String> {
        self.pass(now);
        if let Some(lost) = self.lose() {
            return match due {
                Some(Handed::End(number, gave_up)) if (number, gave_up) == lost => Ok(()),
                _ => Err(format!("the loss of a poll ended {lost:?}, and that is not told")),
            };
        }
        let until = self.until_next(now);
        match due {
            Some(Handed::Poll(number)) => self.send(number),
            Some(Handed::End(number, gave_up)) => self.expire(number, gave_up),
            None if until == Some(0) => Err("what was due is not handed out".into()),
            None => Ok(()),
        }
    }

    /// Ends an operation whose poll was kept waiting until its deadline.
    fn expire(&mut self, number: usize, gave_up: GaveUp) -> Result<(), String> {
        let reading = self.reading();
        let Some(operation) = self.operations.get(&number).filter(|operation| operation.request.is_none()) else {
            return Err(format!("{number} ends, which does not wait"));
        };
        let Some(end) = self.ends(operation).filter(|end| *end <= signed(self.time)) else {
            return Err(format!("{number} ends, and is not to"));
        };
        let held_until = self.upstreams[operation.upstream].hold.until;
        let left = held_until.checked_sub(self.time).filter(|left| *left > 0);
        let mut expected = self.operations.remove(&number).expect("it is there").poller.cancel(reading);
        (expected.reason, expected.retry_after) = if signed(held_until) > end {
            (Reason::RetryAfterPastDeadline, left.map(|left| Duration::from_nanos(left.try_into().expect("a short hold"))))
        } else {
            (Reason::MaxWait, None)
        };
        if gave_up == expected { Ok(()) } else { Err(format!("{number} ends with {gave_up:?}, not {expected:?}")) }
    }

    /// Takes note that a poll goes out.
    fn send(&mut self, number: usize) -> Result<(), String> {
        let Some(operation) = self.operations.get(&number) else {
            return Err(format!("a poll of {number} is handed out, which has ended"));
        };
        let (upstream, poll_due) = (operation.upstream, operation.due());
        if operation.request.is_some() {
            return Err(format!("a poll of {number} is handed out twice"));
        }
        if poll_due > signed(self.time) {
            return Err(format!("a poll of {number} is handed out {} ns early", poll_due - signed(self.time)));
        }
        match self.opens(upstream) {
            None => return Err(format!("a poll of {number} is handed out while as many are in flight as may be")),
            Some(opens) if opens > self.time => {
                return Err(format!("a poll of {number} is handed out {} ns before its upstream opens", opens - self.time));
            }
            Some(_) => {}
        }
        if self.ends(operation).is_some_and(|end| end <= signed(self.time)) {
            return Err(format!("a poll of {number} is handed out, which should have ended"));
        }
        let this = &self.upstreams[upstream];
        let is_narrow = this.bound.is_some()
            || this.slots.is_some()
            || this.spacing(self.time) > 0
            || this.is_down()
            || self.time < this.herd.0;
        let due = self.waiting(upstream).filter(|(_, operation)| operation.due() <= signed(self.time));
        let first = due.map(|(_, operation)| operation.turn()).min();
        if is_narrow && first != Some(operation.turn()) {
            return Err(format!("a poll of {number} is handed out before one whose turn it is"));
        }

        let time = self.time;
        let this = &mut self.upstreams[upstream];
        if let Some(slots) = &mut this.slots {
            slots.send(time);
        } else if this.rules.find_pace {
            this.since.get_or_insert(time);
            this.has_waited = this.pace.zip(this.sent.last()).is_some_and(|(pace, sent)| poll_due < signed(*sent + pace));
        }
        let request = this.sent.len();
        this.sent.push(time);
        this.requests.insert(request, Request { polls: 1, is_answered: false, is_refused: false });
        self.go_out(number, request);
        self.note_room(upstream);
        Ok(())
    }

    /// Takes the polls that go out in one request with that of `number`, at most so many, and says why they should not.
    pub(crate) fn batch(&mut self, number: usize, along: &[usize], most: usize, now: Duration) -> Result<(), String> {
        self.pass(now);
        let time = signed(self.time);
        let first = self.operations.get(&number).and_then(|operation| Some((operation.upstream, operation.request?)));
        let first = first.filter(|(upstream, request)| self.upstreams[*upstream].requests[request].polls == 1);
        let Some((upstream, request)) = first else {
            return if along.is_empty() { Ok(()) } else { Err(format!("polls go with that of {number}, which goes alone")) };
        };
        let has_end = self.waiting(upstream).any(|(_, operation)| self.ends(operation).is_some_and(|end| end <= time));
        let mut due: Vec<_> = self.waiting(upstream).filter(|(_, operation)| operation.due() <= time && !has_end).collect();
        due.sort_by_key(|(_, operation)| operation.turn());
        let turns: Vec<_> = due.iter().take(most.saturating_sub(1)).map(|(_, operation)| operation.turn()).collect();
        let found: Vec<_> = along.iter().filter_map(|number| Some(self.operations.get(number)?.turn())).collect();
        let are_due = along.iter().all(|number| due.iter().any(|(one, _)| *one == number));
        if turns != found || !are_due {
            return Err(format!("{along:?} go with {number}, and are not those whose turn it is"));
        }
        self.upstreams[upstream].requests.get_mut(&request).expect("it is open").polls += along.len();
        for number in along {
            self.go_out(*number, request);
        }
        Ok(())
    }

    fn go_out(&mut self, number: usize, request: usize) {
        self.polls += 1;
        let operation = self.operations.get_mut(&number).expect("it is there");
        operation.request = Some(request);
        let is_limited = self.upstreams[operation.upstream].rules.answer_within.is_some();
        operation.waited_since = is_limited.then_some((self.time, self.polls));
    }

    /// Says whether the poll of this number is in flight, or any if none is named.
    pub(crate) fn is_in_flight(&self, number: usize, poll: Option<u32>) -> bool {
        self.operations.get(&number).is_some_and(|operation| {
            operation.request.is_some() && poll.is_none_or(|poll| operation.poller.polls() + 1 == poll)
        })
    }

    /// Takes the outcome of a poll, or of whichever it may be if none is named.
    pub(crate) fn step(
        &mut self,
        number: usize,
        poll: Option<u32>,
        outcome: Outcome<(), ()>,
        now: Duration,
    ) -> Decision<(), ()> {
        if poll.is_some() && !self.is_in_flight(number, poll) {
            return self.look(number, outcome, now);
        }
        self.pass(now);
        let reading = self.reading();
        let Some(operation) = self.operations.get_mut(&number) else { return self.forgotten(number, outcome) };
        let decision = operation.poller.step(outcome, reading);
        self.answered(number, To::Poll, Some(outcome));
        decision
    }

    /// Takes note of an answer that never comes: an error of which nothing is known.
    pub(crate) fn lost(&mut self, number: usize, poll: Option<u32>, now: Duration) -> Decision<Infallible, Infallible> {
        self.pass(now);
        let reading = self.reading();
        let is_in_flight = self.is_in_flight(number, poll);
        let Some(operation) = self.operations.get_mut(&number) else { return Decision::GaveUp(gone()) };
        if !is_in_flight {
            return Decision::Sleep(operation.poller.until_next_poll(reading).expect("it has not ended"));
        }
        let transient = Outcome::<(), ()>::transient(());
        let decision = operation.poller.step(transient, reading);
        self.answered(number, To::Poll, Some(transient));
        match decision {
            Decision::Sleep(wait) => Decision::Sleep(wait),
            Decision::GaveUp(gave_up) => Decision::GaveUp(gave_up.split().0),
            Decision::Done(()) | Decision::Failed(()) => unreachable!("a transient error is no end of its own"),
        }
    }

    pub(crate) fn look(&mut self, number: usize, outcome: Outcome<(), ()>, now: Duration) -> Decision<(), ()> {
        self.pass(now);
        let reading = self.reading();
        let Some(operation) = self.operations.get_mut(&number) else { return self.forgotten(number, outcome) };
        let decision = operation.poller.look(outcome, reading);
        self.answered(number, To::Look, Some(outcome));
        decision
    }

    pub(crate) fn cancel(&mut self, number: usize, now: Duration) -> GaveUp {
        self.pass(now);
        let reading = self.reading();
        let Some(operation) = self.operations.get_mut(&number) else { return gone() };
        let gave_up = operation.poller.cancel(reading);
        self.answered(number, To::Nobody, None);
        gave_up
    }

    pub(crate) fn release(&mut self, number: usize, poll: Option<u32>, now: Duration) {
        self.pass(now);
        if !self.is_in_flight(number, poll) {
            return;
        }
        let Some(operation) = self.operations.get_mut(&number) else { return };
        operation.waited_since = None;
        let Some(request) = operation.request.take() else { return };
        let upstream = operation.upstream;
        let this = &mut self.upstreams[upstream];
        if this.come_back(request, false, false).0 {
            this.old = this.old.saturating_sub(1);
        }
        self.note_room(upstream);
    }

    pub(crate) fn slow_down(&mut self, upstream: usize, hint: Option<Duration>, now: Duration) {
        self.pass(now);
        self.refuse(upstream, hint, 20, self.upstreams[upstream].old > 0);
    }

    pub(crate) fn pause(&mut self, upstream: usize, now: Duration) {
        self.pass(now);
        self.upstreams[upstream].hold.is_paused = true;
        self.note_room(upstream);
    }

    pub(crate) fn resume(&mut self, upstream: usize, now: Duration) {
        self.pass(now);
        let this = &mut self.upstreams[upstream];
        (this.hold.is_paused, this.herd) = (false, (0, 0));
        this.hold.until = this.hold.until.min(self.time);
        if let Some(slots) = &mut this.slots {
            slots.resume();
        }
        self.note_room(upstream);
    }

    /// Returns what is left until slots are asked for.
    pub(crate) fn until_ask(&self, upstream: usize, now: Duration) -> Option<u128> {
        let time = self.time + now.saturating_duration_since(self.latest).as_nanos();
        Some(self.ask_at(upstream)?.saturating_sub(time))
    }

    fn ask_at(&self, upstream: usize) -> Option<u128> {
        let this = &self.upstreams[upstream];
        let may_send = !this.hold.is_paused && this.bound.is_none_or(|bound| self.in_flight(upstream) < bound);
        let first_due = self.waiting(upstream).map(|(_, operation)| operation.due()).min();
        this.slots.as_ref()?.ask_at(first_due.filter(|_| may_send).map(|due| u128::try_from(due).unwrap_or(0)))
    }

    /// Asks for slots if it is time to, and returns what it asks.
    pub(crate) fn ask(&mut self, upstream: usize, now: Duration) -> Option<Ask> {
        self.pass(now);
        let time = self.time;
        if self.ask_at(upstream)? > time {
            return None;
        }
        let this = &self.upstreams[upstream];
        let slots = this.slots.as_ref()?;
        let room =
            this.bound.map_or(usize::MAX, |bound| bound.saturating_sub(self.in_flight(upstream)) + slots.coming_back(bound));
        let room = if this.hold.is_paused { 0 } else { room };
        let most = slots.most();
        let due_by = |until: u128| {
            let due = self.waiting(upstream).filter(|(_, operation)| operation.due() <= signed(until));
            due.count().min(most).min(room)
        };
        let (due, wanted) = (due_by(time), due_by(time + 2 * SECOND));
        let this = &mut self.upstreams[upstream];
        let held_until = this.hold.until;
        let ask = this.slots.as_mut().map(|slots| slots.ask(due, wanted, held_until, time));
        self.note_room(upstream);
        ask
    }

    /// Takes a grant that answers the ask of this number.
    pub(crate) fn grant(&mut self, upstream: usize, number: u32, grant: &Grant, now: Duration) {
        self.pass(now);
        let (time, in_flight) = (self.time, self.in_flight(upstream));
        let this = &mut self.upstreams[upstream];
        let Some(slots) = &mut this.slots else { return };
        let epoch = slots.epoch;
        let Some(held_until) = slots.grant(number, grant, time) else { return };
        this.hold.until = match held_until.max(if grant.resumed { 0 } else { this.hold.until }) {
            until if until > time => until,
            _ => this.hold.until.min(time),
        };
        this.herd = (0, 0);
        if grant.epoch != epoch {
            this.old = in_flight;
            this.cuts += u64::from(epoch > 0 && grant.epoch > epoch && !grant.resumed);
        }
        self.note_room(upstream);
    }

    pub(crate) fn ask_failed(&mut self, upstream: usize, retry: Duration, now: Duration) {
        self.pass(now);
        let (time, this) = (self.time, &mut self.upstreams[upstream]);
        if let Some(slots) = &mut this.slots {
            slots.fail(retry.as_nanos(), this.hold.until, time);
        }
        self.note_room(upstream);
    }

    /// Returns the number of the latest ask of an upstream.
    pub(crate) fn asks(&self, upstream: usize) -> u32 {
        self.upstreams[upstream].slots.as_ref().map_or(0, |slots| slots.asks)
    }

    pub(crate) fn quota(&mut self, upstream: usize, remaining: u64, reset: Option<Duration>, now: Duration) {
        self.pass(now);
        let Some(reset) = reset else { return };
        if remaining == 0 {
            self.hold(upstream, reset, 20);
        } else {
            let left = u128::from(remaining).saturating_sub(self.in_flight(upstream) as u128).max(1);
            let this = &mut self.upstreams[upstream];
            let reset = this.rules.longest_hold.map_or(reset, |longest| reset.min(longest)).as_nanos();
            match &mut this.slots {
                Some(slots) => slots.told.quota = Some(Quota { remaining: left, at: self.time, until_reset: reset }),
                None => this.quota = (self.time + reset, reset / left),
            }
        }
        self.note_room(upstream);
    }

    pub(crate) fn set_limits(&mut self, upstream: usize, rules: Rules, now: Duration) {
        self.pass(now);
        let this = &mut self.upstreams[upstream];
        if (rules.in_flight, rules.in_flight.is_some() && rules.is_growing)
            != (this.rules.in_flight, this.rules.in_flight.is_some() && this.rules.is_growing)
        {
            (this.bound, this.growth) = (rules.in_flight, (rules.in_flight.unwrap_or(0), self.time));
        }
        let was_shared = this.rules.shared;
        this.rules = rules;
        this.save(0);
        if !rules.find_pace || rules.shared {
            (this.served, this.before, this.rates, this.since) = (Vec::new(), None, Vec::new(), None);
            (this.cut, this.pace, this.has_waited, this.paced, this.doubling) = (None, None, false, 0, 0);
            (this.is_proven, this.asked_from, this.saved) = (false, 0, 0);
        }
        if !rules.find_pace {
            this.failed = 0;
        }
        this.asks = this.slots.as_ref().map_or(this.asks, |slots| slots.asks);
        if rules.shared != was_shared {
            this.slots = rules.shared.then(|| Slots::new(this.asks));
        }
        if rules.shared != was_shared || !(rules.find_pace || rules.shared) {
            this.old = 0;
        }
        self.note_room(upstream);
    }

    pub(crate) fn reset_backoff(&mut self, number: usize) {
        if let Some(operation) = self.operations.get_mut(&number) {
            operation.poller.reset_backoff();
        }
    }

    pub(crate) fn set_backoff(&mut self, number: usize, base: Duration) {
        if let Some(operation) = self.operations.get_mut(&number) {
            operation.poller.set_backoff(base);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.operations.len()
    }

    /// Returns what a dashboard shows of an upstream.
    pub(crate) fn status(&self, upstream: usize) -> Status {
        let this = &self.upstreams[upstream];
        let since_due = self.waiting(upstream).map(|(_, operation)| signed(self.time) - operation.due());
        let oldest_due = since_due.filter(|since| *since >= 0).max();
        let spacing = this.slots.as_ref().map_or_else(|| this.spacing(self.time), Slots::spacing);
        let mut status = Status::default();
        status.operations = self.living(upstream);
        status.in_flight = self.in_flight(upstream);
        status.most_in_flight = this.bound;
        status.spacing = (spacing > 0).then(|| nanos(spacing));
        status.held = nanos(this.hold.until.saturating_sub(self.time));
        (status.refusals, status.forgiven, status.cuts) = (this.refusals, this.forgiven, this.cuts);
        let oldest = self.loss(upstream).and_then(|(_, number)| self.operations[&number].waited_since);
        status.oldest_in_flight = oldest.map(|(since, _)| nanos(self.time - since));
        status.oldest_due = oldest_due.map(|since| nanos(since.try_into().expect("it is due")));
        status.slowed_by = self.slowed_by(upstream, oldest_due.is_some());
        status
    }

    fn slowed_by(&self, upstream: usize, is_due: bool) -> Option<Slow> {
        let this = &self.upstreams[upstream];
        let is_full = this.bound.is_some_and(|bound| self.in_flight(upstream) >= bound);
        let sent = this.sent.last().copied();
        let in_time = |apart: u128| sent.is_some_and(|sent| self.time < sent + apart);
        let is_slow = this.pace.is_some() && !this.is_proven;
        let (spacing, (reset, shared_out), is_shared) = (this.spacing(u128::MAX), this.quota, this.slots.is_some());
        let spacing = if is_slow { spacing.max(SECOND) } else { spacing };
        [
            (this.hold.is_paused, Slow::Paused),
            (self.time < this.hold.until, Slow::Hold),
            (is_due && is_full, Slow::InFlight),
            (is_due && this.is_down() && in_time(SECOND), Slow::Down),
            (is_due && !is_shared && self.time < reset && in_time(shared_out), Slow::Quota),
            (is_due && !is_shared && in_time(spacing), Slow::Pace),
            (is_due && is_shared && this.slot().is_none_or(|slot| self.time < slot), Slow::Pace),
            (
                is_due && !is_shared && spacing == 0 && !this.is_down() && self.time < this.herd.0 && in_time(this.herd.1),
                Slow::Hold,
            ),
        ]
        .into_iter()
        .find_map(|(is_so, slow)| is_so.then_some(slow))
    }

    /// Sees to what an answer says of the upstream, and forgets the operation if it has ended.
    fn answered(&mut self, number: usize, to: To, outcome: Option<Outcome<(), ()>>) {
        let upstream = self.operations[&number].upstream;
        self.learn(number, to, outcome);
        self.note_room(upstream);
    }

    /// Takes note of whether as many polls are in flight as may be.
    fn note_room(&mut self, upstream: usize) {
        let is_full = self.opens(upstream).is_none();
        let this = &mut self.upstreams[upstream];
        if is_full {
            this.full_since.get_or_insert(self.time);
        } else if this.full_since.take().is_some() {
            this.full_until = self.time;
        }
    }

    fn learn(&mut self, number: usize, to: To, outcome: Option<Outcome<(), ()>>) {
        let operation = &self.operations[&number];
        let (upstream, policy) = (operation.upstream, *operation.poller.policy());
        let has_ended = operation.poller.is_finished();
        let were_in_flight = self.in_flight(upstream);
        let is_refusal = matches!(outcome, Some(Outcome::Throttled { .. }));
        let (mut comes_back, mut counts) = (false, true);
        if to == To::Poll || has_ended {
            let operation = self.operations.get_mut(&number).expect("it is there");
            operation.waited_since = None;
            let request = operation.request.take();
            if let Some(request) = request {
                (comes_back, counts) = self.upstreams[upstream].come_back(request, to == To::Poll, is_refusal);
            }
        }
        if has_ended {
            self.operations.remove(&number);
        }

        let time = self.time;
        let this = &mut self.upstreams[upstream];
        let was_old = this.old > 0;
        if comes_back {
            this.old = this.old.saturating_sub(1);
        }
        match outcome {
            Some(Outcome::Throttled { .. }) if !counts => {}
            Some(Outcome::Throttled { retry_after, .. }) => {
                // By as much as the policy lengthens the hint of the refused one, but by a fifth at most.
                let jitter = match policy.jitter() {
                    Jitter::None => 0,
                    Jitter::PlusMinus(percent) | Jitter::Above(percent) => percent,
                    _ => 20,
                };
                self.refuse(upstream, retry_after, policy.hint_jitter().unwrap_or(jitter).min(20), was_old);
            }
            Some(Outcome::Transient { .. }) if comes_back => {
                this.failed += usize::from(this.rules.find_pace);
                match &mut this.slots {
                    None => this.unserved(was_old),
                    Some(slots) if this.rules.find_pace && !was_old => slots.failed(),
                    Some(_) => {}
                }
            }
            Some(_) if !comes_back => {}
            None | Some(Outcome::Transient { .. }) => {}
            Some(_) => {
                this.failed = 0;
                match &mut this.slots {
                    None => this.serve(was_old, time),
                    Some(slots) if !was_old => slots.served(time),
                    Some(_) => {}
                }
                let Some(bound) = &mut this.bound else { return };
                if this.rules.is_growing && were_in_flight >= *bound {
                    let (most, since) = &mut this.growth;
                    if time - *since >= SECOND {
                        *since = time;
                        *most = *bound + bound.div_ceil(8);
                    }
                    *bound += usize::from(*bound < *most);
                }
            }
        }
    }

    /// Takes an outcome of an operation that has ended: if it is a refusal, the upstream obeys.
    fn forgotten(&mut self, number: usize, outcome: Outcome<(), ()>) -> Decision<(), ()> {
        if let Outcome::Throttled { retry_after, .. } = outcome {
            let upstream = self.homes[number];
            self.refuse(upstream, retry_after, 20, self.upstreams[upstream].old > 0);
            self.note_room(upstream);
        }
        forgotten(outcome)
    }

    fn refuse(&mut self, upstream: usize, hint: Option<Duration>, percent: u8, was_old: bool) {
        let (time, in_flight) = (self.time, self.in_flight(upstream));
        self.upstreams[upstream].refusals += 1;
        let asked_for = hint.map_or(0, |hint| hint.as_nanos());
        if let Some(hint) = hint {
            self.hold(upstream, hint, percent);
        }
        let this = &mut self.upstreams[upstream];
        if let Some(slots) = &mut this.slots {
            if !was_old {
                slots.refused(hint.map(|hint| hint.as_nanos()));
            }
            return;
        }
        if !this.rules.find_pace {
            return;
        }
        let doubling = (20 * asked_for / SECOND).clamp(66, 600);
        match this.pace {
            None => {
                let few = this.rates.is_empty() && this.served.len() < 16;
                let least = this.rates.iter().copied().chain([this.rate(time), SECOND]).min();
                this.cut(least.expect("there is a second"), 6, if few { 10 } else { doubling }, in_flight);
                this.save(this.rules.forgive.map_or(0, u128::from));
            }
            Some(_) if !this.is_proven => this.unserved(was_old),
            Some(pace) => match this.rules.forgive.map(|forgive| u128::from(forgive) + asked_for / pace) {
                Some(cost) if cost <= this.saved => {
                    this.saved -= cost;
                    this.forgiven += 1;
                }
                _ => this.cut(pace, if asked_for > SECOND { 7 } else { 8 }, doubling, in_flight),
            },
        }
    }

    fn hold(&mut self, upstream: usize, hint: Duration, percent: u8) {
        let (time, living) = (self.time, self.living(upstream));
        let this = &mut self.upstreams[upstream];
        let hint = this.rules.longest_hold.map_or(hint, |longest| hint.min(longest)).as_nanos();
        let most = hint * u128::from(percent) / 100;
        if most > 0 && this.hold.until <= time {
            this.hold.drawn = self.rng.next_u64();
        }
        let until = time + hint + ((u128::from(this.hold.drawn) * (most + 1)) >> 64);
        if until > this.hold.until {
            this.hold.until = until;
            if let Some(slots) = &mut this.slots {
                slots.held(until, time);
            }
            this.herd = (until + hint / 5, (hint / 5).checked_div(living as u128).unwrap_or(0));
        }
    }

    fn waiting(&self, upstream: usize) -> impl Iterator<Item = (&usize, &Operation<R>)> {
        self.operations.iter().filter(move |(_, operation)| operation.upstream == upstream && operation.request.is_none())
    }

    fn living(&self, upstream: usize) -> usize {
        self.operations.values().filter(|operation| operation.upstream == upstream).count()
    }

    fn in_flight(&self, upstream: usize) -> usize {
        self.upstreams[upstream].requests.values().filter(|request| !request.is_answered).count()
    }

    /// Returns when the next poll may go out, if it need not wait for an answer.
    fn opens(&self, upstream: usize) -> Option<u128> {
        let this = &self.upstreams[upstream];
        if this.hold.is_paused || this.bound.is_some_and(|bound| self.in_flight(upstream) >= bound) {
            return None;
        }
        if this.slots.is_some() {
            let down = this.sent.last().map_or(0, |sent| if this.is_down() { sent + SECOND } else { 0 });
            return this.slot().map(|slot| slot.max(this.hold.until).max(down));
        }
        let is_slow = this.is_down() || (this.pace.is_some() && !this.is_proven);
        let spaced = match (this.sent.last(), this.spacing(u128::MAX)) {
            (None, _) => 0,
            (Some(sent), gap) if is_slow => sent + gap.max(SECOND),
            (Some(sent), 0) => this.herd.0.min(sent + this.herd.1),
            (Some(sent), gap) => sent + gap,
        };
        let (reset, shared_out) = this.quota;
        let lasts = this.sent.last().map_or(0, |sent| reset.min(sent + shared_out));
        Some(this.hold.until.max(spaced).max(lasts))
    }

    fn pass(&mut self, now: Duration) {
        self.time += now.saturating_duration_since(self.latest).as_nanos();
        self.latest = now;
    }

    /// The clock of the lone pollers.
    fn reading(&self) -> Duration {
        Duration::from_nanos(self.time.try_into().expect("the time of a test is below 584 years"))
    }
}

fn signed(time: u128) -> i128 {
    time.try_into().expect("the time of a test is below 584 years")
}

/// What becomes of an outcome that comes too late.
fn forgotten(outcome: Outcome<(), ()>) -> Decision<(), ()> {
    let mut finished = Poller::new(Policy::builder().build().expect("the constants build"), Never, Duration::ZERO);
    let _account = finished.cancel(Duration::ZERO);
    finished.step(outcome, Duration::ZERO)
}

fn gone() -> GaveUp {
    let mut finished = Poller::new(Policy::builder().build().expect("the constants build"), Never, Duration::ZERO);
    let _account = finished.cancel(Duration::ZERO);
    finished.cancel(Duration::ZERO)
}

/// A generator that is never asked.
struct Never;

impl TryRng for Never {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("a finished poller draws nothing")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("a finished poller draws nothing")
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("a finished poller draws nothing")
    }
}

fn nanos(nanos: u128) -> Duration {
    Duration::from_nanos(nanos.try_into().expect("the time of a test is below 584 years"))
}
