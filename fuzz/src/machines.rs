//! A pace in a row, and those who share it.
//!
//! Of any bytes that are read, the laws are asserted that hold whatever has been before. Of a row that begins anew, everything is
//! compared with the naive pace of the crate's own tests, and each fleet with the naive fleet.

use std::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};
use asyncpoll::{
    Outcome, Policy,
    fleet::{Ask, Grant, SharedPace, SharedPaceError},
};

use crate::{
    fleet::{Limited, optional_hint, outcome, short},
    fleet_pair::Pair,
    limit_rules::Rules,
    shared_pace_model::SharedPaceModel,
    span::{optional_span, span},
    tape::Tape,
};

const SECOND: Duration = Duration::from_secs(1);

/// How many bytes a row has before its checksum.
const CONTENT: usize = SharedPace::LENGTH - 4;

/// A row as somebody left it, what is asked of it, and what a few fleets do that share another.
#[derive(Arbitrary, Debug)]
pub struct Machines {
    row: Row,
    limited: Limited,
    #[arbitrary(with = few)]
    asks: Vec<(Asked, Time)>,
    #[arbitrary(with = span)]
    start: Duration,
    fleets: u8,
    #[arbitrary(with = nearly_all)]
    in_order: Vec<Operation>,
    /// What is left.
    tape: Tape,
}

/// The bytes of a new row, with others in some places.
#[derive(Arbitrary, Debug)]
struct Row {
    #[arbitrary(with = few)]
    parts: Vec<(u8, Part)>,
    is_sealed: bool,
}

#[derive(Arbitrary, Debug)]
enum Part {
    Byte(u8),
    Small(u8),
    Time(#[arbitrary(with = span)] Duration),
    Number(u64),
}

/// By how much a clock has gone on, or back.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Time {
    On(#[arbitrary(with = span)] Duration),
    Back(#[arbitrary(with = span)] Duration),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Asked {
    /// How many epochs ago, or one that has not come if it is high.
    epoch: u8,
    served: u32,
    failed: u8,
    refused: u32,
    #[arbitrary(with = optional_span)]
    hint: Option<Duration>,
    #[arbitrary(with = optional_span)]
    hold: Option<Duration>,
    quota: Option<u8>,
    resume: bool,
    #[arbitrary(with = span)]
    latency: Duration,
    due: u16,
    wanted: u32,
    turn: Option<u64>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Start(u8),
    /// A fleet hands out all that is due.
    All(u8),
    /// A poll of a fleet has found this.
    Answer(u8, u8, #[arbitrary(with = outcome)] Outcome<(), ()>),
    /// A fleet asks, and the answer is under way.
    Ask(u8),
    /// It comes, or that to an ask before the last.
    Grant(u8, u8),
    /// A fleet asks and is answered at once.
    AskAndGrant(u8),
    AskFailed(u8, #[arbitrary(with = short)] Duration),
    /// All clocks go on to the next poll of a fleet, or by this.
    WakeUp(u8),
    Advance(#[arbitrary(with = short)] Duration),
    /// The store's clock goes back, or that of a fleet.
    StoreBack(#[arbitrary(with = short)] Duration),
    StepBack(u8, #[arbitrary(with = short)] Duration),
    SlowDown(u8, #[arbitrary(with = optional_hint)] Option<Duration>),
    Resume(u8),
    Pause(u8),
    Quota(u8, u8, #[arbitrary(with = optional_hint)] Option<Duration>),
    /// Somebody ends the hold in the row.
    ResumeRow,
    /// The row is read back from its bytes.
    Restart,
    Batch(u8, u8),
    /// Twenty polls of a fleet fail, one after another.
    Fail(u8),
    /// The row is lost, and begins anew.
    Lose,
}

/// One of those who share the row, with what it has been granted and has not all taken.
struct Replica {
    pair: Pair<Tape>,
    grants: Vec<Grant>,
}

impl Machines {
    /// Reads the row, and asks all of it.
    ///
    /// # Panics
    ///
    /// If a law does not hold.
    pub fn read(&self) {
        let bytes = self.row.bytes();
        let mut pace = match SharedPace::from_bytes(&bytes) {
            Ok(pace) => pace,
            Err(error) => {
                assert!((10..200).contains(&error.to_string().len()), "that is no sentence: {error}");
                let is_kept = matches!(error, SharedPaceError::UnknownVersion { .. });
                assert_eq!(SharedPace::from_row(&bytes, SECOND).is_err(), is_kept, "what is replaced: {error}");
                return;
            }
        };
        assert_eq!(pace.to_bytes()[..], bytes, "bytes go round");
        let limits = self.limited.rules().limits();
        let (mut now, mut turn, mut proven) = (SECOND, 0, true);
        for (asked, time) in self.asks.iter().cycle().take(100) {
            now = match *time {
                Time::On(by) => now.saturating_add(by),
                Time::Back(by) => now.saturating_sub(by),
            };
            let (before, mut ask) = (pace, asked.ask(pace.epoch(), turn));
            ask.proven = proven;
            let grant = pace.admit(&limits, &ask, now);
            (turn, proven) = (grant.turn, grant.proven);
            let mut same = before;
            assert_eq!((same.admit(&limits, &ask, now), same), (grant, pace), "Pure: {ask:?}");
            let read = SharedPace::from_bytes(&pace.to_bytes());
            assert_eq!(read, Ok(pace), "Pure: bytes go round after {ask:?}");
            assert_granted(&before, &pace, &ask, &grant);
        }
    }

    /// Does all of it, in order, and returns the row at the end.
    ///
    /// # Panics
    ///
    /// If the naive pace grants otherwise, or a naive fleet does anything else.
    pub fn perform(&self) -> SharedPace {
        let rules = Rules { shared: true, answer_within: None, ..self.limited.rules() };
        let (limits, start) = (rules.limits(), self.start.min(Duration::MAX / 2));
        let (mut pace, mut model, mut now) = (SharedPace::new(start), SharedPaceModel::new(start), start);
        let mut replicas: Vec<_> = (0..=self.fleets % 4)
            .map(|_| Replica {
                pair: Pair::new([self.tape.rewound(), self.tape.rewound()], &[rules], start),
                grants: Vec::new(),
            })
            .collect();
        let policy = Policy::default();
        let count = replicas.len();
        for operation in &self.in_order {
            let mut admit = |ask: &Ask, now| {
                let grant = pace.admit(&limits, ask, now);
                if let Err(wrong) = model.admit(&rules, ask, now, &grant) {
                    panic!("{wrong}: {ask:?}");
                }
                grant
            };
            match *operation {
                Operation::Start(which) => replicas[usize::from(which) % count].pair.start(0, &policy),
                Operation::All(which) => while replicas[usize::from(which) % count].pair.next() {},
                Operation::Answer(which, poll, outcome) => {
                    replicas[usize::from(which) % count].pair.answer(poll.into(), outcome);
                }
                Operation::Ask(which) | Operation::AskAndGrant(which) => {
                    let Replica { pair, grants } = &mut replicas[usize::from(which) % count];
                    let Some(ask) = pair.ask(0) else { continue };
                    let grant = admit(&ask, now);
                    grants.push(grant);
                    if let Operation::AskAndGrant(_) = operation {
                        pair.grant(0, |_| grant);
                    }
                }
                Operation::Grant(which, before) => {
                    let Replica { pair, grants } = &mut replicas[usize::from(which) % count];
                    let before = usize::from(before) % grants.len().max(1);
                    if let Some(grant) = grants.iter().rev().nth(before) {
                        pair.grant(before, |_| *grant);
                    }
                }
                Operation::AskFailed(which, retry) => replicas[usize::from(which) % count].pair.ask_failed(0, retry),
                Operation::WakeUp(which) => {
                    let woken = usize::from(which) % count;
                    let before = replicas[woken].pair.now();
                    replicas[woken].pair.wake_up(Duration::ZERO);
                    let by = replicas[woken].pair.now().saturating_sub(before);
                    now = now.saturating_add(by);
                    for (_, replica) in replicas.iter_mut().enumerate().filter(|(other, _)| *other != woken) {
                        replica.pair.set_clock(replica.pair.now() + by);
                    }
                }
                Operation::Advance(by) => {
                    now = now.saturating_add(by);
                    for replica in &mut replicas {
                        replica.pair.set_clock(replica.pair.now() + by);
                    }
                }
                Operation::StoreBack(by) => now = now.saturating_sub(by),
                Operation::StepBack(which, by) => {
                    let pair = &mut replicas[usize::from(which) % count].pair;
                    pair.set_clock(pair.now().saturating_sub(by));
                }
                Operation::SlowDown(which, hint) => replicas[usize::from(which) % count].pair.slow_down(0, hint),
                Operation::Resume(which) => replicas[usize::from(which) % count].pair.resume(0),
                Operation::Pause(which) => replicas[usize::from(which) % count].pair.pause(0),
                Operation::Quota(which, remaining, reset) => {
                    replicas[usize::from(which) % count].pair.quota(0, remaining.into(), reset);
                }
                Operation::ResumeRow => {
                    pace.resume(now);
                    model.resume(now);
                }
                Operation::Restart => pace = SharedPace::from_bytes(&pace.to_bytes()).expect("what was written is read"),
                Operation::Batch(which, most) => replicas[usize::from(which) % count].pair.batch(most.into()),
                Operation::Fail(which) => (0..20).for_each(|_| replicas[usize::from(which) % count].pair.fail()),
                Operation::Lose => (pace, model) = (SharedPace::new(now), SharedPaceModel::new(now)),
            }
            assert_eq!((u128::from(pace.slots()), pace.epoch()), (model.slots, model.epoch), "slots and epoch");
            assert_eq!(u128::from(pace.refusals()), model.refusals, "refusals");
            assert_eq!(u128::from(pace.forgiven()), model.forgiven, "those that were forgiven");
            assert_eq!(pace.spacing(&limits).map_or(0, |spacing| spacing.as_nanos()), model.spacing(&rules), "the spacing");
            assert_eq!(pace.held(now).as_nanos(), model.held_at(now), "what is left of the hold");
        }
        pace
    }
}

/// Asserts what holds of a grant, whatever the pace.
fn assert_granted(before: &SharedPace, after: &SharedPace, ask: &Ask, grant: &Grant) {
    let begun = after.epoch() - before.epoch();
    // Nobody knows of an epoch before it begins, but bytes may.
    let may_cut = ask.refused > 0 && ask.epoch >= before.epoch();
    assert!(begun <= u32::from(may_cut) + u32::from(ask.resume), "One cut: {begun} epochs have begun by {ask:?}");
    assert!(grant.slots <= ask.wanted, "Turn: {grant:?} for {ask:?}");
    let most = (Duration::from_millis(500).as_nanos() / grant.spacing.as_nanos()).max(1);
    assert!(u128::from(grant.slots) <= most, "Turn: {grant:?}");
    if grant.slots > 0 {
        let last = grant.first + grant.spacing * (grant.slots - 1);
        assert!(last < SECOND && grant.first >= grant.held, "Spaced: {grant:?}");
    }
    assert_eq!(grant.epoch, after.epoch(), "the epoch");
}

impl Row {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = SharedPace::new(SECOND).to_bytes().to_vec();
        for (at, part) in &self.parts {
            let part = match *part {
                Part::Byte(byte) => vec![byte],
                Part::Small(byte) => u32::from(byte).to_le_bytes().to_vec(),
                Part::Time(time) => u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).to_le_bytes().to_vec(),
                Part::Number(number) => number.to_le_bytes().to_vec(),
            };
            // At whatever belongs there, mostly: four bytes or eight.
            let at = usize::from(*at) * part.len();
            bytes.iter_mut().take(CONTENT).skip(at % CONTENT).zip(part).for_each(|(to, byte)| *to = byte);
        }
        if self.is_sealed {
            let checksum = crc32(&bytes[..CONTENT]);
            bytes[CONTENT..].copy_from_slice(&checksum.to_le_bytes());
        }
        bytes
    }
}

impl Asked {
    fn ask(self, epoch: u32, turn: u64) -> Ask {
        // All of them by name: one that is not passed on is a variable that nobody uses.
        let Self { epoch: ago, served, failed, refused, hint, hold, quota, resume, latency, due, wanted, turn: other } = self;
        let mut ask = Ask::default();
        ask.epoch = if ago > 200 { epoch.saturating_add(1) } else { epoch.saturating_sub(u32::from(ago / 8)) };
        (ask.served, ask.failed, ask.refused, ask.hint) = (served, failed.into(), refused, hint);
        (ask.hold, ask.resume, ask.latency) = (hold.unwrap_or_default(), resume, latency);
        ask.quota = quota.map(|remaining| (remaining.into(), latency));
        (ask.due, ask.wanted, ask.turn) = (due.into(), wanted, other.unwrap_or(turn));
        ask
    }
}

/// CRC-32 as a division, bits in the order of the polynomial: not as the crate has it.
fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(byte.reverse_bits()) << 24;
        for _ in 0..8 {
            let divisor = if rest >> 31 == 1 { 0x04c1_1db7 } else { 0 };
            rest = rest << 1 ^ divisor;
        }
    }
    !rest.reverse_bits()
}

/// Makes up none to three.
fn few<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<Vec<T>> {
    let count = u.int_in_range(0..=3)?;
    (0..count).map(|_| T::arbitrary(u)).collect()
}

/// Makes operations of all bytes but the last few, which are the tape.
fn nearly_all(u: &mut Unstructured<'_>) -> Result<Vec<Operation>> {
    let mut operations = Vec::new();
    while u.len() > 16 {
        operations.push(Operation::arbitrary(u)?);
    }
    Ok(operations)
}
