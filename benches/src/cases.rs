//! Everything that is measured, each under the names of its row and column in the tables.

#[cfg(feature = "tables")]
mod beside_peers;

use std::{
    hint::black_box,
    ops::Range,
    time::{Duration, Instant},
};

use asyncpoll::{Fleet, SeededRng, SmallRng};

use crate::{
    clock::Clock,
    fleets,
    measured::{LIFE_DECISIONS, measured_birth, measured_decision, measured_life, measured_sweep},
    peers::ours::{
        Answered, Decorrelated, Equal, Full, Generator, Hinted, Kind, Ours, Pending, Shared, Transient, TransientHinted,
        Unjittered,
    },
    subject::Subject,
    ticks::{self, Ticks},
};

#[cfg(feature = "tables")]
pub use beside_peers::beside_peers;

/// What is measured of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// One decision: the mean of a poller's first ten, of which four are made on the ladder and six at the cap.
    Decision,
    /// A poller made from a ready policy, ten decisions, and its end.
    Life,
    /// A poller made from a ready policy.
    Birth,
    /// One decision of one poller after the other: the time for each.
    Sweep,
    /// One poll of a fleet that is handed out and fed.
    Turn,
}

impl Piece {
    /// Returns the name in the tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decision => "decision",
            Self::Life => "life of ten",
            Self::Birth => "birth",
            Self::Sweep => "sweep",
            Self::Turn => "turn of a fleet",
        }
    }

    /// Returns how many to count the instructions of.
    pub const fn counted(self) -> u32 {
        match self {
            Self::Decision | Self::Birth => 1_000,
            Self::Life => 200,
            Self::Sweep | Self::Turn => 10_000,
        }
    }

    /// Returns how many to take the time of in one round.
    pub const fn timed(self) -> u32 {
        match self {
            Self::Decision | Self::Turn => 10_000,
            Self::Life | Self::Birth => 2_000,
            Self::Sweep => 1_000_000,
        }
    }
}

/// One thing that is measured.
#[derive(Clone, Debug)]
pub struct Case {
    /// The row in the table.
    pub row: String,
    /// The column in the table.
    pub column: String,
    /// What is measured.
    pub piece: Piece,
    /// The bytes kept for each poller.
    pub bytes: usize,
    /// Does it so many times, and returns how long that took.
    pub run: fn(u32) -> Duration,
}

impl Case {
    fn new<S: Subject>(row: &str, column: &str, piece: Piece) -> Self {
        let run = match piece {
            Piece::Decision => decisions::<S>,
            Piece::Life => lives::<S>,
            Piece::Birth => births::<S>,
            Piece::Sweep => sweep::<S>,
            Piece::Turn => unreachable!("no subject is a fleet"),
        };
        Self { row: row.to_owned(), column: column.to_owned(), piece, bytes: size_of::<S::Poller>(), run }
    }

    /// Returns a name that no other case has.
    pub fn name(&self) -> String {
        format!("{} | {}", self.row, self.column)
    }
}

/// Returns the cases of `asyncpoll` alone: a row for each kind of decision, of tick and each other piece, a column for each clock
/// and generator.
pub fn ours() -> Vec<Case> {
    let mut cases = Vec::new();
    ours_with::<Instant, SmallRng>(&mut cases);
    ours_with::<Duration, SmallRng>(&mut cases);
    ours_with::<Instant, &'static mut SeededRng>(&mut cases);
    ours_with::<Duration, &'static mut SeededRng>(&mut cases);
    ours_with::<Instant, SeededRng>(&mut cases);
    ours_with::<Duration, SeededRng>(&mut cases);
    // A `&mut` serves one poller at a time.
    cases.retain(|case| case.piece != Piece::Sweep || !case.column.contains("&mut"));
    cases.push(Case::new::<Ours<Instant, Shared>>(Piece::Sweep.name(), &column::<Instant, Shared>(), Piece::Sweep));
    cases.push(Case::new::<Ours<Duration, Shared>>(Piece::Sweep.name(), &column::<Duration, Shared>(), Piece::Sweep));
    ticks_with::<Instant, SmallRng>(&mut cases);
    ticks_with::<Duration, SmallRng>(&mut cases);
    ticks_with::<Instant, SeededRng>(&mut cases);
    ticks_with::<Duration, SeededRng>(&mut cases);
    turn(&mut cases, "without limits", fleets::without_limits);
    turn(&mut cases, "at a rate", fleets::at_a_rate);
    turn(&mut cases, "under default limits", fleets::under_default_limits);
    turn(&mut cases, "at a pace", fleets::at_a_pace);
    turn(&mut cases, "at many upstreams", fleets::at_many_upstreams);
    cases
}

fn column<I: Clock, R: Generator>() -> String {
    format!("{}, {}", R::NAME, I::NAME)
}

fn ours_with<I: Clock + 'static, R: Generator + 'static>(cases: &mut Vec<Case>) {
    decision::<I, R, Pending>(cases);
    decision::<I, R, Answered>(cases);
    decision::<I, R, Transient>(cases);
    decision::<I, R, Hinted>(cases);
    decision::<I, R, TransientHinted>(cases);
    decision::<I, R, Unjittered>(cases);
    decision::<I, R, Full>(cases);
    decision::<I, R, Equal>(cases);
    decision::<I, R, Decorrelated>(cases);
    for piece in [Piece::Life, Piece::Birth, Piece::Sweep] {
        cases.push(Case::new::<Ours<I, R>>(piece.name(), &column::<I, R>(), piece));
    }
}

fn decision<I: Clock, R: Generator, K: Kind>(cases: &mut Vec<Case>) {
    cases.push(Case::new::<Ours<I, R, K>>(K::NAME, &column::<I, R>(), Piece::Decision));
}

fn ticks_with<I: Clock, R: Generator + ticks::Seeded>(cases: &mut Vec<Case>) {
    tick::<I, R, ticks::Free>(cases);
    tick::<I, R, ticks::Locked>(cases);
    tick::<I, R, ticks::Unjittered>(cases);
    tick::<I, R, ticks::Missing>(cases);
    tick::<I, R, ticks::Early>(cases);
    cases.push(Case::new::<Ticks<I, R, ticks::Locked>>("birth of a ticker", &column::<I, R>(), Piece::Birth));
}

fn tick<I: Clock, R: Generator + ticks::Seeded, K: ticks::Kind>(cases: &mut Vec<Case>) {
    cases.push(Case::new::<Ticks<I, R, K>>(K::NAME, &column::<I, R>(), Piece::Decision));
}

fn turn(cases: &mut Vec<Case>, which: &str, run: fn(u32) -> Duration) {
    let (row, column) = (format!("{} {which}", Piece::Turn.name()), column::<Duration, SmallRng>());
    cases.push(Case { row, column, piece: Piece::Turn, bytes: size_of::<Fleet<Duration, SmallRng>>(), run });
}

/// Returns the readings at ten polls, with nanoseconds below and above those of the start.
fn nows<S: Subject>() -> [S::Now; LIFE_DECISIONS] {
    let mut elapsed = Duration::ZERO;
    [(); LIFE_DECISIONS].map(|()| {
        let now = S::now(elapsed);
        elapsed += Duration::new(187, 654_321_012);
        now
    })
}

/// Returns sources that differ, so that no branch can be foretold from the time before.
fn sources<S: Subject>(seeds: Range<u32>) -> Vec<S::Source> {
    fastrand::seed(seeds.start.into());
    seeds.map(|seed| S::source(seed.into())).collect()
}

fn decisions<S: Subject>(count: u32) -> Duration {
    // Few enough to stay in the first cache.
    const POLLERS: u32 = 50;
    const { assert!(LIFE_DECISIONS == 10, "ten decisions of each poller make the count") };
    let (policy, nows) = (black_box(S::policy()), nows::<S>());
    let mut took = Duration::ZERO;
    for batch in 0..count / (POLLERS * 10) {
        let mut pollers: Vec<_> = sources::<S>(batch * POLLERS..(batch + 1) * POLLERS)
            .into_iter()
            .map(|source| S::start(&policy, source, nows[0]))
            .collect();
        let begun = Instant::now();
        for poller in &mut pollers {
            for now in nows {
                black_box(measured_decision::<S>(&policy, poller, now));
            }
        }
        took += begun.elapsed();
    }
    took
}

fn lives<S: Subject>(count: u32) -> Duration {
    let (policy, nows, sources) = (black_box(S::policy()), nows::<S>(), sources::<S>(0..count));
    let begun = Instant::now();
    for source in sources {
        measured_life::<S>(&policy, source, &nows);
    }
    begun.elapsed()
}

fn births<S: Subject>(count: u32) -> Duration {
    let (policy, now, sources) = (black_box(S::policy()), S::now(Duration::ZERO), sources::<S>(0..count));
    let begun = Instant::now();
    for source in sources {
        black_box(measured_birth::<S>(&policy, source, now));
    }
    begun.elapsed()
}

fn sweep<S: Subject>(count: u32) -> Duration {
    let (policy, nows) = (black_box(S::policy()), nows::<S>());
    let mut pollers: Vec<_> = sources::<S>(0..count).into_iter().map(|source| S::start(&policy, source, nows[0])).collect();
    let begun = Instant::now();
    measured_sweep::<S>(&policy, &mut pollers, nows[1]);
    begun.elapsed()
}
