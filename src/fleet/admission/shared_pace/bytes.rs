//! A shared pace as bytes, and what bytes are none.

use core::time::Duration;

use super::{
    super::{
        down::Failures,
        pace::{DOUBLING_AT_MOST, Pace, Trial},
        quota::Quota,
        rate::{Rate, Stretch},
    },
    AT_FIRST, SharedPace, SharedPaceError,
};
use crate::snapshot::crc32;

/// The version that this release writes, and the only one that there is to read.
pub(super) const VERSION: u8 = 1;

/// How many bytes a checksum has, which are the last in every version.
const CHECKSUM: usize = 4;

/// What stands for a value that is not there.
const NONE: u64 = u64::MAX;

const OPEN: u8 = 0;
const ASKED: u8 = 1;
const PROVEN: u8 = 2;

impl SharedPace {
    /// How many bytes it has.
    ///
    /// ```
    /// assert_eq!(asyncpoll::fleet::SharedPace::LENGTH, 196);
    /// ```
    pub const LENGTH: usize = 196;

    /// Returns the bytes to store.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// let bytes = SharedPace::new(Duration::ZERO).to_bytes();
    /// let pace = SharedPace::from_bytes(&bytes)?;
    /// assert_eq!(pace.to_bytes(), bytes);
    /// # Ok::<(), asyncpoll::fleet::SharedPaceError>(())
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        // All of them by name: a field that is left out is a variable that nobody uses, or does not compile.
        let Self {
            latest,
            time,
            next,
            promised,
            held_until,
            first_spacing,
            shrunk,
            epoch,
            resumed,
            pace: Pace { cut, spacing, trial, doubling, has_waited, forgive: _, saved, rate },
            failures: Failures { count },
            quota: Quota { reset, spacing: quota_spacing },
            slots,
            served,
            refusals,
            forgiven,
        } = *self;
        let Rate { since, count: counted, before: Stretch { length, count: counted_before }, least_spacing } = rate;
        let (trial, trial_time) = match trial {
            Trial::Open => (OPEN, 0),
            Trial::Asked(at) => (ASKED, at),
            Trial::Proven(paced) => (PROVEN, paced),
        };
        let mut writer = Writer { bytes: [0; Self::LENGTH], at: 0 };
        writer.put([VERSION, trial, has_waited.into(), count]);
        for number in [epoch, resumed, doubling, saved, 0] {
            writer.put(number.to_le_bytes());
        }
        for number in [
            latest,
            time,
            next,
            promised,
            held_until,
            first_spacing,
            shrunk,
            reset,
            quota_spacing,
            cut,
            spacing,
            trial_time,
            since.unwrap_or(NONE),
            counted,
            length,
            counted_before,
            least_spacing.unwrap_or(NONE),
            slots,
            served,
            refusals,
            forgiven,
        ] {
            writer.put(number.to_le_bytes());
        }
        let (content, _) = writer.bytes.split_at(Self::LENGTH.saturating_sub(CHECKSUM));
        let checksum = crc32(content);
        writer.put(checksum.to_le_bytes());
        writer.bytes
    }

    /// Reads bytes that were stored.
    ///
    /// # Errors
    ///
    /// Says what is wrong with them: a later release wrote them, they are too few or too many, or damaged.
    ///
    /// ```
    /// use asyncpoll::fleet::{SharedPace, SharedPaceError};
    /// use core::time::Duration;
    ///
    /// let mut bytes = SharedPace::new(Duration::ZERO).to_bytes();
    /// bytes[50] ^= 1;
    /// let error = SharedPace::from_bytes(&bytes).unwrap_err();
    /// assert_eq!(error, SharedPaceError::Corrupt);
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SharedPaceError> {
        let (content, checksum) = bytes.split_at(bytes.len().saturating_sub(CHECKSUM));
        let is_whole = crc32(content).to_le_bytes() == checksum;
        match content.first() {
            Some(&version) if is_whole && version != VERSION => return Err(SharedPaceError::UnknownVersion { version }),
            _ if bytes.len() != Self::LENGTH => return Err(SharedPaceError::WrongLength { length: bytes.len() }),
            _ if !is_whole => return Err(SharedPaceError::Corrupt),
            _ => {}
        }
        let mut reader = Reader { bytes: content };
        let [_version, trial, has_waited, failures] = reader.take();
        let [epoch, resumed, doubling, saved, spare] = [(); 5].map(|()| u32::from_le_bytes(reader.take()));
        let [latest, time, next, promised, held_until, first_spacing, shrunk] = [(); 7].map(|()| reader.number());
        let [reset, quota_spacing, cut, spacing, trial_time] = [(); 5].map(|()| reader.number());
        let [since, counted, length, counted_before, least_spacing] = [(); 5].map(|()| reader.number());
        let [slots, served, refusals, forgiven] = [(); 4].map(|()| reader.number());
        let has_cut = cut > 0;
        for (field, value, is_possible) in [
            ("trial", trial.into(), trial <= PROVEN),
            ("waited", has_waited.into(), has_waited <= 1),
            ("spare bytes", spare.into(), spare == 0),
            ("time", time, time < NONE),
            ("epoch", epoch.into(), epoch >= 1),
            ("resumed epoch", resumed.into(), resumed <= epoch && resumed != 1),
            ("doubling", doubling.into(), doubling <= DOUBLING_AT_MOST && (doubling > 0) == has_cut),
            ("first spacing", first_spacing, (1..=AT_FIRST).contains(&first_spacing)),
            ("shrunk", shrunk, shrunk <= time),
            ("spacing", spacing, spacing <= cut && (spacing > 0) == has_cut),
            ("trial time", trial_time, if trial == ASKED { trial_time <= time } else { trial == PROVEN || trial_time == 0 }),
            ("trial before a cut", trial.into(), has_cut || (trial == PROVEN && trial_time == 0)),
            ("stretch", since, since == NONE || since <= time),
            ("least spacing", least_spacing, least_spacing == NONE || since != NONE),
            ("forgiven", forgiven, forgiven <= refusals),
        ] {
            if !is_possible {
                return Err(SharedPaceError::Impossible { field, value });
            }
        }
        let some = |value| (value != NONE).then_some(value);
        let rate = Rate {
            since: some(since),
            count: counted,
            before: Stretch { length, count: counted_before },
            least_spacing: some(least_spacing),
        };
        let trial = match trial {
            OPEN => Trial::Open,
            ASKED => Trial::Asked(trial_time),
            _ => Trial::Proven(trial_time),
        };
        Ok(Self {
            latest,
            time,
            next,
            promised,
            held_until,
            first_spacing,
            shrunk,
            epoch,
            resumed,
            pace: Pace { cut, spacing, trial, doubling, has_waited: has_waited > 0, saved, rate, ..Pace::new(None) },
            failures: Failures { count: failures },
            quota: Quota { reset, spacing: quota_spacing },
            slots,
            served,
            refusals,
            forgiven,
        })
    }

    /// Reads a row, when the store's clock shows `now`: one that is empty or damaged begins anew.
    ///
    /// A pace that is lost so is found again, from 16 slots a second on.
    ///
    /// # Errors
    ///
    /// [`UnknownVersion`](SharedPaceError::UnknownVersion) if a later release wrote the row. It must not be replaced: while both
    /// releases run, each would undo what the other has learned.
    ///
    /// ```
    /// use asyncpoll::fleet::SharedPace;
    /// use core::time::Duration;
    ///
    /// let pace = SharedPace::from_row(b"", Duration::from_secs(9))?;
    /// assert_eq!(pace, SharedPace::new(Duration::from_secs(9)));
    /// # Ok::<(), asyncpoll::fleet::SharedPaceError>(())
    /// ```
    pub fn from_row(bytes: &[u8], now: Duration) -> Result<Self, SharedPaceError> {
        match Self::from_bytes(bytes) {
            Err(error @ SharedPaceError::UnknownVersion { .. }) => Err(error),
            Err(_) => Ok(Self::new(now)),
            read => read,
        }
    }
}

/// Equal are paces whose bytes are.
impl PartialEq for SharedPace {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

impl Eq for SharedPace {}

/// Puts parts one behind the other into bytes that have room for all.
struct Writer {
    bytes: [u8; SharedPace::LENGTH],
    at: usize,
}

impl Writer {
    fn put<const N: usize>(&mut self, part: [u8; N]) {
        self.bytes.iter_mut().skip(self.at).zip(part).for_each(|(to, byte)| *to = byte);
        self.at = self.at.saturating_add(N);
    }
}

/// Takes parts off the front of bytes that have all of them.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((part, rest)) = self.bytes.split_first_chunk() else { return [0; N] }; // never
        self.bytes = rest;
        *part
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}
