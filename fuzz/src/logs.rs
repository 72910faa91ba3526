//! Logs made of bytes.

use core::fmt;

use arbitrary::{Arbitrary, Unstructured};
use asyncpoll_fit::{Log, LogError};

/// The column that is asked for, if one is.
const COLUMN: &str = "took";

/// The text of a log: the bytes as they are.
pub struct Text(Vec<u8>);

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        Ok(Self(bytes.bytes(bytes.len())?.to_vec()))
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl Text {
    /// Reads the log, with a column and without.
    pub fn read(&self) {
        // What ends a line of CSV is also a carriage return.
        let lines = self.0.split(|byte| b"\r\n".contains(byte)).count();
        for column in [None, Some(COLUMN)] {
            match Log::read(&self.0, column) {
                Ok(log) => {
                    self.check_records(&log, lines);
                    self.check_refused(&log, lines);
                }
                Err(LogError::MostRefused { refused, lines: read, .. }) => {
                    assert!(refused * 2 > read && read <= lines, "{refused} of {read} lines are refused: {self:?}");
                }
                Err(LogError::NoColumn { column: missing, .. }) => {
                    assert!(column.is_none_or(|column| column == missing), "`{missing}` was not asked for: {self:?}");
                }
                Err(LogError::Columns { .. }) => assert!(column.is_none(), "a column was asked for: {self:?}"),
                Err(other) => panic!("{other}: {self:?}"),
            }
        }
    }

    fn check_records(&self, log: &Log, lines: usize) {
        assert!(log.records.len() + log.refused_lines <= lines, "there are fewer lines than that: {log:?} of {self:?}");
        for record in &log.records {
            let (after, by) = (record.after(), record.by());
            assert!(after >= 0.0 && after.is_finite() && after <= by, "no operation has such times: {record:?} of {self:?}");
        }
    }

    fn check_refused(&self, log: &Log, lines: usize) {
        assert!(log.refused.len() == log.refused_lines.min(100), "not all are there: {log:?} of {self:?}");
        assert!(log.refused.is_sorted_by_key(|refused| refused.line), "they are out of order: {log:?} of {self:?}");
        for refused in &log.refused {
            assert!((1..=lines as u64).contains(&refused.line), "there is no such line: {refused:?} of {self:?}");
            assert!(refused.to_string().chars().count() < 400, "that is no sentence: {refused} of {self:?}");
        }
    }
}
