//! A row that replicas keep their shared pace in, in virtual time, and what goes wrong with it.

use core::{ops::Range, time::Duration};

use asyncpoll::fleet::{Ask, Grant, Limits, SharedPace};

/// When a client gives up an ask that nobody answers.
pub const GIVES_UP_AFTER: Duration = Duration::from_secs(1);

/// What the store's clock shows at first.
const STARTS_AT: Duration = Duration::from_secs(1_700_000_000);

/// A row of a store that is stepped by those who ask.
pub trait Admits {
    /// Returns how long an ask takes.
    fn round_trip(&self) -> Duration;

    /// Steps the row, and returns the grant, unless it does not come back.
    fn admit(&mut self, limits: &Limits, ask: &Ask, now: Duration) -> Option<Grant>;
}

/// A store, as it behaves from its start on.
#[derive(Clone, Debug)]
pub struct Store {
    /// How long an ask takes: the row is stepped after half of it.
    pub round_trip: Duration,
    /// When it answers nobody.
    pub gone: Option<Range<Duration>>,
    /// Of how many replies one is lost after the row has been stepped.
    pub loses_one_in: Option<u32>,
    /// When it loses its row.
    pub row_lost_at: Option<Duration>,
    /// When its clock is set back by an hour.
    pub set_back_at: Option<Duration>,
}

impl Store {
    /// Makes a store that works, and answers after this time.
    pub const fn new(round_trip: Duration) -> Self {
        Self { round_trip, gone: None, loses_one_in: None, row_lost_at: None, set_back_at: None }
    }

    /// Starts it, with a row that is new.
    pub fn start(&self) -> Row {
        let bytes = SharedPace::new(STARTS_AT).to_bytes().into();
        Row { store: self.clone(), clock: STARTS_AT, bytes, replies: 0 }
    }
}

/// The row of a store that is running.
#[derive(Debug)]
pub struct Row {
    store: Store,
    /// What the clock of the store showed at the beginning.
    clock: Duration,
    bytes: Vec<u8>,
    replies: u32,
}

impl Admits for Row {
    fn round_trip(&self) -> Duration {
        self.store.round_trip
    }

    fn admit(&mut self, limits: &Limits, ask: &Ask, now: Duration) -> Option<Grant> {
        if self.store.gone.as_ref().is_some_and(|gone| gone.contains(&now)) {
            return None;
        }
        if self.store.set_back_at.take_if(|at| *at <= now).is_some() {
            self.clock -= Duration::from_secs(3_600);
        }
        if self.store.row_lost_at.take_if(|at| *at <= now).is_some() {
            self.bytes = SharedPace::new(self.clock + now).to_bytes().into();
        }
        let mut pace = SharedPace::from_bytes(&self.bytes).expect("what was written is read");
        let grant = pace.admit(limits, ask, self.clock + now);
        self.bytes = pace.to_bytes().into();
        self.replies += 1;
        let is_lost = self.store.loses_one_in.is_some_and(|one_in| self.replies.is_multiple_of(one_in));
        (!is_lost).then_some(grant)
    }
}
