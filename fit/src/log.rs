//! Logs: what a program has written of the operations it polled.

mod columns;
mod lines;

use crate::{Record, RecordError};

/// The most refused lines that are kept.
const MOST_REFUSED: usize = 100;

/// The records of a log, and the lines that are none.
///
/// # Example
///
/// ```
/// use asyncpoll_fit::Log;
///
/// let log = Log::read(
///     b"# one operation a line\n12.5\n20s..65s\n>10m (gave up)\nnever\n",
///     None,
/// )?;
/// assert_eq!((log.records.len(), log.refused_lines), (3, 1));
/// assert_eq!(
///     log.refused[0].to_string(),
///     "line 5 is \"never\"; it must be a time such as 12.5 or 5m3s, \
///      a range such as 20s..65s, or >10m"
/// );
/// # Ok::<(), asyncpoll_fit::LogError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Log {
    /// The operations.
    pub records: Vec<Record>,
    /// The number of lines that are refused.
    pub refused_lines: usize,
    /// The first hundred of them, with why.
    pub refused: Vec<Refused>,
}

/// A line that is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line} {why}")]
#[non_exhaustive]
pub struct Refused {
    /// The number of the line; the first is 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: Why,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// It is none of the forms that a line may have.
    #[error("is {0}; it must be a time such as 12.5 or 5m3s, a range such as 20s..65s, or >10m")]
    Form(Excerpt),
    /// It is not JSON, or not an object.
    #[error("is {0}; it must be an object of JSON")]
    Json(Excerpt),
    /// A field is missing or is none of what it may be.
    #[error("has {value} as `{field}`; it must be {form}")]
    Field {
        /// The name of the field.
        field: String,
        /// What it holds.
        value: Excerpt,
        /// What it may hold.
        form: &'static str,
    },
    /// A field is missing.
    #[error("has no `{field}`")]
    Missing {
        /// The name of the field.
        field: String,
    },
    /// The times are none that an operation has.
    #[error("is refused: {0}")]
    Record(#[from] RecordError),
    /// The CSV is not well formed.
    #[error("is not CSV: {0}")]
    Csv(String),
}

/// The beginning of a text that a user wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    const LENGTH: usize = 40;

    pub(crate) fn new(text: &str) -> Self {
        let mut start: String = text.chars().take(Self::LENGTH).collect();
        if start.len() < text.len() {
            start.push('…');
        }
        Self(start)
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        // A character has four bytes at most.
        Self::new(&String::from_utf8_lossy(&bytes[..bytes.len().min(4 * Self::LENGTH + 4)]))
    }
}

impl core::fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

impl core::fmt::Display for Excerpt {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// A log that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// More lines are refused than read.
    #[error("{refused} of {lines} lines are refused, more than half; {first}")]
    MostRefused {
        /// How many are refused.
        refused: usize,
        /// How many there are, but for empty ones and comments.
        lines: usize,
        /// The first of them.
        first: Refused,
    },
    /// A log with columns does not say which of them has the times.
    #[error("line 1 names the columns {columns}, and none is `by`; --column must name the one that has the times")]
    Columns {
        /// Those that there are.
        columns: Excerpt,
    },
    /// A column is not in the first line of the CSV.
    #[error("line 1 names no column `{column}`; it has {columns}")]
    NoColumn {
        /// The column that is missing.
        column: String,
        /// Those that there are.
        columns: Excerpt,
    },
}

impl Log {
    /// Reads a log: lines; CSV with a heading; or an object of JSON a line. Which of them it is, its first line tells.
    ///
    /// CSV and JSON have a time or a range in `column` as a line has it, or else `after`, `by` and, if there is one, `state`, which
    /// is `done` or `gave-up`. Times are numbers of seconds or durations such as `5m3s`.
    ///
    /// # Errors
    ///
    /// A [`LogError`] if a column is missing, or if more lines are refused than read.
    pub fn read(text: &[u8], column: Option<&str>) -> Result<Self, LogError> {
        // Spreadsheets put it before what they export.
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut log = Self::default();
        let first = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !is_blank(line));
        match first {
            Some([b'{', ..]) => columns::read_json(text, column, &mut log),
            Some(heading) if column.is_some() || is_heading(heading) => columns::read_csv(text, column, &mut log)?,
            _ => lines::read(text, &mut log),
        }
        let first_line = first.unwrap_or_default();
        let (refused, lines) = (log.refused_lines, log.refused_lines + log.records.len());
        match log.refused.first() {
            // Numbers have no commas, so what has some was meant for a heading.
            Some(Refused { why: Why::Form(_), .. })
                if refused > log.records.len() && column.is_none() && has_columns(first_line) =>
            {
                Err(LogError::Columns { columns: Excerpt::of_bytes(first_line) })
            }
            Some(first) if refused > log.records.len() => Err(LogError::MostRefused { refused, lines, first: first.clone() }),
            _ => Ok(log),
        }
    }

    fn take(&mut self, line: u64, read: Result<Record, Why>) {
        match read {
            Ok(record) => self.records.push(record),
            Err(why) => {
                self.refused_lines += 1;
                if self.refused.len() < MOST_REFUSED {
                    self.refused.push(Refused { line, why });
                }
            }
        }
    }
}

/// Returns whether a line without the space around it says nothing.
fn is_blank(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"#")
}

/// Returns whether a line names the columns of CSV.
fn is_heading(line: &[u8]) -> bool {
    line.split(|&byte| byte == b',').any(|name| matches!(name.trim_ascii(), b"by" | b"\"by\""))
}

/// Returns whether a line is words with commas between them.
fn has_columns(line: &[u8]) -> bool {
    line.contains(&b',') && line.iter().all(|byte| !byte.is_ascii_control())
}
