//! The pace of an upstream as a value that many fleets share: bytes in a row of a database, stepped by whoever asks.

mod bytes;
mod error;

use core::time::Duration;

pub use error::SharedPaceError;

use super::{
    Limits,
    ask::{Ask, Grant, LEAD, TURN},
    down::Failures,
    hold::LENGTHENED,
    pace::{Pace, Verdict},
    quota::Quota,
};
use crate::wait::nanos;

const SECOND: u64 = 1_000_000_000;

/// Slots are given out for so long ahead at most: so much is lost with a process that dies, and so much goes on after a refusal.
const HORIZON: u64 = SECOND;

/// The time between two slots before the first refusal. It shrinks by an eleventh, so that a tenth more fit into a second, in each
/// second and each latency in which polls wait and are served. With an eighth more, their rate is further above the limit when the
/// first refusal is heard of, and so is what the first cut leaves: orders of two replicas are noticed after 68 s instead of 56 s, and
/// those of 200 after 113 s instead of 99 s. Without the latencies, orders at a server whose answers take ten seconds are noticed after
/// 95 s instead of 81 s.
const AT_FIRST: u64 = SECOND / 16;

/// So many slots are given out until a poll is served or refused, and then one a second. It is the bound on what is in flight that a
/// fleet begins with. Without, if answers take ten seconds, two thirds of the polls of 100 orders at one a second are refused.
const AT_ONCE: u64 = 16;

/// If fewer slots than this have been given out, the rate at which they were does not tell the rate that is borne, and the first
/// cut goes by what was served.
const FEW: u64 = 32;

/// How long at most until a fleet looks in again during a hold: it may have been ended.
const LOOK_IN: u64 = 10 * SECOND;

/// So many hundredths of the time that a turn takes are promised: if slots are left over, the next fleet is there for them.
const PROMISED_PERCENT: u8 = 95;

/// The pace of an upstream that many fleets share, in many processes or on many machines.
///
/// It is what a fleet knows of its upstream, as a value: the pace that was found or set, holds, a quota, the next free slot, and who is
/// next. Keep its bytes in a row of the database that the processes share anyhow. A process that asks reads the row and its clock, lets
/// [`admit`](Self::admit) step the value, and puts the new bytes in place of the old ones if no other has done so meanwhile. No process
/// has to be known to another, and no lock outlives a process.
///
/// The guide `machines` has a store for PostgreSQL and one for Redis, and says when a process needs none.
///
/// # Rules
///
/// - *Slots.* A slot is a time at which one poll may be sent. Slots are at least the pace apart, whichever fleet has them. None lies
///   in the past, in a hold, or more than a second ahead. Slots that share out a quota end at its reset.
/// - *Turns.* A fleet that is granted fewer slots than it wants is given a turn: a place in a queue, for half a second's worth of
///   slots, or for one. It asks again half a second before its turn. The queue has room for 95 % of the time that each turn takes, so that
///   the next fleet is there if slots are left over; for turns of one slot it has room for all of it. If no slot is ahead, all turns are
///   void, and the first fleet that asks is granted slots: a fleet that never comes back delays the others no longer than its turn. If
///   the slots of a turn are more than a second ahead, the fleet is given another turn, behind the others.
/// - *Looking in.* A fleet has no turn during a hold, and asks every ten seconds, since the hold may have been ended. It has no turn
///   either until a cut is proven, or until a first poll is served or refused, and asks every second.
/// - *Epochs.* An epoch begins with each cut, and when a hold is ended. What is reported of an earlier epoch says nothing of the pace
///   now. So one report cuts once at most, however often it comes.
/// - *The pace* is that of a [`Fleet`](crate::Fleet), with these differences. Until a poll is served or refused, 16 slots are given out,
///   and then one a second. Before the first refusal 16 are given out a second, and a tenth more each second and each latency in
///   which polls wait for them and are served. The first refusal sets the pace by the rate at which slots were given out, or by the
///   rate at which polls were served if fewer than 32 slots were given out. The first refusal never raises the pace. Slots that are
///   given out are saved up for refusals, in place of polls that are served.
/// - *Waiting.* Polls wait for the pace if fewer slots are granted than polls are due, or if a poll is due and the first slot is
///   ahead. They do not wait for the pace if a rate, a quota or failures keep slots further apart.
/// - *Holds.* A hold lasts as long as the longest that any fleet reports, and no longer than
///   [`longest_hold`](crate::fleet::LimitsBuilder::longest_hold) and a fifth. A fleet that has not heard that a hold was ended does not
///   bring it back. A fleet that has just begun is believed.
/// - *Down.* A server that fails sixteen polls is polled once a second until it serves one. Only a fleet that has heard of it can say
///   that the server is up again: others report what was served before.
///
/// # Clocks
///
/// `now` is the reading of the store's clock, since whatever instant, and stays with the value: a [`Grant`] holds only times from now.
/// A clock that goes back adds nothing, and time goes on from what it shows then. Clocks of the processes do not matter.
///
/// # Bytes
///
/// Integers are little endian, times in nanoseconds. Every release reads the versions that releases before it have written. A value
/// that is not there is 2⁶⁴−1.
///
/// | at | bytes | version 1 |
/// |---|---|---|
/// | 0 | 1 | the version: 1 |
/// | 1 | 1 | of the last cut: 0 if nothing is known, 1 if slots have been given out, 2 if it is proven |
/// | 2 | 1 | 1 if polls waited for the last slots because of the pace, else 0 |
/// | 3 | 1 | how many polls have failed since one was served, 255 at most |
/// | 4 | 4 | the epoch |
/// | 8 | 4 | the epoch that began when a hold was last ended |
/// | 12 | 4 | how many seconds double the pace |
/// | 16 | 4 | polls that are saved up |
/// | 20 | 4 | zero |
/// | 24 | 8 | the latest reading of the store's clock |
/// | 32 | 8 | the time that has passed by it |
/// | 40 | 8 | when the next slot is free |
/// | 48 | 8 | when the next turn is |
/// | 56 | 8 | until when a hold lasts |
/// | 64 | 8 | the time between two slots before the first refusal |
/// | 72 | 8 | when that last shrank |
/// | 80 | 8 | when the quota is reset |
/// | 88 | 8 | the time between two slots by the quota |
/// | 96 | 8 | the time between two slots that the last cut left, zero before the first |
/// | 104 | 8 | the time between two slots now, zero before the first cut |
/// | 112 | 8 | when slots were first given out after the last cut, or for how long its pace has kept polls apart, if it is proven |
/// | 120 | 8 | when the stretch of time began in which slots are counted |
/// | 128 | 8 | how many slots have been in it |
/// | 136 | 8 | how long the stretch before it was |
/// | 144 | 8 | how many slots were in that |
/// | 152 | 8 | the least time between two slots in earlier stretches |
/// | 160 | 8 | slots given out |
/// | 168 | 8 | polls served before the first refusal |
/// | 176 | 8 | refusals |
/// | 184 | 8 | forgiven refusals |
/// | 192 | 4 | CRC-32 (that of zlib and gzip) of the bytes before it |
///
/// # Example
///
/// ```
/// use asyncpoll::{
///     Fleet, Outcome, Policy,
///     fleet::{Due, Limits, SharedPace},
/// };
/// use core::time::Duration;
///
/// let limits = Limits::builder().shared(true).build()?;
/// let mut row = SharedPace::new(Duration::ZERO).to_bytes();
///
/// // Two processes, each with a fleet and a clock of its own.
/// for start in [Duration::from_secs(500), Duration::from_secs(90)] {
///     let mut fleet = Fleet::seeded(asyncpoll::random_seed(), start);
///     let upstream = fleet.add_upstream(limits);
///     fleet.start(upstream, Policy::default(), start);
///
///     let ask = fleet.ask(upstream, start).expect("a poll is due");
///     let mut pace = SharedPace::from_bytes(&row)?;
///     let grant = pace.admit(&limits, &ask, Duration::from_secs(1_000));
///     row = pace.to_bytes();
///     fleet.grant(upstream, &grant, start);
///     assert!(fleet.until_next(start) < Some(Duration::from_secs(1)));
/// }
///
/// // The second slot is a sixteenth of a second after the first.
/// assert_eq!(SharedPace::from_bytes(&row)?.slots(), 2);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SharedPace {
    /// The latest reading of the store's clock.
    latest: u64,
    /// What has passed by it is added up, so that a clock that goes back costs nothing.
    time: u64,
    /// When the next slot is free.
    next: u64,
    /// Until when turns are promised.
    promised: u64,
    held_until: u64,
    /// The time between two slots before the first refusal.
    first_spacing: u64,
    /// When that last shrank.
    shrunk: u64,
    /// Counts the cuts, and the holds that were ended.
    epoch: u32,
    /// The epoch that began when a hold was last ended.
    resumed: u32,
    pace: Pace,
    failures: Failures,
    quota: Quota,
    slots: u64,
    /// How many polls were served before the first refusal.
    served: u64,
    refusals: u64,
    forgiven: u64,
}

impl SharedPace {
    /// Begins, when the store's clock shows `now`: nothing is known of the server yet.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// let pace = SharedPace::new(Duration::from_secs(1_700_000_000));
    /// assert_eq!((pace.epoch(), pace.refusals()), (1, 0));
    /// ```
    pub fn new(now: Duration) -> Self {
        Self {
            latest: nanos::from_duration(now),
            time: 0,
            next: 0,
            promised: 0,
            held_until: 0,
            first_spacing: AT_FIRST,
            shrunk: 0,
            epoch: 1,
            resumed: 0,
            pace: Pace::new(None),
            failures: Failures::default(),
            quota: Quota::default(),
            slots: 0,
            served: 0,
            refusals: 0,
            forgiven: 0,
        }
    }

    /// Learns from an ask, when the store's clock shows `now`, and grants what it can.
    ///
    /// It depends on its arguments alone. All that share the pace give the same `limits`; of these, [`rate`](Limits::rate),
    /// [`find_pace`](Limits::find_pace), [`forgive`](Limits::forgive) and [`longest_hold`](Limits::longest_hold) count here.
    ///
    /// ```
    /// use asyncpoll::fleet::{Ask, Limits, LimitsError, SharedPace};
    /// use core::time::Duration;
    ///
    /// let second = Duration::from_secs(1);
    /// let rate = Limits::none().to_builder().rate(10, second).build()?;
    /// let mut pace = SharedPace::new(Duration::ZERO);
    /// let mut ask = Ask::default();
    /// (ask.due, ask.wanted) = (5, 5);
    ///
    /// let grant = pace.admit(&rate, &ask, Duration::ZERO);
    /// assert_eq!((grant.slots, grant.first), (5, Duration::ZERO));
    /// assert_eq!(grant.spacing, Duration::from_millis(100));
    ///
    /// // Whoever comes next gets the next slots.
    /// let grant = pace.admit(&rate, &ask, Duration::ZERO);
    /// assert_eq!((grant.slots, grant.first), (5, Duration::from_millis(500)));
    ///
    /// // Whoever comes then gets a turn: to ask again half a second before it.
    /// let grant = pace.admit(&rate, &ask, Duration::ZERO);
    /// assert_eq!((grant.slots, grant.again), (0, Duration::from_millis(500)));
    /// # Ok::<(), LimitsError>(())
    /// ```
    pub fn admit(&mut self, limits: &Limits, ask: &Ask, now: Duration) -> Grant {
        self.pass(nanos::from_duration(now));
        if !limits.find_pace {
            (self.pace, self.failures) = (Pace::new(None), Failures::default());
        }
        self.pace.set_forgive(limits.forgive);
        self.obey(limits, ask);
        if limits.find_pace && ask.epoch == self.epoch {
            self.learn(ask);
        }
        self.give(limits, ask)
    }

    /// Ends the hold, when the store's clock shows `now`. An epoch begins, so that nobody who has not heard of it brings the hold back.
    ///
    /// [`Fleet::resume`](crate::Fleet::resume) does it with the next ask of that fleet. If there is no hold, nothing changes.
    ///
    /// ```
    /// use asyncpoll::fleet::{Ask, Limits, SharedPace};
    /// use core::time::Duration;
    ///
    /// let mut pace = SharedPace::new(Duration::ZERO);
    /// let mut ask = Ask::default();
    /// ask.hold = Duration::from_secs(3_600);
    /// let _held = pace.admit(&Limits::default(), &ask, Duration::ZERO);
    /// assert_eq!(pace.held(Duration::from_secs(600)), Duration::from_secs(3_000));
    ///
    /// pace.resume(Duration::from_secs(600));
    /// assert_eq!(pace.held(Duration::from_secs(600)), Duration::ZERO);
    /// ```
    pub fn resume(&mut self, now: Duration) {
        self.pass(nanos::from_duration(now));
        self.end_hold();
    }

    /// Returns the time between two slots, if any keeps them apart: set, found, by a quota, or that of the first slots.
    ///
    /// ```
    /// use asyncpoll::fleet::{Limits, SharedPace};
    /// use core::time::Duration;
    ///
    /// let pace = SharedPace::new(Duration::ZERO);
    /// let sixteenth = Some(Duration::from_micros(62_500));
    /// assert_eq!(pace.spacing(&Limits::default()), sixteenth);
    /// assert_eq!(pace.spacing(&Limits::none()), None);
    /// ```
    pub fn spacing(&self, limits: &Limits) -> Option<Duration> {
        let apart = self.apart(limits);
        (apart > 0).then_some(Duration::from_nanos(apart))
    }

    /// Returns what is left of a hold, when the store's clock shows `now`.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// let pace = SharedPace::new(Duration::ZERO);
    /// assert_eq!(pace.held(Duration::ZERO), Duration::ZERO);
    /// ```
    pub fn held(&self, now: Duration) -> Duration {
        let time = self.time.saturating_add(nanos::from_duration(now).saturating_sub(self.latest));
        Duration::from_nanos(self.held_until.saturating_sub(time))
    }

    /// Returns the epoch: 1, and one more for each cut and each hold that was ended.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// assert_eq!(SharedPace::new(Duration::ZERO).epoch(), 1);
    /// ```
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Returns how many slots have been given out.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// assert_eq!(SharedPace::new(Duration::ZERO).slots(), 0);
    /// ```
    pub const fn slots(&self) -> u64 {
        self.slots
    }

    /// Returns how many refusals have been reported.
    ///
    /// ```
    /// use asyncpoll::fleet::{Ask, Limits, SharedPace};
    /// use core::time::Duration;
    ///
    /// let mut pace = SharedPace::new(Duration::ZERO);
    /// let mut ask = Ask::default();
    /// (ask.epoch, ask.refused) = (pace.epoch(), 2);
    /// let _cut = pace.admit(&Limits::default(), &ask, Duration::ZERO);
    /// assert_eq!((pace.epoch(), pace.refusals(), pace.forgiven()), (2, 2, 0));
    /// ```
    pub const fn refusals(&self) -> u64 {
        self.refusals
    }

    /// Returns how many of the refusals were forgiven.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// assert_eq!(SharedPace::new(Duration::ZERO).forgiven(), 0);
    /// ```
    pub const fn forgiven(&self) -> u64 {
        self.forgiven
    }

    /// Notes the reading `now` of the store's clock.
    fn pass(&mut self, now: u64) {
        // The end of time is kept for what is not there.
        self.time = self.time.saturating_add(now.saturating_sub(self.latest)).min(u64::MAX - 1);
        self.latest = now;
    }

    /// Takes holds and quotas, which are obeyed whatever the pace.
    fn obey(&mut self, limits: &Limits, ask: &Ask) {
        self.refusals = self.refusals.saturating_add(ask.refused.into());
        // Who has not heard that a hold was ended reports it still. Who ends one reports what came after it.
        let has_heard = ask.resume || !self.is_before_resume(ask);
        if ask.resume {
            self.end_hold();
        }
        let longest = limits.longest_hold.map_or(u64::MAX, |longest| {
            let longest = longest.get();
            longest.saturating_add(nanos::percent_of(LENGTHENED, longest))
        });
        if has_heard {
            self.hold(nanos::from_duration(ask.hold).min(longest));
        }
        match ask.quota.map(|(remaining, reset)| (remaining, nanos::from_duration(reset).min(longest))) {
            Some((0, reset)) => self.hold(reset),
            Some((remaining, reset)) => self.quota.share_out(remaining, reset, self.time),
            None => {}
        }
    }

    /// Returns whether a hold was ended that the fleet may still know of.
    const fn is_before_resume(&self, ask: &Ask) -> bool {
        ask.epoch > 0 && ask.epoch < self.resumed
    }

    fn hold(&mut self, length: u64) {
        if length > 0 {
            self.held_until = self.held_until.max(self.time.saturating_add(length));
        }
    }

    fn end_hold(&mut self) {
        if self.held_until > self.time {
            self.held_until = self.time;
            self.begin_epoch();
            self.resumed = self.epoch;
        }
    }

    /// Takes what became of the polls of this epoch: what was served first, so that one report cuts no pace that it has proven itself
    /// to be too low.
    fn learn(&mut self, ask: &Ask) {
        let latency = nanos::from_duration(ask.latency);
        if ask.served > 0 {
            // A fleet that has not heard that the server is down reports what was served before.
            if self.failures.apart() == 0 || !ask.proven {
                self.failures.served();
            }
            if self.pace.spacing() == 0 {
                self.served = self.served.saturating_add(ask.served.into());
                self.quicken(latency);
            }
            self.pace.served_in_slots(ask.served, latency);
        }
        self.failures.failed(u8::try_from(ask.failed).unwrap_or(u8::MAX));
        let hint = ask.hint.map(nanos::from_duration);
        for _ in 0..ask.refused {
            match self.refuse(hint) {
                Verdict::Forgiven => self.forgiven = self.forgiven.saturating_add(1),
                Verdict::TooEarly => break,
                Verdict::Cut => {
                    self.begin_epoch();
                    break;
                }
            }
        }
    }

    /// Raises the rate before the first refusal, if it is time to.
    fn quicken(&mut self, latency: u64) {
        if self.pace.has_waited && self.time >= self.shrunk.saturating_add(latency.max(SECOND)) {
            self.first_spacing = (self.first_spacing.saturating_mul(10) / 11).max(1);
            self.shrunk = self.time;
        }
    }

    fn refuse(&mut self, hint: Option<u64>) -> Verdict {
        if self.pace.spacing() > 0 {
            return self.pace.refused(false, hint, self.time);
        }
        let is_guess = self.slots < FEW;
        let spacing = if is_guess { self.spacing_served() } else { self.pace.rate.spacing(self.time) };
        // What nobody has tried is not the pace, whatever was reported.
        self.pace.set(spacing.max(self.first_spacing), is_guess, hint.unwrap_or(0));
        Verdict::Cut
    }

    /// Returns the mean time between two polls that were served before the first refusal.
    fn spacing_served(&self) -> u64 {
        let since = self.pace.rate.since.unwrap_or(self.time);
        let length = self.time.saturating_sub(since).max(SECOND);
        length.checked_div(self.served).unwrap_or(SECOND).min(SECOND)
    }

    /// Begins an epoch, in which slots that were given out before count no longer.
    fn begin_epoch(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
        (self.next, self.promised) = (self.time, self.time);
    }

    /// Returns the time between two slots, zero if nothing keeps them apart.
    fn apart(&self, limits: &Limits) -> u64 {
        let others = limits.spacing().max(self.failures.apart()).max(self.quota.spacing(self.time));
        self.found(limits).max(others)
    }

    /// Returns the time between two slots by the pace that was found, or by that of the first slots.
    fn found(&self, limits: &Limits) -> u64 {
        match self.pace.apart() {
            0 if self.is_new(limits) && self.slots >= AT_ONCE => SECOND,
            0 if limits.find_pace => self.first_spacing,
            apart => apart,
        }
    }

    /// Returns whether no poll has been served or refused yet.
    const fn is_new(&self, limits: &Limits) -> bool {
        limits.find_pace && self.pace.spacing() == 0 && self.served == 0
    }

    /// Gives out the next slots, if it is the turn of who asks, and says when to ask again.
    fn give(&mut self, limits: &Limits, ask: &Ask) -> Grant {
        let (time, lead) = (self.time, nanos::from_duration(LEAD));
        let apart = self.apart(limits).max(1);
        // After a time in which they were further apart, the next slot is not as far.
        self.next = self.next.min(time.saturating_add(HORIZON).saturating_add(apart));
        let start = self.next.max(time).max(self.held_until);
        if start <= time {
            // No slot is ahead: those who were promised a turn have not come for it.
            self.promised = start;
        }
        let queue = self.promised.max(start);
        let has_turn = ask.turn > 0 && ask.turn <= queue;
        let is_turn = if has_turn { ask.turn } else { queue } <= time.saturating_add(lead);
        let (wanted, most) = (u64::from(ask.wanted), TURN.checked_div(apart).unwrap_or(0).max(1));
        // What remains of a quota is shared out until its reset, and no longer.
        let reset = if start < self.quota.reset { self.quota.reset } else { u64::MAX };
        let ahead = time.saturating_add(HORIZON).min(reset).saturating_sub(start).div_ceil(apart);
        let slots = if is_turn { wanted.min(most).min(ahead) } else { 0 };
        if slots > 0 {
            self.next = start.saturating_add(slots.saturating_mul(apart));
        }
        self.promised = self.promised.max(self.next);
        self.slots = self.slots.saturating_add(slots);
        let slots = u32::try_from(slots).unwrap_or(u32::MAX);
        if wanted > 0 {
            // A pace rises if it is what polls wait for, and not a rate or a quota.
            let is_found = apart == self.found(limits).max(1);
            let have_waited = is_found && (ask.due > slots || (ask.due > 0 && start > time));
            self.pace.given(slots, have_waited, time);
        }
        let left = wanted.saturating_sub(slots.into()).min(most);
        let held = self.held_until.saturating_sub(time);
        let is_proven = self.pace.is_proven() && !self.is_new(limits);
        let (turn, again) = match () {
            () if left == 0 => (0, 0),
            () if held > lead => (0, held.saturating_sub(lead).min(LOOK_IN)),
            () if !is_proven => (0, SECOND),
            () => {
                let turn = if has_turn && !is_turn { ask.turn } else { self.promise(left.saturating_mul(apart), most) };
                (turn, turn.saturating_sub(lead).saturating_sub(time))
            }
        };
        Grant {
            id: ask.id,
            epoch: self.epoch,
            slots,
            first: Duration::from_nanos(start.saturating_sub(time)),
            spacing: Duration::from_nanos(apart),
            held: Duration::from_nanos(held),
            resumed: self.is_before_resume(ask),
            proven: is_proven && self.failures.apart() == 0,
            again: Duration::from_nanos(again),
            turn,
        }
    }

    /// Promises a turn that takes this long, after all that are promised, of so many slots at most.
    fn promise(&mut self, length: u64, most: u64) -> u64 {
        // Of one slot, none is left unused: a turn that came before its slot would be lost.
        let percent = if most > 1 { PROMISED_PERCENT } else { 100 };
        let turn = self.promised.max(self.time.saturating_add(1));
        self.promised = turn.saturating_add(nanos::percent_of(percent, length));
        turn
    }
}
