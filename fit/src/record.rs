//! What a log says of one operation.

/// What a log says of one operation: it was done between two times, or it was not done when it was last polled.
///
/// # Example
///
/// ```
/// use asyncpoll_fit::Record;
///
/// let noticed = Record::new(20.0, 65.0)?;
/// let gave_up = Record::new(600.0, f64::INFINITY)?;
/// assert!(noticed.is_done() && !gave_up.is_done());
///
/// let refused = Record::new(65.0, 20.0).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "`after` is 65 s; it must be at most `by`, 20 s"
/// );
/// # Ok::<(), asyncpoll_fit::RecordError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    after: f64,
    by: f64,
}

/// A pair of times that no operation has.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A time is below zero or not a number, or `after` is infinite.
    #[error("`{field}` is {seconds} s; it must be a time of at least 0 s")]
    NoTime {
        /// Which of the two.
        field: &'static str,
        /// What it is, in seconds.
        seconds: f64,
    },
    /// The operation would be done before it was seen pending.
    #[error("`after` is {after} s; it must be at most `by`, {by} s")]
    Reversed {
        /// When it was last seen pending, in seconds.
        after: f64,
        /// When it was seen done, in seconds.
        by: f64,
    },
}

impl Record {
    /// Makes the record of an operation that was seen pending at `after` and done at `by`, in seconds since its start; infinity
    /// if it was never seen done.
    ///
    /// # Errors
    ///
    /// A [`RecordError`] says which time is wrong.
    pub fn new(after: f64, by: f64) -> Result<Self, RecordError> {
        if !after.is_finite() || after < 0.0 {
            return Err(RecordError::NoTime { field: "after", seconds: after });
        }
        if by.is_nan() || by < 0.0 {
            return Err(RecordError::NoTime { field: "by", seconds: by });
        }
        if after > by {
            return Err(RecordError::Reversed { after, by });
        }
        Ok(Self { after, by })
    }

    /// Returns when the operation was last seen pending, in seconds.
    pub const fn after(&self) -> f64 {
        self.after
    }

    /// Returns when the operation was seen done, in seconds, or infinity.
    pub const fn by(&self) -> f64 {
        self.by
    }

    /// Returns whether the operation was seen done.
    pub const fn is_done(&self) -> bool {
        self.by < f64::INFINITY
    }
}
