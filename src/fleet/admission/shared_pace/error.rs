//! Why bytes are not a shared pace, and the sentence it says.

use core::fmt;

use super::{SharedPace, bytes::VERSION};
use crate::sentence::Sentence;

/// Bytes that are no [`SharedPace`]: what they hold, and what they should.
///
/// # Example
///
/// ```
/// use asyncpoll::fleet::{SharedPace, SharedPaceError};
///
/// let error = SharedPace::from_bytes(&[1, 0, 0]).unwrap_err();
/// assert_eq!(error, SharedPaceError::WrongLength { length: 3 });
/// assert_eq!(
///     error.to_string(),
///     "shared pace is 3 bytes; one of version 1 has 196"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SharedPaceError {
    /// A later release has written it. Its checksum is right, so it is not damaged.
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
    /// A field has a value that no asks and no refusals lead to.
    Impossible {
        /// The field, as the table in the docs of [`SharedPace`] has it.
        field: &'static str,
        /// Its value.
        value: u64,
    },
}

impl fmt::Display for SharedPaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = Sentence::new().text("shared pace ");
        let sentence = match *self {
            Self::UnknownVersion { version } => sentence
                .text("is of version ")
                .number(version.into())
                .text("; this release reads version ")
                .number(VERSION.into()),
            Self::WrongLength { length } => sentence
                .text("is ")
                .number(length as u64)
                .text(if length == 1 { " byte; one of version " } else { " bytes; one of version " })
                .number(VERSION.into())
                .text(" has ")
                .number(SharedPace::LENGTH as u64),
            Self::Corrupt => sentence.text("is corrupt: its checksum does not match"),
            Self::Impossible { field, value } => {
                sentence.text("has ").text(field).text(" ").number(value).text(", which nothing leads to")
            }
        };
        f.pad(sentence.as_str())
    }
}
