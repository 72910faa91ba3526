//! Many operations behind one clock, one generator and one next wake-up, which obey together what one of them learns.
//!
//! A [`Fleet`] holds operations. Each is started at an [`Upstream`], a server with its [`Limits`], and goes by an [`Id`]. The fleet
//! hands out a [`DuePoll`] when a poll is to be made, and takes the outcome. [`Status`] is what a dashboard shows of an upstream. The
//! docs of [`Fleet`] have the contract.
// Its program needs packages of its own.
#![cfg_attr(not(doctest), doc = include_str!("../docs/fleet.md"))]

mod admission;
mod asks;
mod handles;
mod policies;
mod queue;
mod restore;
mod status;
mod upstreams;

use alloc::vec::Vec;
use core::{convert::Infallible, time::Duration};

use rand_core::Rng;

use self::{
    admission::{Answer, Refusal},
    policies::Policies,
    queue::{ALONE, Back, Entry, Lane, Minima, NEVER, Next, patience},
};
pub use self::{
    admission::{Ask, Grant, Limits, LimitsBuilder, LimitsError, SharedPace, SharedPaceError},
    handles::{Due, DuePoll, Id, PollId, Upstream},
    status::{Slow, Status},
};
#[cfg(feature = "chacha")]
use crate::random::SeededRng;
use crate::{
    const_policy,
    instant::Instant,
    operation::{Decision, Feed, GaveUp, Outcome, State},
    policy::Policy,
    random::SmallRng,
    wait::nanos,
};

/// What the clock of a fleet shows at its start: operations that are older go back to before it, by up to 73 years.
const ORIGIN: u64 = 1 << 61;

/// The policy of the finished operation that answers for one that is not there.
const FORGOTTEN: Policy = const_policy!(Policy::builder());

/// Decides for many operations at once: which to poll now, when to wake up next, and after each poll as a [`Poller`] does.
///
/// Each of many pollers is polite on its own: one is told 429 and waits, and the others go on. A fleet knows which operations
/// share an [`Upstream`], a server with its limits, and what one of them learns there all obey. It is fed outcomes and
/// instants as a poller is; it calls nothing, spawns nothing and reads no clock. It is the one part of this crate that
/// allocates: 69 bytes an operation for a million of them that share their policies, given back by pages of 2,048.
///
/// The [guide](crate::fleet) says what an upstream and a refusal are. It has the rules by which polls are held, paced and ordered, what
/// that is worth, and the pitfalls.
///
/// # The loop
///
/// Whenever a sender is free, ask [`next_due`](Self::next_due) what is due: make that poll, and tell the fleet what became of it,
/// or take note of that end. If nothing is due, sleep until an answer comes or [`until_next`](Self::until_next) is over. With
/// threads:
///
/// ```
/// use asyncpoll::{
///     Fleet, Outcome, Policy,
///     fleet::{Due, DuePoll, Limits},
///     random_seed,
/// };
/// use std::{sync::mpsc, thread, time::{Duration, Instant}};
/// # use std::sync::atomic::{AtomicU32, Ordering};
/// # static POLLS: AtomicU32 = AtomicU32::new(0);
///
/// /// How many polls are sent at a time.
/// const SENDERS: usize = 64;
///
/// type Found = Option<Outcome<u32>>;
///
/// /// Answers when it is dropped, and so even if the thread panics.
/// struct Answer {
///     poll: DuePoll,
///     found: Found,
///     answers: mpsc::Sender<(DuePoll, Found)>,
/// }
///
/// impl Drop for Answer {
///     fn drop(&mut self) {
///         // Nobody listens any more once the loop has ended.
///         let _ = self.answers.send((self.poll, self.found.take()));
///     }
/// }
///
/// fn ask(poll: DuePoll) -> Outcome<u32> {
/// #   let polls = POLLS.fetch_add(1, Ordering::Relaxed);
/// #   assert!(poll.number > 1 || polls % 4 > 0, "a bug");
///     Outcome::Done(poll.number)
/// }
///
/// fn send(poll: DuePoll, answers: mpsc::Sender<(DuePoll, Found)>) {
///     thread::spawn(move || {
///         let mut answer = Answer { poll, found: None, answers };
///         answer.found = Some(ask(poll));
///     });
/// }
///
/// let mut fleet = Fleet::seeded(random_seed(), Instant::now());
/// let authority = fleet.add_upstream(Limits::default());
/// let policy = Policy::default();
/// # let soon = Duration::from_millis(10);
/// # let policy = Policy::builder().initial_wait(soon).build().unwrap();
/// for _ in 0..100 {
///     fleet.start(authority, policy, Instant::now());
/// }
///
/// let (answers, inbox) = mpsc::channel();
/// while !fleet.is_empty() {
///     if fleet.in_flight() < SENDERS {
///         match fleet.next_due(Instant::now()) {
///             Some(Due::Poll(poll)) => {
///                 send(poll, answers.clone());
///                 continue;
///             }
///             Some(Due::Ended(id, gave_up)) => {
///                 eprintln!("{id:?} {gave_up}");
///                 continue;
///             }
///             None => {}
///         }
///     }
///     let wait = fleet.until_next(Instant::now());
///     // If all senders are busy, the next event is an answer.
///     let wait = wait.filter(|_| fleet.in_flight() < SENDERS);
///     match inbox.recv_timeout(wait.unwrap_or(Duration::MAX)) {
///         Ok((poll, Some(outcome))) => {
///             let _decision = fleet.step(poll, outcome, Instant::now());
///         }
///         Ok((poll, None)) => {
///             let _decision = fleet.lost(poll, Instant::now());
///         }
///         Err(_) => {} // Something is due.
///     }
/// #   assert!(POLLS.load(Ordering::Relaxed) <= 200, "a storm");
/// }
/// # assert!((101..=200).contains(&POLLS.load(Ordering::Relaxed)));
/// ```
///
/// Under tokio:
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use asyncpoll::{
///     Fleet, Outcome, Policy,
///     fleet::{Due, DuePoll, Limits},
///     random_seed,
/// };
/// use std::{collections::HashMap, time::Duration};
/// use tokio::{task::JoinSet, time::{Instant, sleep}};
/// # use std::sync::atomic::{AtomicU32, Ordering};
/// # static POLLS: AtomicU32 = AtomicU32::new(0);
///
/// /// How many polls are sent at a time.
/// const SENDERS: usize = 64;
///
/// async fn ask(poll: DuePoll) -> Outcome<u32> {
/// #   POLLS.fetch_add(1, Ordering::Relaxed);
/// #   assert!(poll.number != 2, "a bug");
///     match poll.number {
///         ..3 => Outcome::pending(),
///         number => Outcome::Done(number),
///     }
/// }
///
/// let mut fleet = Fleet::seeded(random_seed(), Instant::now());
/// let authority = fleet.add_upstream(Limits::default());
/// for _ in 0..100 {
///     fleet.start(authority, Policy::default(), Instant::now());
/// }
///
/// let (mut tasks, mut polls) = (JoinSet::new(), HashMap::new());
/// while !fleet.is_empty() {
///     if tasks.len() < SENDERS {
///         match fleet.next_due(Instant::now()) {
///             Some(Due::Poll(poll)) => {
///                 polls.insert(tasks.spawn(ask(poll)).id(), poll);
///                 continue;
///             }
///             Some(Due::Ended(id, gave_up)) => {
///                 eprintln!("{id:?} {gave_up}");
///                 continue;
///             }
///             None => {}
///         }
///     }
///     let wait = fleet.until_next(Instant::now());
///     // If all senders are busy, the next event is an answer.
///     let wait = wait.filter(|_| tasks.len() < SENDERS);
///     let (task, found) = tokio::select! {
///         Some(joined) = tasks.join_next_with_id() => match joined {
///             Ok((task, outcome)) => (task, Some(outcome)),
///             Err(died) => (died.id(), None),
///         },
///         () = sleep(wait.unwrap_or(Duration::MAX)) => continue,
///     };
///     let poll = polls.remove(&task).expect("each task has a poll");
///     match found {
///         Some(outcome) => {
///             let _decision = fleet.step(poll, outcome, Instant::now());
///         }
///         None => {
///             let _decision = fleet.lost(poll, Instant::now());
///         }
///     }
/// #   assert!(POLLS.load(Ordering::Relaxed) <= 300, "a storm");
/// }
/// # assert_eq!(POLLS.load(Ordering::Relaxed), 300);
/// # }
/// ```
///
/// Neither loop hangs if a poll panics, and such a poll costs the server no more than a transient error would. The example
/// [`fleet`][example] is a program to copy: orders by name, commands while it polls, many polls in one request, and an end by
/// Ctrl-C.
///
/// # What became of a poll
///
/// Every poll that is handed out is in flight until the fleet is told what became of it:
///
/// | the poll | call | what follows |
/// |---|---|---|
/// | was answered, or ended by its timeout | [`step`](Self::step) with the outcome; a timeout is `Transient` | the decision |
/// | was made, but its answer never comes: its task died | [`lost`](Self::lost) | as after a `Transient` without a hint |
/// | was never made: no sender was free, for instance | [`release`](Self::release) | it is due again at once, not counted |
/// | is no longer wanted | [`cancel`](Self::cancel) | the operation ends |
/// | was forgotten: none of these is called | | after [`answer_within`](LimitsBuilder::answer_within) it is lost. If that is not set, its operation is not polled again, and counts as in flight from then on |
///
/// Give every poll a timeout, shorter than `answer_within`. If the answer of a lost poll comes after all, feed it as any other: the
/// [`DuePoll`] tells the fleet which poll it answers.
///
/// A fleet keeps no errors. If an operation that is not polled in time [ends](Due::Ended), [`GaveUp::with_last_error`] adds the
/// last one that [`step_keeping`](Self::step_keeping) kept.
///
/// Without limits and refusals, every decision is that of a lone [`Poller`] with the same outcomes, times and draws.
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Outcome, Policy,
///     fleet::{Due, Limits},
/// };
/// use core::time::Duration;
///
/// let mut now = Duration::ZERO;
/// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), now);
/// let authority = fleet.add_upstream(Limits::default());
/// let one = fleet.start(authority, Policy::default(), now);
/// let other = fleet.start(authority, Policy::default(), now);
///
/// let due = fleet.next_due(now);
/// assert!(matches!(due, Some(Due::Poll(poll)) if poll.id == one));
/// let hint = Duration::from_secs(30);
/// let refused = Outcome::<(), _>::throttled("429").retry_after(hint);
/// let _half_a_minute = fleet.step(one, refused, now);
///
/// // What one has learned, the other obeys.
/// assert_eq!(fleet.next_due(now), None);
/// let held = fleet.until_next(now).expect("the hold ends");
/// assert!((hint..=hint * 6 / 5).contains(&held));
/// now += held;
/// let due = fleet.next_due(now);
/// assert!(matches!(due, Some(Due::Poll(poll)) if poll.id == other));
/// ```
///
/// [example]: https://github.com/asyncpoll/asyncpoll/blob/main/examples/fleet/src/together.rs
/// [`Poller`]: crate::Poller
#[derive(Clone, Debug)]
pub struct Fleet<I, #[cfg(feature = "chacha")] R = SeededRng, #[cfg(not(feature = "chacha"))] R> {
    rng: R,
    /// Tells it from other fleets.
    number: u32,
    /// The latest reading of the clock: what passes from one to the next is added up.
    latest: I,
    /// The clock of the fleet: `ORIGIN` and the time that has passed since its start.
    time: u64,
    /// How many operations have been started.
    serial: u32,
    policies: Policies,
    lanes: Vec<Lane>,
    /// When each lane sends its next poll.
    next: Minima,
}

#[cfg(feature = "chacha")]
impl<I: Instant> Fleet<I> {
    /// Starts an empty fleet at `now` with a generator of its own: a [`SeededRng`] seeded with `seed`.
    ///
    /// All jitter is drawn from it, so fleets need seeds that differ, as pollers do.
    ///
    /// ```
    /// use asyncpoll::Fleet;
    /// use core::time::Duration;
    ///
    /// let fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// assert!(fleet.is_empty());
    /// ```
    pub fn seeded(seed: u64, now: I) -> Self {
        Self::new(SeededRng::new(seed), now)
    }
}

impl<I: Instant> Fleet<I, SmallRng> {
    /// Starts an empty fleet at `now` with a small generator of its own: a [`SmallRng`] seeded with `seed`, of eight bytes.
    ///
    /// It decides by the same rules as a fleet that is `seeded`, but draws other numbers.
    ///
    /// ```
    /// use asyncpoll::Fleet;
    /// use core::time::Duration;
    ///
    /// let fleet = Fleet::small(asyncpoll::random_seed(), Duration::ZERO);
    /// assert!(fleet.is_empty());
    /// ```
    pub fn small(seed: u64, now: I) -> Self {
        Self::new(SmallRng::new(seed), now)
    }
}

impl<I: Instant, R: Rng> Fleet<I, R> {
    /// Starts an empty fleet at `now`, drawing jitter from `rng`.
    ///
    /// ```
    /// use asyncpoll::{Fleet, SeededRng, random_seed};
    /// use core::time::Duration;
    ///
    /// let mut rng = SeededRng::new(random_seed());
    /// let fleet = Fleet::new(&mut rng, Duration::ZERO);
    /// assert_eq!(fleet.until_next(Duration::ZERO), None);
    /// ```
    pub fn new(rng: R, now: I) -> Self {
        Self {
            rng,
            number: handles::next_fleet(),
            latest: now,
            time: ORIGIN,
            serial: 0,
            policies: Policies::new(),
            lanes: Vec::new(),
            next: Minima::new(),
        }
    }

    /// Takes what a poll found, and decides as [`Poller::step`](crate::Poller::step) does.
    ///
    /// The poll is no longer in flight. After a `Sleep` the fleet hands the operation's next poll out by itself; after any
    /// other decision it has forgotten the operation. One that it has forgotten, or never had, is answered as by a finished
    /// poller whose counts are zero: `Done` and `Failed` pass, anything else is `GaveUp(Finished)`. If it was refused, the upstream
    /// obeys all the same, as after [`slow_down`](Self::slow_down).
    ///
    /// Give it the [`DuePoll`] that was handed out: if the answer comes late, after that poll was lost, it is taken as by
    /// [`look`](Self::look), and not for the answer to the next poll. Give it an [`Id`] for an outcome of an operation whose poll was
    /// not handed out: the answer to the submission, say.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Decision, Fleet, Outcome, Policy,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let Some(Due::Poll(poll)) = fleet.next_due(Duration::ZERO) else {
    ///     unreachable!("it is due at once")
    /// };
    /// let issued = Outcome::<_>::Done("issued");
    /// let decision = fleet.step(poll, issued, Duration::ZERO);
    /// assert_eq!((decision, fleet.len()), (Decision::Done("issued"), 0));
    /// ```
    pub fn step<T, E>(&mut self, poll: impl Into<PollId>, outcome: Outcome<T, E>, now: I) -> Decision<T, E> {
        self.step_keeping(poll, outcome, now, &mut None)
    }

    /// Takes what a poll found, and decides; keeps the error of a poll that failed in `last_error` while it waits, as
    /// [`Poller::step_keeping`](crate::Poller::step_keeping) does.
    ///
    /// Each operation needs a `last_error` of its own.
    ///
    /// ```
    /// use asyncpoll::{Decision, Fleet, Outcome, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let mut last_error = None;
    /// let refused = Outcome::<(), _>::transient("503");
    /// let decision = fleet.step_keeping(id, refused, Duration::ZERO, &mut last_error);
    /// assert!(matches!(decision, Decision::Sleep(_)));
    /// assert_eq!(last_error, Some("503"));
    /// ```
    #[inline]
    pub fn step_keeping<T, E>(
        &mut self,
        poll: impl Into<PollId>,
        outcome: Outcome<T, E>,
        now: I,
        last_error: &mut Option<E>,
    ) -> Decision<T, E> {
        let poll = poll.into();
        if self.is_late(poll) {
            return self.look(poll.id, outcome, now);
        }
        let told = Told::Outcome(Answer::of(&outcome));
        self.feed(poll.id, told, now, |fed, rng| fed.step(rng, outcome, 0, last_error))
    }

    /// Takes note that a poll was made whose answer never comes, because its task died for instance, and decides as
    /// [`step`](Self::step) does on a `Transient` outcome without a hint.
    ///
    /// It counts as a poll and as an error, so the ladder climbs, and `max_wait` and the other limits of the policy hold. It is
    /// no refusal, and nothing of it is known: an error that was kept in `last_error` stays there. If the operation ends by it,
    /// [`GaveUp::with_last_error`] adds that.
    ///
    /// If that poll is not in flight, nothing changes, and `Sleep` says what is left until the next poll of its operation is due: a
    /// poll can be lost once. An operation that the fleet has forgotten is answered as by `step`, with `GaveUp(Finished)`.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Decision, Fleet, Jitter, Policy,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let policy =
    ///     Policy::builder().jitter(Jitter::None).build().expect("a good policy");
    /// let id = fleet.start(upstream, policy, Duration::ZERO);
    /// assert!(fleet.next_due(Duration::ZERO).is_some());
    ///
    /// let five_seconds = Duration::from_secs(5);
    /// assert_eq!(fleet.lost(id, Duration::ZERO), Decision::Sleep(five_seconds));
    /// assert_eq!(fleet.next_due(Duration::ZERO), None);
    /// let due = fleet.next_due(five_seconds);
    /// assert!(matches!(due, Some(Due::Poll(poll)) if poll.number == 2));
    /// ```
    pub fn lost(&mut self, poll: impl Into<PollId>, now: I) -> Decision<Infallible, Infallible> {
        let poll = poll.into();
        if self.is_in_flight(poll) {
            self.feed(poll.id, Told::Outcome(Answer::Failed), now, |fed, rng| fed.lost(rng, 0))
        } else {
            self.look(poll.id, Outcome::pending(), now)
        }
    }
}

impl<I: Instant, R> Fleet<I, R> {
    /// Starts an operation at `now`: its first poll is due at once.
    ///
    /// Equal policies are stored once. If `upstream` is another fleet's, nothing starts, and the id counts as finished.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert!(fleet.contains(id));
    /// assert_eq!(fleet.until_next(Duration::ZERO), Some(Duration::ZERO));
    /// ```
    pub fn start(&mut self, upstream: Upstream, policy: Policy, now: I) -> Id {
        self.pass(now);
        self.take_in(upstream, policy, &State::new(&policy))
    }

    /// Returns what is left at `now` until something is due, a poll or the end of an operation: one wake-up for all.
    ///
    /// It is `None` if nothing waits for time to pass: there are no operations, or a poll of each is in flight, or as many polls
    /// as may be and no operation has a deadline. It changes with every outcome that is fed.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Outcome, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let minute = Duration::from_secs(60);
    /// let policy =
    ///     Policy::builder().head_start(minute).build().expect("a good policy");
    /// let id = fleet.start(upstream, policy, Duration::ZERO);
    /// assert!(fleet.next_due(Duration::ZERO).is_some());
    /// assert_eq!(fleet.until_next(Duration::ZERO), None);
    /// let pending = Outcome::<()>::pending();
    /// let _a_minute_or_more = fleet.step(id, pending, Duration::ZERO);
    /// assert!(fleet.until_next(Duration::ZERO) >= Some(minute));
    /// ```
    pub fn until_next(&self, now: I) -> Option<Duration> {
        match self.next.least() {
            NEVER => None,
            next => Some(Duration::from_nanos(next.saturating_sub(self.time_at(now)))),
        }
    }

    /// Returns what is due now, if anything is: a poll to be made, or the end of an operation whose deadline has come.
    ///
    /// A poll is in flight until its outcome is fed, or it is [lost](Self::lost) or [released](Self::release). An end is told once:
    /// the fleet has forgotten the operation. Ends go before polls.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy, Reason,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let limits = Limits::none().to_builder().in_flight(1).build();
    /// let upstream = fleet.add_upstream(limits.expect("good limits"));
    /// let one = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let other = fleet.start(upstream, Policy::default(), Duration::ZERO);
    ///
    /// let Some(Due::Poll(poll)) = fleet.next_due(Duration::from_secs(2)) else {
    ///     unreachable!("two are due")
    /// };
    /// assert_eq!((poll.id, poll.number), (one, 1));
    /// assert_eq!(poll.elapsed, Duration::from_secs(2));
    /// assert_eq!(poll.remaining, Some(Duration::from_secs(598)));
    /// assert_eq!(fleet.next_due(Duration::from_secs(2)), None);
    ///
    /// // The one is in flight until the deadline of the other has come.
    /// let Some(Due::Ended(id, gave_up)) = fleet.next_due(Duration::from_secs(600))
    /// else {
    ///     unreachable!("the other cannot be polled any more")
    /// };
    /// assert_eq!((id, gave_up.reason, gave_up.polls), (other, Reason::MaxWait, 0));
    /// ```
    #[inline]
    pub fn next_due(&mut self, now: I) -> Option<Due>
    where
        R: Rng,
    {
        self.pass(now);
        loop {
            if self.next.least() > self.time {
                return None;
            }
            let index = self.next.first()?;
            let lane = self.lanes.get_mut(index)?;
            match lane.take_next(self.time)? {
                Next::Poll(cell) => {
                    self.next.set(index, lane.next(self.time));
                    return self.poll(index, cell).map(Due::Poll);
                }
                Next::Later => {
                    self.next.set(index, lane.next(self.time));
                }
                Next::End(cell) => return self.end(index, cell),
                Next::Lost(cell) => {
                    let operation = *lane.operation(cell)?;
                    let id = self.id(index, cell, &operation);
                    if let Decision::GaveUp(gave_up) = self.lost(id, now) {
                        return Some(Due::Ended(id, gave_up));
                    }
                }
            }
        }
    }

    /// Returns the name of the operation at `cell` of an upstream.
    #[inline]
    const fn id(&self, index: usize, cell: usize, operation: &Entry) -> Id {
        let Entry { serial, anchor, .. } = *operation;
        Id { upstream: Upstream::new(self.number, index), cell, serial, anchor }
    }

    /// Hands out more polls that are due, to go out in one request with `poll`: a list of statuses, for instance.
    ///
    /// `poll` is the one that [`next_due`](Self::next_due) has just handed out. It comes first of those that are returned,
    /// `most` in all, of its upstream. If it is in flight no longer, nothing is returned, and if its upstream has been paused
    /// or refused since, `poll` alone. Together they are one request: they count as one in flight, and as one at the pace, until
    /// the first of them is fed or lost, or the last of them is released or cancelled. Feed each outcome by itself. If the request
    /// as a whole is refused, feed that to each: it is one refusal.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Outcome, Policy,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// for _ in 0..100 {
    ///     fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// }
    ///
    /// let Some(Due::Poll(poll)) = fleet.next_due(Duration::ZERO) else {
    ///     unreachable!("all are due")
    /// };
    /// let batch = fleet.batch(poll, 50, Duration::ZERO);
    /// assert_eq!((batch.len(), batch[0]), (50, poll));
    /// assert_eq!(fleet.status(upstream, Duration::ZERO).in_flight, 1);
    /// for poll in batch {
    ///     let issued = Outcome::<_>::Done("issued");
    ///     let _done = fleet.step(poll.id, issued, Duration::from_secs(1));
    /// }
    /// assert_eq!((fleet.len(), fleet.in_flight()), (50, 0));
    /// ```
    pub fn batch(&mut self, poll: DuePoll, most: usize, now: I) -> Vec<DuePoll> {
        self.pass(now);
        let mut batch = Vec::new();
        let Id { upstream, cell, .. } = poll.id;
        let index = upstream.index(self.number);
        let Some(lane) = self.lanes.get_mut(index) else { return batch };
        let in_flight = lane.operation_of(poll.id).filter(|operation| operation.has_in_flight(Some(poll.number)));
        let Some(is_alone) = in_flight.map(|operation| operation.batch == ALONE) else { return batch };
        batch.push(poll);
        // Ends go before polls.
        if is_alone && lane.next_end() > self.time && !lane.gate.is_held(self.time) {
            let along = lane.send_along(cell, most.saturating_sub(1), self.time);
            self.next.set(index, lane.next(self.time));
            batch.extend(along.into_iter().filter_map(|cell| self.poll(index, cell)));
        }
        batch
    }

    /// Returns the poll of the operation at `cell` of an upstream.
    #[inline]
    fn poll(&self, index: usize, cell: usize) -> Option<DuePoll> {
        let operation = self.lanes.get(index)?.operation(cell)?;
        let policy = self.policies.get(operation.policy)?;
        let state = operation.state(self.time, policy);
        Some(DuePoll {
            id: self.id(index, cell, operation),
            number: state.polls.saturating_add(1),
            elapsed: Duration::from_nanos(state.elapsed),
            remaining: policy.deadline.map(|deadline| Duration::from_nanos(deadline.left(state.elapsed))),
        })
    }

    /// Ends the operation at `cell` of an upstream, because its poll cannot go out by its deadline.
    #[cold]
    fn end(&mut self, index: usize, cell: usize) -> Option<Due> {
        let lane = self.lanes.get_mut(index)?;
        let operation = *lane.operation(cell)?;
        let policy = self.policies.get(operation.policy)?;
        let mut state = operation.state(self.time, policy);
        let held_until = lane.gate.held_until();
        let hold = (held_until > operation.end()).then(|| held_until.saturating_sub(self.time));
        let gave_up = Feed { policy, state: &mut state }.expire(hold);
        lane.put(cell, &state, self.time, false);
        self.next.set(index, lane.next(self.time));
        self.policies.give_back(operation.policy);
        Some(Due::Ended(self.id(index, cell, &operation), gave_up))
    }

    /// Takes a poll back that was never made, because no sender was free for instance: it is due again at once, and not counted.
    ///
    /// A poll that may have reached the server is [lost](Self::lost) instead: if it is released whenever it fails, it is made
    /// again at once, without end. If no poll of that operation is in flight, nothing changes.
    ///
    /// ```
    /// use asyncpoll::{
    ///     Fleet, Policy,
    ///     fleet::{Due, Limits},
    /// };
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert!(fleet.next_due(Duration::ZERO).is_some());
    /// fleet.release(id, Duration::ZERO);
    /// let due = fleet.next_due(Duration::ZERO);
    /// assert!(matches!(due, Some(Due::Poll(poll)) if poll.number == 1));
    /// ```
    pub fn release(&mut self, poll: impl Into<PollId>, now: I) {
        self.pass(now);
        let PollId { id, number } = poll.into();
        let Some(lane) = self.lanes.get_mut(id.upstream.index(self.number)) else { return };
        let in_flight = lane.operation_of(id).filter(|operation| operation.has_in_flight(number));
        if let Some(batch) = in_flight.map(|operation| operation.batch) {
            lane.release(id.cell);
            lane.come_back(batch, None, false, self.time);
            self.next.set(id.upstream.index(self.number), lane.next(self.time));
        }
    }

    /// Takes what an unscheduled look found, and says whether that ends the operation, as
    /// [`Poller::look`](crate::Poller::look) does.
    ///
    /// A refusal holds the upstream. A poll in flight stays so.
    ///
    /// ```
    /// use asyncpoll::{Decision, Fleet, Outcome, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// let issued = Outcome::<_>::Done("issued");
    /// let decision = fleet.look(id, issued, Duration::ZERO);
    /// assert_eq!(decision, Decision::Done("issued"));
    /// assert!(!fleet.contains(id));
    /// ```
    pub fn look<T, E>(&mut self, id: Id, outcome: Outcome<T, E>, now: I) -> Decision<T, E>
    where
        R: Rng,
    {
        self.feed(id, Told::Look(Answer::of(&outcome)), now, |fed, _| fed.look(outcome, 0))
    }

    /// Ends an operation because the caller wants to, and returns the account of it, as
    /// [`Poller::cancel`](crate::Poller::cancel) does.
    ///
    /// If a poll of it is in flight, it no longer counts as such. Of a batch, the last does.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, Reason, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert_eq!(fleet.cancel(id, Duration::from_secs(3)).reason, Reason::Cancelled);
    /// assert_eq!(fleet.cancel(id, Duration::from_secs(4)).reason, Reason::Finished);
    /// ```
    pub fn cancel(&mut self, id: Id, now: I) -> GaveUp
    where
        R: Rng,
    {
        self.feed(id, Told::Nothing, now, |fed, _| fed.cancel(0))
    }

    /// Starts the ladder of an operation again, because progress was seen, as
    /// [`Poller::reset_backoff`](crate::Poller::reset_backoff) does.
    ///
    /// ```
    /// use asyncpoll::{Decision, Fleet, Jitter, Outcome, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let policy =
    ///     Policy::builder().jitter(Jitter::None).build().expect("a good policy");
    /// let id = fleet.start(upstream, policy, Duration::ZERO);
    /// let pending = Outcome::<()>::pending();
    /// let five_seconds = fleet.step(id, pending, Duration::ZERO);
    /// fleet.reset_backoff(id);
    /// assert_eq!(fleet.step(id, pending, Duration::from_secs(5)), five_seconds);
    /// assert_eq!(five_seconds, Decision::Sleep(Duration::from_secs(5)));
    /// ```
    pub fn reset_backoff(&mut self, id: Id)
    where
        R: Rng,
    {
        self.feed(id, Told::Nothing, self.latest, |fed, _| fed.state.reset_backoff(fed.policy));
    }

    /// Sets the base of the next wait of an operation's ladder, as [`Poller::set_backoff`](crate::Poller::set_backoff) does.
    ///
    /// ```
    /// use asyncpoll::{Decision, Fleet, Jitter, Outcome, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let policy =
    ///     Policy::builder().jitter(Jitter::None).build().expect("a good policy");
    /// let id = fleet.start(upstream, policy, Duration::ZERO);
    /// fleet.set_backoff(id, Duration::from_secs(40));
    /// let decision = fleet.step(id, Outcome::<()>::pending(), Duration::ZERO);
    /// assert_eq!(decision, Decision::Sleep(Duration::from_secs(40)));
    /// ```
    pub fn set_backoff(&mut self, id: Id, base: Duration)
    where
        R: Rng,
    {
        let base = nanos::from_duration(base);
        self.feed(id, Told::Nothing, self.latest, |fed, _| fed.state.set_backoff(fed.policy, base));
    }

    /// Takes an operation in, unless it has finished or its upstream is another fleet's.
    fn take_in(&mut self, upstream: Upstream, policy: Policy, state: &State) -> Id {
        self.serial = self.serial.wrapping_add(1);
        let mut id = Id { upstream, cell: usize::MAX, serial: self.serial, anchor: 0 };
        if let Some(lane) = self.lanes.get_mut(upstream.index(self.number)).filter(|_| !state.is_finished()) {
            let policy_number = self.policies.take(&policy);
            let operation = Entry::new(state, self.time, &policy, self.serial, policy_number);
            id.anchor = operation.anchor;
            let cell = lane.take_in(operation, patience(&policy));
            debug_assert!(cell.is_some(), "a lane takes in whatever comes");
            id.cell = cell.unwrap_or(id.cell);
            self.next.set(upstream.index(self.number), lane.next(self.time));
        }
        id
    }

    /// Lets `act` change an operation, and sees to what becomes of that and of its upstream. For an operation that
    /// is not there, one that has finished answers.
    #[inline]
    fn feed<O>(&mut self, id: Id, told: Told, now: I, act: impl FnOnce(Feed<'_>, &mut R) -> O) -> O
    where
        R: Rng,
    {
        self.pass(now);
        let Self { rng, policies, lanes, next, time, number, .. } = self;
        let index = id.upstream.index(*number);
        let found = lanes.get_mut(index).and_then(|lane| {
            let operation = lane.operation_of(id)?;
            let in_flight = operation.is_in_flight().then_some(operation.batch);
            let (policy_number, policy) = (operation.policy, policies.get(operation.policy)?);
            let state = operation.state(*time, policy);
            Some((lane, state, in_flight, policy, policy_number))
        });
        let Some((lane, mut state, in_flight, policy, policy_number)) = found else {
            let mut state = State::new(&FORGOTTEN);
            state.cancel(0);
            let done = act(Feed { policy: &FORGOTTEN, state: &mut state }, rng);
            // The operation is gone, and its upstream asks to be left alone all the same.
            if let Some(Answer::Refused(hint)) = told.answer() {
                self.refuse(id.upstream, hint);
            }
            return done;
        };
        let done = act(Feed { policy, state: &mut state }, rng);

        let is_answered = matches!(told, Told::Outcome(_));
        let stays = in_flight.is_some() && !is_answered && !state.is_finished();
        lane.put(id.cell, &state, *time, stays);
        let back = match in_flight {
            Some(batch) if !stays => lane.come_back(batch, told.answer(), is_answered, *time),
            _ => Back { is_old: lane.gate.has_old(), may_refuse: true },
        };
        if let (Some(Answer::Refused(hint)), true) = (told.answer(), back.may_refuse) {
            let refusal = Refusal { hint, percent: policy.ladder.hint_percent, is_old: back.is_old };
            lane.gate.refuse(refusal, lane.len(), *time, rng);
        }
        next.set(index, lane.next(*time));
        if state.is_finished() {
            policies.give_back(policy_number);
        }
        done
    }

    /// Returns whether a poll is in flight.
    fn is_in_flight(&self, PollId { id, number }: PollId) -> bool {
        let operation = self.lanes.get(id.upstream.index(self.number)).and_then(|lane| lane.operation_of(id));
        operation.is_some_and(|operation| operation.has_in_flight(number))
    }

    /// Returns whether a poll was handed out that is in flight no longer.
    #[inline]
    fn is_late(&self, poll: PollId) -> bool {
        poll.number.is_some() && !self.is_in_flight(poll)
    }

    /// Notes the reading `now` of the clock.
    #[inline]
    fn pass(&mut self, now: I) {
        self.time = self.time_at(now);
        self.latest = now;
    }

    /// Returns what the clock of the fleet shows at `now`.
    #[inline]
    fn time_at(&self, now: I) -> u64 {
        self.time.saturating_add(nanos::from_duration(now.saturating_duration_since(self.latest)))
    }
}

impl<I, R> Fleet<I, R> {
    /// Returns how many operations have started and not ended.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert_eq!(fleet.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.lanes.iter().fold(0, |operations, lane| operations.saturating_add(lane.len()))
    }

    /// Returns whether no operation is left.
    ///
    /// ```
    /// use asyncpoll::Fleet;
    /// use core::time::Duration;
    ///
    /// assert!(Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns how many polls are in flight: handed out, and neither fed, lost nor released.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert!(fleet.next_due(Duration::ZERO).is_some());
    /// assert_eq!(fleet.in_flight(), 1);
    /// ```
    pub fn in_flight(&self) -> usize {
        self.lanes.iter().fold(0, |polls, lane| polls.saturating_add(lane.gate.in_flight()))
    }

    /// Returns whether an operation has started and not ended.
    ///
    /// ```
    /// use asyncpoll::{Fleet, Policy, fleet::Limits};
    /// use core::time::Duration;
    ///
    /// let mut fleet = Fleet::seeded(asyncpoll::random_seed(), Duration::ZERO);
    /// let upstream = fleet.add_upstream(Limits::default());
    /// let id = fleet.start(upstream, Policy::default(), Duration::ZERO);
    /// assert!(fleet.contains(id));
    /// fleet.cancel(id, Duration::ZERO);
    /// assert!(!fleet.contains(id));
    /// ```
    pub fn contains(&self, id: Id) -> bool {
        self.lanes.get(id.upstream.index(self.number)).is_some_and(|lane| lane.operation_of(id).is_some())
    }
}

/// What is told of the upstream.
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
