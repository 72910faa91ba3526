//! A fleet and the naive one, told the same and compared after everything.

use asyncpoll::{
    Elapsed, Fleet, Outcome, Policy,
    fleet::{Ask, Due, DuePoll, Grant, Id, Upstream},
    rand_core::Rng,
};
use core::time::Duration;

use super::{
    fleet_model::{Handed, Model},
    limit_rules::Rules,
};

/// A fleet, its reference, and the clock of both.
pub(crate) struct Pair<R> {
    fleet: Fleet<Duration, R>,
    model: Model<R>,
    upstreams: Vec<Upstream>,
    /// Of every operation there has been, by its number.
    ids: Vec<Id>,
    /// The numbers of those whose polls were handed out and not fed, lost or released.
    out: Vec<usize>,
    /// All polls that were handed out.
    polls: Vec<DuePoll>,
    /// All that slots were asked with, by which upstream, and the number of each there.
    asks: Vec<(usize, u32, Ask)>,
    now: Duration,
}

impl<R: Rng + Clone> Pair<R> {
    /// Both draw from generators that are at the same place of the same tape.
    pub(crate) fn new(rngs: [R; 2], rules: &[Rules], now: Duration) -> Self {
        let [one, other] = rngs;
        let (mut fleet, mut model) = (Fleet::new(one, now), Model::new(other, now));
        let mut upstreams = Vec::new();
        for rules in rules {
            upstreams.push(fleet.add_upstream(rules.limits()));
            model.add_upstream(*rules);
        }
        Self { fleet, model, upstreams, ids: Vec::new(), out: Vec::new(), polls: Vec::new(), asks: Vec::new(), now }
    }

    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    pub(crate) fn set_clock(&mut self, now: Duration) {
        self.now = now;
    }

    /// Goes on to when a poll or an end is due next, if one is, and this much further.
    pub(crate) fn wake_up(&mut self, late: Duration) {
        let wait = self.fleet.until_next(self.now);
        assert_eq!(wait.map(|wait| wait.as_nanos()), self.model.until_next(self.now), "until what is due next");
        self.now = self.now.saturating_add(wait.unwrap_or_default()).saturating_add(late);
    }

    /// Has the next poll fail as soon as it is made.
    pub(crate) fn fail(&mut self) {
        self.wake_up(Duration::ZERO);
        self.next();
        self.answer(0, Outcome::transient(()));
    }

    pub(crate) fn start(&mut self, upstream: usize, policy: &Policy) {
        let upstream = upstream % self.upstreams.len();
        let number = self.model.start(upstream, policy, self.now);
        assert_eq!(number, self.ids.len());
        self.ids.push(self.fleet.start(self.upstreams[upstream], *policy, self.now));
        self.compare();
    }

    /// Takes one poll or end that is due, and says whether there was one.
    pub(crate) fn next(&mut self) -> bool {
        self.take().is_some()
    }

    /// Takes one poll or end that is due, and up to so many polls with it in one request.
    pub(crate) fn batch(&mut self, most: usize) {
        let Some(Due::Poll(poll)) = self.take() else { return };
        let batch = self.fleet.batch(poll, most, self.now);
        assert_eq!(batch.first(), Some(&poll), "the first poll of a batch");
        let along: Vec<_> = batch[1..].iter().map(|poll| self.number(poll.id)).collect();
        if let Err(wrong) = self.model.batch(self.number(poll.id), &along, most, self.now) {
            panic!("{wrong}");
        }
        self.out.extend(along);
        self.polls.extend(&batch[1..]);
        self.compare();
    }

    fn take(&mut self) -> Option<Due> {
        let due = self.fleet.next_due(self.now);
        let handed = due.map(|due| match due {
            Due::Poll(poll) => Handed::Poll(self.number(poll.id)),
            Due::Ended(id, gave_up) => Handed::End(self.number(id), gave_up),
        });
        if let Err(wrong) = self.model.hand_out(handed, self.now) {
            panic!("{wrong}");
        }
        self.forget_lost();
        if let (Some(Handed::Poll(number)), Some(Due::Poll(poll))) = (handed, due) {
            self.out.push(number);
            self.polls.push(poll);
        }
        self.compare();
        due
    }

    /// Feeds what a poll in flight has found, if there is one, or else one of any operation that there has been.
    pub(crate) fn answer(&mut self, which: usize, outcome: Outcome<(), ()>) {
        if self.out.is_empty() {
            return self.step(which, outcome);
        }
        let number = self.out[which % self.out.len()];
        self.step(number, outcome);
    }

    /// Feeds an outcome to any operation that there has been.
    pub(crate) fn step(&mut self, which: usize, outcome: Outcome<(), ()>) {
        let Some((number, id)) = self.any(which) else { return };
        self.out.retain(|out| *out != number);
        let decision = self.fleet.step(id, outcome, self.now);
        assert_eq!(decision, self.model.step(number, None, outcome, self.now), "the decision on {outcome:?}");
        self.compare();
    }

    /// Feeds what any poll has found that was ever handed out.
    pub(crate) fn step_poll(&mut self, which: usize, outcome: Outcome<(), ()>) {
        let Some((number, poll)) = self.any_poll(which) else { return };
        let decision = self.fleet.step(poll, outcome, self.now);
        let expected = self.model.step(number, Some(poll.number), outcome, self.now);
        assert_eq!(decision, expected, "the decision on poll {}, which found {outcome:?}", poll.number);
        self.forget_lost();
        self.compare();
    }

    /// Loses any poll that was ever handed out.
    pub(crate) fn lose_poll(&mut self, which: usize) {
        let Some((number, poll)) = self.any_poll(which) else { return };
        let expected = self.model.lost(number, Some(poll.number), self.now);
        assert_eq!(self.fleet.lost(poll, self.now), expected, "the decision on lost poll {}", poll.number);
        self.forget_lost();
        self.compare();
    }

    /// Gives any poll back that was ever handed out.
    pub(crate) fn release_poll(&mut self, which: usize) {
        let Some((number, poll)) = self.any_poll(which) else { return };
        self.fleet.release(poll, self.now);
        self.model.release(number, Some(poll.number), self.now);
        self.forget_lost();
        self.compare();
    }

    pub(crate) fn look(&mut self, which: usize, outcome: Outcome<(), ()>) {
        let Some((number, id)) = self.any(which) else { return };
        let decision = self.fleet.look(id, outcome, self.now);
        assert_eq!(decision, self.model.look(number, outcome, self.now), "the decision on a look that found {outcome:?}");
        self.compare();
    }

    pub(crate) fn cancel(&mut self, which: usize) {
        let Some((number, id)) = self.any(which) else { return };
        self.out.retain(|out| *out != number);
        assert_eq!(self.fleet.cancel(id, self.now), self.model.cancel(number, self.now), "the account of a cancelled one");
        self.compare();
    }

    /// Loses a poll in flight, if there is one, or else one of any operation that there has been.
    pub(crate) fn lose(&mut self, which: usize) {
        let Some((number, id)) = self.any_out(which) else { return };
        self.out.retain(|out| *out != number);
        assert_eq!(self.fleet.lost(id, self.now), self.model.lost(number, None, self.now), "the decision on a lost poll");
        self.compare();
    }

    pub(crate) fn release(&mut self, which: usize) {
        let Some((number, id)) = self.any_out(which) else { return };
        self.out.retain(|out| *out != number);
        self.fleet.release(id, self.now);
        self.model.release(number, None, self.now);
        self.compare();
    }

    pub(crate) fn slow_down(&mut self, upstream: usize, hint: Option<Duration>) {
        let upstream = upstream % self.upstreams.len();
        self.fleet.slow_down(self.upstreams[upstream], hint, self.now);
        self.model.slow_down(upstream, hint, self.now);
        self.compare();
    }

    pub(crate) fn pause(&mut self, upstream: usize) {
        let upstream = upstream % self.upstreams.len();
        self.fleet.pause(self.upstreams[upstream], self.now);
        self.model.pause(upstream, self.now);
        self.compare();
    }

    pub(crate) fn resume(&mut self, upstream: usize) {
        let upstream = upstream % self.upstreams.len();
        self.fleet.resume(self.upstreams[upstream], self.now);
        self.model.resume(upstream, self.now);
        self.compare();
    }

    pub(crate) fn quota(&mut self, upstream: usize, remaining: u64, reset: Option<Duration>) {
        let upstream = upstream % self.upstreams.len();
        self.fleet.quota(self.upstreams[upstream], remaining, reset, self.now);
        self.model.quota(upstream, remaining, reset, self.now);
        self.compare();
    }

    /// Asks for slots, if it is time to, and returns with what.
    pub(crate) fn ask(&mut self, upstream: usize) -> Option<Ask> {
        let upstream = upstream % self.upstreams.len();
        let ask = self.fleet.ask(self.upstreams[upstream], self.now);
        let expected = self.model.ask(upstream, self.now);
        assert_eq!(ask.map(without_id), expected.map(without_id), "what is asked");
        self.asks.extend(ask.map(|ask| (upstream, self.model.asks(upstream), ask)));
        self.compare();
        ask
    }

    /// Answers the ask that came so many before the last with what is made of it.
    pub(crate) fn grant(&mut self, before: usize, answer: impl FnOnce(&Ask) -> Grant) {
        let Some((upstream, number, ask)) = self.asks.iter().rev().nth(before % self.asks.len().max(1)).copied() else {
            return;
        };
        let grant = answer(&ask);
        self.model.grant(upstream, number, &grant, self.now);
        // To another upstream, it says nothing.
        for to in &self.upstreams {
            self.fleet.grant(*to, &grant, self.now);
        }
        self.compare();
    }

    pub(crate) fn ask_failed(&mut self, upstream: usize, retry: Duration) {
        let upstream = upstream % self.upstreams.len();
        self.fleet.ask_failed(self.upstreams[upstream], retry, self.now);
        self.model.ask_failed(upstream, retry, self.now);
        self.compare();
    }

    pub(crate) fn set_limits(&mut self, upstream: usize, rules: &Rules) {
        let upstream = upstream % self.upstreams.len();
        self.fleet.set_limits(self.upstreams[upstream], rules.limits(), self.now);
        self.model.set_limits(upstream, *rules, self.now);
        assert_eq!(self.fleet.limits(self.upstreams[upstream]), Some(&rules.limits()));
        self.compare();
    }

    pub(crate) fn reset_backoff(&mut self, which: usize) {
        let Some((number, id)) = self.any(which) else { return };
        self.fleet.reset_backoff(id);
        self.model.reset_backoff(number);
    }

    pub(crate) fn set_backoff(&mut self, which: usize, base: Duration) {
        let Some((number, id)) = self.any(which) else { return };
        self.fleet.set_backoff(id, base);
        self.model.set_backoff(number, base);
    }

    /// Puts any operation away and cancels it, and after this long takes it out again, under another policy perhaps.
    pub(crate) fn put_away(&mut self, which: usize, upstream: usize, policy: &Policy, away: Duration) {
        let Some((number, id)) = self.any(which) else { return };
        let snapshot = self.fleet.snapshot(id, self.now);
        assert_eq!(snapshot, self.model.snapshot(number, self.now), "the snapshot");
        self.cancel(which);
        let Some(snapshot) = snapshot else { return };
        let (upstream, elapsed) = (upstream % self.upstreams.len(), snapshot.elapsed().saturating_add(away));
        let number = self.model.restore(upstream, &snapshot, policy, self.now, elapsed);
        assert_eq!(number, self.ids.len());
        self.ids.push(self.fleet.restore(self.upstreams[upstream], &snapshot, *policy, self.now, Elapsed(elapsed)));
        self.compare();
    }

    fn any(&self, which: usize) -> Option<(usize, Id)> {
        let number = which % self.ids.len().max(1);
        Some((number, *self.ids.get(number)?))
    }

    /// One whose poll is in flight, or any if there is none.
    fn any_out(&self, which: usize) -> Option<(usize, Id)> {
        self.any(self.out.get(which % self.out.len().max(1)).copied().unwrap_or(which))
    }

    fn any_poll(&self, which: usize) -> Option<(usize, DuePoll)> {
        let poll = *self.polls.get(which % self.polls.len().max(1))?;
        Some((self.number(poll.id), poll))
    }

    /// Forgets those that are in flight no longer.
    fn forget_lost(&mut self) {
        let model = &self.model;
        self.out.retain(|number| model.is_in_flight(*number, None));
    }

    fn number(&self, id: Id) -> usize {
        self.ids.iter().position(|one| *one == id).expect("it hands out nothing that was not started")
    }

    fn compare(&self) {
        let wait = self.fleet.until_next(self.now);
        assert_eq!(wait.map(|wait| wait.as_nanos()), self.model.until_next(self.now), "until what is due next");
        assert_eq!((self.fleet.len(), self.fleet.is_empty()), (self.model.len(), self.model.len() == 0), "operations");
        let in_flight: usize = (0..self.upstreams.len()).map(|number| self.model.status(number).in_flight).sum();
        assert_eq!(self.fleet.in_flight(), in_flight, "polls in flight");
        for (number, upstream) in self.upstreams.iter().enumerate() {
            assert_eq!(self.fleet.status(*upstream, self.now), self.model.status(number), "the status");
            let wait = self.fleet.until_ask(*upstream, self.now);
            assert_eq!(wait.map(|wait| wait.as_nanos()), self.model.until_ask(number, self.now), "until slots are asked for");
        }
    }
}

/// What is asked, whoever asks.
fn without_id(ask: Ask) -> impl PartialEq + core::fmt::Debug {
    let told = (ask.epoch, ask.served, ask.failed, ask.refused, ask.hint, ask.latency);
    (told, ask.proven, ask.hold, ask.quota, ask.resume, ask.due, ask.wanted, ask.turn)
}
