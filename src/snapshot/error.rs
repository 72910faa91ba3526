//! Why bytes are not a snapshot, or not one that a poller can be made of, and the sentence it says.

use core::fmt;

use super::{Snapshot, VERSION};
use crate::sentence::Sentence;

/// Bytes that no poller can be restored from: what they hold, and what they should.
///
/// # Example
///
/// ```
/// use asyncpoll::{RestoreError, Snapshot};
///
/// let error = Snapshot::from_bytes(&[2, 0, 0]).unwrap_err();
/// assert_eq!(error, RestoreError::UnknownVersion { version: 2 });
/// assert_eq!(
///     error.to_string(),
///     "snapshot is of version 2; this release reads version 1"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The snapshot is of a version that this release does not know: a later release wrote it, or it is no snapshot.
    UnknownVersion {
        /// Its first byte.
        version: u8,
    },
    /// There are too few bytes, or too many.
    WrongLength {
        /// How many there are.
        length: usize,
    },
    /// The bytes are not those that were written: the checksum says so.
    Corrupt,
    /// A field has a value that no release has written.
    UnknownValue {
        /// The field, as the table in the docs of [`Snapshot`] has it.
        field: &'static str,
        /// Its value.
        value: u8,
        /// The highest that it can have.
        most: u8,
    },
    /// There are fields of a generator, and yet it says that it holds none.
    UnexpectedGenerator,
    /// The snapshot was made without its generator, and so takes one to restore.
    NoGenerator,
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = Sentence::new();
        let sentence = match *self {
            Self::UnknownVersion { version } => sentence
                .text("snapshot is of version ")
                .number(version.into())
                .text("; this release reads version ")
                .number(VERSION.into()),
            Self::WrongLength { length } => sentence
                .text("snapshot is ")
                .number(length as u64)
                .text(if length == 1 { " byte; one of version " } else { " bytes; one of version " })
                .number(VERSION.into())
                .text(" has ")
                .number(Snapshot::LENGTH as u64),
            Self::Corrupt => sentence.text("snapshot is corrupt: its checksum does not match"),
            Self::UnknownValue { field, value, most } => sentence
                .text("snapshot has ")
                .text(field)
                .text(" ")
                .number(value.into())
                .text("; it must be at most ")
                .number(most.into()),
            Self::UnexpectedGenerator => sentence.text("snapshot has generator 0, none; its bytes 56 to 104 must be 0"),
            Self::NoGenerator => sentence.text("snapshot holds no generator; restore it with one, by Poller::restore_with"),
        };
        f.pad(sentence.as_str())
    }
}
