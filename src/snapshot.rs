//! A state as plain bytes: to put a poller away, and to take it out again in another process or on another machine.

mod checksum;
mod elapsed;
mod error;
mod generator;
#[cfg(feature = "serde")]
mod serde;

use core::{fmt, num::NonZeroU64, time::Duration};

pub(crate) use {checksum::crc32, generator::Generator};
pub use {elapsed::Elapsed, error::RestoreError};

use crate::{
    operation::{Stage, State},
    policy::Policy,
    wait::{Rung, WaitKind},
};

/// The version that this release writes, and the only one that there is to read.
const VERSION: u8 = 1;

/// Where each field starts: the table in the docs of [`Snapshot`].
mod at {
    pub(super) const VERSION: usize = 0;
    pub(super) const STAGE: usize = 1;
    pub(super) const WAIT_KIND: usize = 2;
    pub(super) const GENERATOR: usize = 3;
    pub(super) const POLLS: usize = 4;
    pub(super) const ERRORS: usize = 8;
    pub(super) const CONSECUTIVE_ERRORS: usize = 12;
    pub(super) const ELAPSED: usize = 16;
    pub(super) const DUE: usize = 24;
    pub(super) const BASE: usize = 32;
    pub(super) const HINTED_UNTIL: usize = 40;
    pub(super) const MAX_WAIT: usize = 48;
    pub(super) const KEY: usize = 56;
    pub(super) const STREAM: usize = 88;
    pub(super) const BLOCK: usize = 96;
    pub(super) const WORD: usize = 104;
    pub(super) const RUNG: usize = 105;
    pub(super) const SPARE: usize = 106;
    pub(super) const THROTTLED: usize = 108;
    pub(super) const CHECKSUM: usize = 112;
}

const POLLING: u8 = 0;
const FINISHED: u8 = 1;

const NO_GENERATOR: u8 = 0;
const CHACHA8: u8 = 1;

/// A poller put away: all that it takes to go on as if nothing had happened, as bytes to store.
///
/// `Poller::snapshot` makes one, and `Poller::restore` makes a poller of it that decides as the original would have; for other
/// generators than that of the feature `chacha`, there are
/// [`snapshot_without_generator`](crate::Poller::snapshot_without_generator) and [`restore_with`](crate::Poller::restore_with). It
/// holds what the poller has been through, and with it the generator, but neither the
/// policy nor the last error nor a reading of a clock: those are the caller's to give again. Its times count from the start of
/// the poller, so they mean the same by every clock.
///
/// # Bytes
///
/// Integers are little endian, times in nanoseconds. Every release reads the versions that releases before it have written.
///
/// | at | bytes | version 1 |
/// |---|---|---|
/// | 0 | 1 | the version: 1 |
/// | 1 | 1 | 0 while polling, 1 once finished |
/// | 2 | 1 | what decided the latest wait: 0 if there was none, 1 head start, 2 hint, 3 ladder, 4 last |
/// | 3 | 1 | the generator: 0 if it was put away elsewhere, 1 `ChaCha8` |
/// | 4 | 4 | polls |
/// | 8 | 4 | errors |
/// | 12 | 4 | consecutive errors |
/// | 16 | 8 | elapsed |
/// | 24 | 8 | when the next poll is due |
/// | 32 | 8 | the base of the ladder's next wait, or under decorrelated jitter its previous wait |
/// | 40 | 8 | until when the server asked us to wait |
/// | 48 | 8 | the `max_wait` that it ran under, 0 if none |
/// | 56 | 32 | `ChaCha8`: the key |
/// | 88 | 8 | `ChaCha8`: the stream |
/// | 96 | 8 | `ChaCha8`: the block of the next draw |
/// | 104 | 1 | `ChaCha8`: the word in that block, 0 to 15 |
/// | 105 | 1 | how many rungs below the ladder that base is, which are the waits of a table: 0 to 8, and 8 at its first |
/// | 106 | 2 | zero |
/// | 108 | 4 | polls that were throttled |
/// | 112 | 4 | CRC-32 (that of zlib and gzip) of the bytes before it |
///
/// Without a generator, bytes 56 to 104 are zero. So equal snapshots are equal bytes.
///
/// # Example
///
/// ```
/// use asyncpoll::{Elapsed, Outcome, Policy, Poller, Snapshot};
/// use core::time::Duration;
///
/// let mut poller =
///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
/// let _wait = poller.step(Outcome::<()>::pending(), Duration::ZERO);
/// let bytes = *poller.snapshot(Duration::from_secs(1)).as_bytes();
///
/// // In another process, nine seconds later, by a clock with another zero.
/// let snapshot = Snapshot::from_bytes(&bytes)?;
/// let elapsed = Elapsed(snapshot.elapsed() + Duration::from_secs(9));
/// let now = Duration::from_secs(5_000);
/// let restored = Poller::restore(&snapshot, Policy::default(), now, elapsed)?;
/// assert_eq!(
///     (restored.polls(), restored.elapsed(now)),
///     (1, Duration::from_secs(10))
/// );
/// assert_eq!(restored.due(), poller.due());
/// # Ok::<(), asyncpoll::RestoreError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Snapshot([u8; Self::LENGTH]);

impl Snapshot {
    /// How many bytes a snapshot has.
    ///
    /// ```
    /// assert_eq!(asyncpoll::Snapshot::LENGTH, 116);
    /// ```
    pub const LENGTH: usize = 116;

    /// Returns the bytes to store.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller, Snapshot};
    /// use core::time::Duration;
    ///
    /// let poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let snapshot = poller.snapshot(Duration::ZERO);
    /// assert_eq!(Snapshot::from_bytes(snapshot.as_bytes()), Ok(snapshot));
    /// ```
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }

    /// Reads bytes that were stored.
    ///
    /// # Errors
    ///
    /// Says what is wrong with them: they are of another version, too few or too many, damaged, or no snapshot at all.
    ///
    /// ```
    /// use asyncpoll::Snapshot;
    ///
    /// let cut_off = Snapshot::from_bytes(&[1, 0, 0]);
    /// assert_eq!(
    ///     cut_off.unwrap_err().to_string(),
    ///     "snapshot is 3 bytes; one of version 1 has 116"
    /// );
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let mut first = [0; Self::LENGTH];
        first.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Self::from_first_bytes(&first, bytes.len())
    }

    /// Reads `length` bytes, of which the first ones are given; zeros stand for those that are missing.
    fn from_first_bytes(bytes: &[u8; Self::LENGTH], length: usize) -> Result<Self, RestoreError> {
        let snapshot = Self(*bytes);
        let [version] = snapshot.read(at::VERSION);
        if length > 0 && version != VERSION {
            return Err(RestoreError::UnknownVersion { version });
        }
        if length != Self::LENGTH {
            return Err(RestoreError::WrongLength { length });
        }
        if snapshot.checksum() != u32::from_le_bytes(snapshot.read(at::CHECKSUM)) {
            return Err(RestoreError::Corrupt);
        }
        for (field, at, most) in [
            ("stage", at::STAGE, FINISHED),
            ("wait kind", at::WAIT_KIND, 4),
            ("generator", at::GENERATOR, CHACHA8),
            ("word", at::WORD, Generator::LAST_WORD),
            ("rung", at::RUNG, Rung::ABOVE_TABLE),
            ("spare byte", at::SPARE, 0),
            ("spare byte", at::SPARE + 1, 0),
        ] {
            let [value] = snapshot.read(at);
            if value > most {
                return Err(RestoreError::UnknownValue { field, value, most });
            }
        }
        if !snapshot.has_generator() && snapshot.fields_of_generator() != Generator::default() {
            return Err(RestoreError::UnexpectedGenerator);
        }
        Ok(snapshot)
    }

    /// Returns when the next poll is due, as the time since the start, or `None` once finished.
    ///
    /// To store beside the snapshot, in a column to search by: the start plus this is when the next poll is to be made.
    ///
    /// ```
    /// use asyncpoll::{Jitter, Outcome, Policy, PolicyError, Poller};
    /// use core::time::Duration;
    ///
    /// let policy = Policy::builder().jitter(Jitter::None).build()?;
    /// let mut poller =
    ///     Poller::seeded(policy, asyncpoll::random_seed(), Duration::ZERO);
    /// let _five_seconds =
    ///     poller.step(Outcome::<()>::pending(), Duration::from_secs(2));
    /// assert_eq!(
    ///     poller.snapshot(Duration::from_secs(3)).due(),
    ///     Some(Duration::from_secs(7))
    /// );
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn due(&self) -> Option<Duration> {
        (!self.is_finished()).then(|| self.duration(at::DUE))
    }

    /// Returns the time from the start of the poller to when it was put away, or to its end if it had finished.
    ///
    /// ```
    /// use asyncpoll::{Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let poller = Poller::seeded(
    ///     Policy::default(),
    ///     asyncpoll::random_seed(),
    ///     Duration::from_secs(100),
    /// );
    /// assert_eq!(
    ///     poller.snapshot(Duration::from_secs(107)).elapsed(),
    ///     Duration::from_secs(7)
    /// );
    /// ```
    pub fn elapsed(&self) -> Duration {
        self.duration(at::ELAPSED)
    }

    /// Returns the number of polls.
    ///
    /// ```
    /// use asyncpoll::{Outcome, Policy, Poller};
    /// use core::time::Duration;
    ///
    /// let mut poller =
    ///     Poller::seeded(Policy::default(), asyncpoll::random_seed(), Duration::ZERO);
    /// let _wait = poller.step(Outcome::<()>::pending(), Duration::ZERO);
    /// assert_eq!(poller.snapshot(Duration::ZERO).polls(), 1);
    /// ```
    pub fn polls(&self) -> u32 {
        u32::from_le_bytes(self.read(at::POLLS))
    }

    /// Puts away a state that has run under `policy`, at a time when `elapsed` has passed since its start, and its generator if
    /// that is to come along.
    pub(crate) fn new(state: &State, policy: &Policy, elapsed: u64, generator: Option<Generator>) -> Self {
        let mut snapshot = Self([0; Self::LENGTH]);
        let max_wait = policy.deadline.map_or(0, |deadline| deadline.max_wait.get());
        snapshot.write(at::VERSION, [VERSION]);
        snapshot.write(at::STAGE, [if state.is_finished() { FINISHED } else { POLLING }]);
        snapshot.write(at::WAIT_KIND, [wait_kind_to_byte(state.wait_kind)]);
        snapshot.write(at::GENERATOR, [if generator.is_some() { CHACHA8 } else { NO_GENERATOR }]);
        snapshot.write(at::POLLS, state.polls.to_le_bytes());
        snapshot.write(at::ERRORS, state.errors.to_le_bytes());
        snapshot.write(at::CONSECUTIVE_ERRORS, state.consecutive_errors.to_le_bytes());
        snapshot.write(at::ELAPSED, elapsed.to_le_bytes());
        snapshot.write(at::DUE, state.due.to_le_bytes());
        snapshot.write(at::BASE, state.base.to_le_bytes());
        snapshot.write(at::HINTED_UNTIL, state.hinted_until.to_le_bytes());
        snapshot.write(at::MAX_WAIT, max_wait.to_le_bytes());
        let Generator { key, stream, block, word } = generator.unwrap_or_default();
        snapshot.write(at::KEY, key);
        snapshot.write(at::STREAM, stream.to_le_bytes());
        snapshot.write(at::BLOCK, block.to_le_bytes());
        snapshot.write(at::WORD, [word]);
        snapshot.write(at::RUNG, [Rung::ABOVE_TABLE.saturating_sub(state.rung)]);
        snapshot.write(at::THROTTLED, state.throttled.to_le_bytes());
        snapshot.write(at::CHECKSUM, snapshot.checksum().to_le_bytes());
        snapshot
    }

    /// Takes the state out, to run under `policy`, at a time when `elapsed` has passed since its start: the one that was stored,
    /// if that is more, for elapsed time never runs backwards.
    pub(crate) fn state(&self, policy: &Policy, elapsed: u64) -> State {
        let ([wait_kind], [below]) = (self.read(at::WAIT_KIND), self.read(at::RUNG));
        let wait_kind = wait_kind_from_byte(wait_kind);
        let mut state = State {
            elapsed: self.u64(at::ELAPSED),
            due: self.u64(at::DUE),
            base: self.u64(at::BASE),
            rung: Rung::ABOVE_TABLE.saturating_sub(below),
            hinted_until: self.u64(at::HINTED_UNTIL),
            polls: self.polls(),
            errors: u32::from_le_bytes(self.read(at::ERRORS)),
            consecutive_errors: u32::from_le_bytes(self.read(at::CONSECUTIVE_ERRORS)),
            throttled: u32::from_le_bytes(self.read(at::THROTTLED)),
            stage: match wait_kind {
                _ if self.is_finished() => Stage::Finished,
                Some(WaitKind::Last) => Stage::LastWait,
                _ => Stage::Polling,
            },
            is_in_flight: false,
            found_error: false,
            wait_kind,
        };
        state.adopt(policy, NonZeroU64::new(self.u64(at::MAX_WAIT)), elapsed);
        state
    }

    /// Returns the generator, if it came along.
    #[cfg(feature = "chacha")]
    pub(crate) fn generator(&self) -> Option<Generator> {
        self.has_generator().then(|| self.fields_of_generator())
    }

    fn fields_of_generator(&self) -> Generator {
        Generator {
            key: self.read(at::KEY),
            stream: self.u64(at::STREAM),
            block: self.u64(at::BLOCK),
            word: u8::from_le_bytes(self.read(at::WORD)),
        }
    }

    fn is_finished(&self) -> bool {
        self.read(at::STAGE) == [FINISHED]
    }

    fn has_generator(&self) -> bool {
        self.read(at::GENERATOR) == [CHACHA8]
    }

    fn checksum(&self) -> u32 {
        crc32(self.0.split_at(at::CHECKSUM).0)
    }

    fn duration(&self, at: usize) -> Duration {
        Duration::from_nanos(self.u64(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.read(at))
    }

    /// Returns the `N` bytes at `at`, which are there.
    #[inline]
    fn read<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
    }

    /// Sets the `N` bytes at `at`, which are there.
    #[inline]
    fn write<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        self.0.iter_mut().skip(at).zip(bytes).for_each(|(to, byte)| *to = byte);
    }
}

const fn wait_kind_to_byte(wait_kind: Option<WaitKind>) -> u8 {
    match wait_kind {
        None => 0,
        Some(WaitKind::HeadStart) => 1,
        Some(WaitKind::Hint) => 2,
        Some(WaitKind::Ladder) => 3,
        Some(WaitKind::Last) => 4,
    }
}

const fn wait_kind_from_byte(byte: u8) -> Option<WaitKind> {
    match byte {
        1 => Some(WaitKind::HeadStart),
        2 => Some(WaitKind::Hint),
        3 => Some(WaitKind::Ladder),
        4 => Some(WaitKind::Last),
        _ => None,
    }
}

/// Shows what it says by itself, and not the bytes.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("polls", &self.polls())
            .field("elapsed", &self.elapsed())
            .field("due", &self.due())
            .finish_non_exhaustive()
    }
}
