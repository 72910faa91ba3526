//! Pollers made of bytes: of a snapshot, or of anything else under a valid checksum.

use std::time::Duration;

use arbitrary::Arbitrary;
use asyncpoll::{Decision, Elapsed, Outcome, Poller, RestoreError, Snapshot, WaitKind};

use crate::{
    operations::{Operations, Subject, wait_first},
    settings::Settings,
    span::{MOST, nanos},
};

/// Where the checksum of a snapshot is.
const CHECKSUM: usize = Snapshot::LENGTH - 4;

/// Bytes to read, and what is done to the poller that is made of them.
#[derive(Arbitrary, Debug)]
pub struct Stored {
    bytes: [u8; Snapshot::LENGTH],
    /// How many of the bytes are left, if some are cut off.
    length: u8,
    /// The start of the operations is how much time has passed since the start of the poller.
    pub operations: Operations,
}

impl Stored {
    /// Reads the bytes as they are, and what is left of them.
    pub fn read(&self) {
        let length = self.bytes.len().min(self.length.into());
        for bytes in [&self.bytes[..length], &self.bytes] {
            match Snapshot::from_bytes(bytes) {
                Ok(snapshot) => assert_eq!(snapshot.as_bytes()[..], *bytes, "the bytes are others: {self:#?}"),
                Err(RestoreError::UnknownVersion { version }) => assert_ne!(version, 1, "that version is known: {self:#?}"),
                Err(RestoreError::WrongLength { length }) => assert_ne!(length, Snapshot::LENGTH, "{self:#?}"),
                Err(_) => assert_eq!(bytes.len(), Snapshot::LENGTH, "the length comes first: {self:#?}"),
            }
        }
    }

    /// Returns the nearest snapshot to the bytes: one that may hold any numbers, but has all that is checked.
    fn mended(&self) -> Snapshot {
        let mut bytes = self.bytes;
        bytes[0] = 1;
        bytes[1] %= 2;
        bytes[2] %= 5;
        bytes[3] = 1;
        bytes[104] %= 16;
        bytes[105] %= 9;
        bytes[106..CHECKSUM].fill(0);
        let checksum = crc32(&bytes[..CHECKSUM]);
        bytes[CHECKSUM..].copy_from_slice(&checksum.to_le_bytes());
        Snapshot::from_bytes(&bytes).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// CRC-32 by its definition, bit after bit.
fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for bit in bytes.iter().flat_map(|byte| (0..8).map(move |place| u32::from((byte >> place) & 1))) {
        let carry = (rest & 1) ^ bit;
        rest = (rest >> 1) ^ (carry * 0xedb8_8320);
    }
    !rest
}

/// A poller made of a snapshot, and one that is put away and taken out before everything that is done to it. Its methods panic
/// if they differ, or if one decides what no policy allows.
#[derive(Debug)]
pub struct Restored {
    settings: Settings,
    whole: Poller<Duration>,
    moved: Poller<Duration>,
    latest: Duration,
    now: Duration,
}

impl Restored {
    /// Restores both under any policy at all.
    pub fn start(stored: &Stored) -> Self {
        let (snapshot, settings) = (stored.mended(), stored.operations.settings());
        let (policy, elapsed) = (settings.build().expect("the settings build"), stored.operations.start);
        let now = Duration::ZERO;
        let poller = Poller::restore(&snapshot, policy, now, Elapsed(elapsed)).expect("it holds a generator");
        assert_eq!((poller.due(), poller.polls()), (snapshot.due(), snapshot.polls()), "adopting moved them: {stored:#?}");
        let is_finished = snapshot.due().is_none();
        let expected = if is_finished { snapshot.elapsed() } else { snapshot.elapsed().max(elapsed) };
        assert_eq!(poller.elapsed(now).as_nanos(), nanos(expected), "the time that has passed: {stored:#?}");
        Self { settings, whole: poller.clone(), moved: poller, latest: now, now }
    }

    fn move_on(&mut self) {
        let snapshot = self.moved.snapshot(self.latest);
        let read = Snapshot::from_bytes(snapshot.as_bytes());
        assert_eq!(read, Ok(snapshot), "it is read differently: {self:#?}");
        assert_eq!(self.whole.snapshot(self.latest), snapshot, "Resumable: the snapshots differ: {self:#?}");
        let policy = *self.moved.policy();
        self.moved =
            Poller::restore(&snapshot, policy, self.latest, Elapsed(snapshot.elapsed())).expect("it holds a generator");
    }

    fn assert_sleep(&self, wait: Duration, found: Outcome<(), ()>) {
        let (wait, kind) = (wait.as_nanos(), self.whole.wait_kind());
        let hint = match found {
            Outcome::Pending { retry_after, .. }
            | Outcome::Transient { retry_after, .. }
            | Outcome::Throttled { retry_after, .. } => retry_after.map_or(0, |hint| self.settings.believed(hint)),
            Outcome::Done(()) | Outcome::Failed(()) => 0,
        };
        let least = match kind {
            Some(WaitKind::Last) => 1,
            Some(WaitKind::HeadStart) => self.settings.head_start.map_or(u128::MAX, nanos),
            _ => self.settings.floor(),
        };
        assert!(wait >= least.max(hint), "Alive, Polite: a wait of {wait} ns by {kind:?}: {self:#?}");
        let end = (self.whole.elapsed(self.now).as_nanos() + wait).min(MOST);
        let deadline = self.settings.max_wait.map_or(MOST, nanos);
        assert!(end <= deadline, "Deadline: a wait that ends at {end} ns: {self:#?}");
        let is_free = hint == 0 && kind == Some(WaitKind::Ladder);
        assert!(!is_free || wait <= nanos(self.settings.max_backoff), "Capped: a wait of {wait} ns: {self:#?}");
    }
}

impl Subject for Restored {
    fn now(&self) -> Duration {
        self.now
    }

    fn set_clock(&mut self, now: Duration) {
        self.now = now;
    }

    fn step(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        self.move_on();
        self.latest = self.now;
        let was_finished = self.whole.is_finished();
        let [decision, moved] = [&mut self.whole, &mut self.moved].map(|poller| poller.step(outcome, self.now));
        assert_eq!(decision, moved, "Resumable: {outcome:?} is answered differently: {self:#?}");
        match decision {
            Decision::Sleep(wait) => {
                assert!(!was_finished, "Sticky: it goes on after the end: {self:#?}");
                self.assert_sleep(wait, outcome);
                Some(wait)
            }
            _ => None,
        }
    }

    fn cancel(&mut self) {
        self.move_on();
        self.latest = self.now;
        let [gave_up, moved] = [&mut self.whole, &mut self.moved].map(|poller| poller.cancel(self.now));
        assert_eq!(gave_up, moved, "Resumable: it ends differently: {self:#?}");
    }

    fn reset_backoff(&mut self) {
        self.move_on();
        self.whole.reset_backoff();
        self.moved.reset_backoff();
    }

    fn look(&mut self, outcome: Outcome<(), ()>) -> Option<Duration> {
        self.move_on();
        self.latest = self.now;
        let [decision, moved] = [&mut self.whole, &mut self.moved].map(|poller| poller.look(outcome, self.now));
        assert_eq!(decision, moved, "Resumable: a look that found {outcome:?} is answered differently: {self:#?}");
        match decision {
            Decision::Sleep(wait) => Some(wait),
            _ => None,
        }
    }

    fn set_backoff(&mut self, base: Duration) {
        self.move_on();
        self.whole.set_backoff(base);
        self.moved.set_backoff(base);
    }

    fn wait_first(&mut self, hint: Option<Duration>) -> Option<Duration> {
        self.move_on();
        self.latest = self.now;
        let is_first = self.whole.polls() == 0 && self.whole.wait_kind().is_none();
        let [decision, moved] = [&mut self.whole, &mut self.moved].map(|poller| wait_first(poller, hint, self.now));
        assert_eq!(decision, moved, "Resumable: a wait before the first poll is another: {self:#?}");
        match decision {
            Decision::Sleep(wait) => {
                if is_first {
                    self.assert_sleep(wait, Outcome::pending().retry_after(hint));
                }
                Some(wait)
            }
            _ => None,
        }
    }
}
