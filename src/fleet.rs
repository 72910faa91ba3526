//! Many polls behind one clock, one generator and one next wake-up, which obey together what one of them learns.

mod gate;
mod id;
mod lane;
mod limits;
mod minima;
mod pace;
mod page;
mod policies;

use alloc::vec::Vec;
use core::time::Duration;

use rand_core::Rng;

use self::{
    gate::{Answer, Gate},
    lane::Lane,
    minima::{Minima, NEVER},
    page::Poll,
    policies::Policies,
};
pub use self::{
    id::{DuePoll, Id, Status, Upstream},
    limits::{Limits, LimitsError},
};
use crate::{Decision, GaveUp, Instant, Outcome, Policy, const_policy, state::State, turn::Turn, wait::nanos};

/// What a poll that is not there is answered by, finished as it is.
const FORGOTTEN: Policy = const_policy!(Policy::builder());

/// Many polls.
#[derive(Clone, Debug)]
pub struct Fleet<I, #[cfg(feature = "chacha")] R = rand_chacha::ChaCha8Rng, #[cfg(not(feature = "chacha"))] R> {
    rng: R,
    /// The latest reading of the clock: what passes from one to the next is added up.
    latest: I,
    /// The time that has passed since the start of the fleet.
    time: u64,
    /// How many polls have been started.
    serial: u32,
    policies: Policies,
    lanes: Vec<Lane>,
    /// When each lane sends its next poll.
    next: Minima,
}

#[cfg(feature = "chacha")]
impl<I: Instant> Fleet<I> {
    /// Starts an empty fleet at `now` with a generator of its own: a `ChaCha8Rng` seeded with `seed`.
    pub fn seeded(seed: u64, now: I) -> Self {
        Self::new(rand_core::SeedableRng::seed_from_u64(seed), now)
    }
}

impl<I: Instant, R: Rng> Fleet<I, R> {
    /// Starts an empty fleet at `now`, drawing jitter from `rng`.
    pub const fn new(rng: R, now: I) -> Self {
        Self { rng, latest: now, time: 0, serial: 0, policies: Policies::new(), lanes: Vec::new(), next: Minima::new() }
    }

    /// Takes what a poll found, and decides.
    pub fn step<T, E>(&mut self, id: Id, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        self.step_keeping(id, outcome, now, &mut None)
    }

    /// Takes what a poll found, and decides; keeps the error of a `Transient` outcome in `last_error` while it waits.
    #[inline]
    pub fn step_keeping<T, E>(&mut self, id: Id, outcome: Outcome<T, E>, now: I, last_error: &mut Option<E>) -> Decision<T, E> {
        let told = Told::Outcome(Answer::of(&outcome));
        self.turn(id, told, now, |turn, rng| turn.step(rng, outcome, 0, last_error))
    }
}

impl<I: Instant, R> Fleet<I, R> {
    /// Makes an upstream with these limits.
    ///
    /// # Errors
    ///
    /// Limits under which no poll could be made.
    pub fn upstream(&mut self, limits: Limits) -> Result<Upstream, LimitsError> {
        self.lanes.push(Lane::new(Gate::new(&limits)?));
        self.next.push(NEVER);
        Ok(Upstream(self.lanes.len().saturating_sub(1)))
    }

    /// Starts a poll at `now`; it is due at once.
    pub fn start(&mut self, upstream: Upstream, policy: &Policy, now: I) -> Id {
        self.pass(now);
        self.serial = self.serial.wrapping_add(1);
        let mut id = Id { upstream, place: usize::MAX, serial: self.serial, started: self.time };
        if let Some(lane) = self.lanes.get_mut(upstream.0) {
            let policy_number = self.policies.take(policy);
            id.place = lane.take_in(Poll::new(&State::new(policy), self.time, self.serial, policy_number));
            self.next.set(upstream.0, lane.next());
        }
        id
    }

    /// Returns what is left at `now` until the next poll is to be made.
    pub fn until_next_poll(&self, now: I) -> Option<Duration> {
        match self.next.least() {
            NEVER => None,
            next => Some(Duration::from_nanos(next.saturating_sub(self.time_at(now)))),
        }
    }

    /// Hands out a poll that is to be made now, if there is one.
    #[inline]
    pub fn next_poll(&mut self, now: I) -> Option<DuePoll> {
        self.pass(now);
        if self.next.least() > self.time {
            return None;
        }
        let index = self.next.first()?;
        let lane = self.lanes.get_mut(index)?;
        let place = lane.send(self.time)?;
        self.next.set(index, lane.next());
        let (poll, due) = lane.poll(place)?;
        let state = poll.state(due, self.time);
        let deadline = self.policies.get(poll.policy).and_then(|policy| policy.deadline);
        Some(DuePoll {
            id: Id { upstream: Upstream(index), place, serial: poll.serial, started: poll.started },
            number: state.polls.saturating_add(1),
            elapsed: Duration::from_nanos(state.elapsed),
            remaining: deadline.map(|deadline| Duration::from_nanos(deadline.left(state.elapsed))),
        })
    }

    /// Takes a poll back that was never made: it is due again, and not counted.
    pub fn release(&mut self, id: Id, now: I) {
        self.pass(now);
        let Some(lane) = self.lanes.get_mut(id.upstream.0).filter(|lane| lane.poll_of(id).is_some()) else { return };
        if lane.is_in_flight(id.place) {
            lane.release(id.place);
            lane.gate.back(None, lane.len(), self.time);
            self.next.set(id.upstream.0, lane.next());
        }
    }

    /// Takes a refusal that no outcome tells.
    pub fn slow_down(&mut self, upstream: Upstream, hint: Option<Duration>, now: I) {
        self.pass(now);
        let Some(lane) = self.lanes.get_mut(upstream.0) else { return };
        lane.gate.refuse(hint.map(nanos::from_duration), lane.len(), self.time);
        self.next.set(upstream.0, lane.next());
    }

    /// Takes what an unscheduled look found, and says whether that ends it.
    pub fn look<T, E>(&mut self, id: Id, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        self.turn(id, Told::Look(Answer::of(&outcome)), now, |turn, _| turn.look(outcome, 0))
    }

    /// Ends a poll because the caller wants to, and returns the account of it.
    pub fn cancel(&mut self, id: Id, now: I) -> GaveUp {
        self.turn(id, Told::Nothing, now, |turn, _| turn.cancel(0))
    }

    /// Starts the ladder of a poll again, because progress was seen.
    pub fn reset_backoff(&mut self, id: Id) {
        self.turn(id, Told::Nothing, self.latest, |turn, _| turn.state.reset_backoff(turn.policy));
    }

    /// Sets the base of the next wait of a poll's ladder.
    pub fn set_backoff(&mut self, id: Id, base: Duration) {
        let base = nanos::from_duration(base);
        self.turn(id, Told::Nothing, self.latest, |turn, _| turn.state.set_backoff(turn.policy, base));
    }

    /// Returns what a dashboard shows of an upstream.
    pub fn status(&self, upstream: Upstream, now: I) -> Status {
        let Some(lane) = self.lanes.get(upstream.0) else { return Status::default() };
        let gap = lane.gate.gap();
        Status {
            polls: lane.len(),
            in_flight: lane.gate.in_flight(),
            most_in_flight: lane.gate.most_in_flight(),
            spacing: (gap > 0).then_some(Duration::from_nanos(gap)),
            held: Duration::from_nanos(lane.gate.held_until().saturating_sub(self.time_at(now))),
            refusals: lane.gate.refusals(),
        }
    }

    /// Lets `act` have its turn with a poll, and sees to what becomes of that poll and its upstream. A poll that is not there
    /// is answered for by one that has finished.
    #[inline]
    fn turn<O>(&mut self, id: Id, told: Told, now: I, act: impl FnOnce(Turn<'_>, &mut R) -> O) -> O {
        self.pass(now);
        let Self { rng, policies, lanes, next, time, .. } = self;
        let found = lanes.get_mut(id.upstream.0).and_then(|lane| {
            let (poll, due) = lane.poll_of(id)?;
            let (state, number) = (poll.state(due, *time), poll.policy);
            Some((lane, state, number, policies.get(number)?))
        });
        let Some((lane, mut state, number, policy)) = found else {
            let mut state = State::new(&FORGOTTEN);
            state.cancel(0);
            return act(Turn { policy: &FORGOTTEN, state: &mut state }, rng);
        };
        let done = act(Turn { policy, state: &mut state }, rng);

        let was_in_flight = lane.is_in_flight(id.place);
        let stays = was_in_flight && !matches!(told, Told::Outcome(_)) && !state.is_finished();
        lane.put(id.place, &state, stays);
        match told {
            _ if was_in_flight && !stays => lane.gate.back(told.answer(), lane.len(), *time),
            Told::Outcome(Answer::Refused(hint)) | Told::Look(Answer::Refused(hint)) => {
                lane.gate.refuse(hint, lane.len(), *time)
            }
            _ => {}
        }
        next.set(id.upstream.0, lane.next());
        if state.is_finished() {
            policies.give_back(number);
        }
        done
    }

    /// Notes the reading `now` of the clock.
    #[inline]
    fn pass(&mut self, now: I) {
        self.time = self.time_at(now);
        self.latest = now;
    }

    /// Returns the time from the start of the fleet to `now`.
    #[inline]
    fn time_at(&self, now: I) -> u64 {
        self.time.saturating_add(nanos::from_duration(now.saturating_duration_since(self.latest)))
    }
}

impl<I, R> Fleet<I, R> {
    /// Returns how many polls have started and not ended.
    pub fn len(&self) -> usize {
        self.lanes.iter().fold(0, |polls, lane| polls.saturating_add(lane.len()))
    }

    /// Returns whether no poll is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many polls are in flight: handed out, and not fed yet.
    pub fn in_flight(&self) -> usize {
        self.lanes.iter().fold(0, |polls, lane| polls.saturating_add(lane.gate.in_flight()))
    }

    /// Returns whether a poll has started and not ended.
    pub fn contains(&self, id: Id) -> bool {
        self.lanes.get(id.upstream.0).is_some_and(|lane| lane.poll_of(id).is_some())
    }
}

/// What a turn tells of the upstream.
#[derive(Clone, Copy, Debug)]
enum Told {
    Outcome(Answer),
    Look(Answer),
    Nothing,
}

impl Told {
    const fn answer(self) -> Option<Answer> {
        match self {
            Self::Outcome(answer) | Self::Look(answer) => Some(answer),
            Self::Nothing => None,
        }
    }
}
