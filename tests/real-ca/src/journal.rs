//! What was asked when, and what the server said to it.

use std::{
    io,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, ensure};

use crate::{acme_error::AcmeError, answer::Answer};

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// An answer with this status.
    Status(u16),
    /// No answer in time.
    TimedOut,
    /// Nobody who listens.
    ConnectionRefused,
    /// Another failure.
    Other,
}

impl Found {
    fn of(answer: &Result<Answer, AcmeError>) -> Self {
        match answer {
            Ok(answer) => Self::Status(answer.status.as_u16()),
            Err(AcmeError::TimedOut) => Self::TimedOut,
            Err(AcmeError::Connection(error)) if error.kind() == io::ErrorKind::ConnectionRefused => Self::ConnectionRefused,
            Err(_) => Self::Other,
        }
    }
}

/// One poll.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// When the request was sent.
    pub sent: Instant,
    /// When the answer had been received, or was given up.
    pub received: Instant,
    /// What came back.
    pub found: Found,
    /// When the answer was sent, by the server's clock.
    pub date: Option<SystemTime>,
    /// The date in the `Retry-After` of the answer, by the server's clock, if that is a date.
    pub asked_date: Option<SystemTime>,
    /// The hint in the answer.
    pub hint: Option<Duration>,
}

/// All polls of one order.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    entries: Vec<Entry>,
}

impl Journal {
    /// Makes one request with `request`, and notes it.
    pub fn note(&mut self, request: impl FnOnce() -> Result<Answer, AcmeError>) -> Result<Answer, AcmeError> {
        let sent = Instant::now();
        let answer = request();
        let received = Instant::now();
        let complete = answer.as_ref().ok();
        self.entries.push(Entry {
            sent,
            received,
            found: Found::of(&answer),
            date: complete.and_then(Answer::date),
            asked_date: complete.and_then(Answer::asked_date),
            hint: complete.and_then(Answer::hint),
        });
        answer
    }

    /// Returns the polls, first to last.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the number of answers with a hint.
    pub fn hints(&self) -> usize {
        self.entries.iter().filter(|entry| entry.hint.is_some()).count()
    }

    /// Returns the last poll.
    pub fn last(&self) -> Result<&Entry> {
        self.entries.last().ok_or_else(|| anyhow::anyhow!("nothing was polled"))
    }

    /// Checks that no poll came earlier than the answer to the one before asked, by our clock and, where it named a date,
    /// by the server's; and that it was asked for at all.
    pub fn check_hints(&self) -> Result<()> {
        ensure!(self.hints() > 0, "no answer had a hint: {self:#?}");
        for (entry, next) in self.pairs() {
            let waited = next.sent.duration_since(entry.received);
            ensure!(waited >= entry.hint.unwrap_or_default(), "waited {waited:?} after {entry:?}");
            if let (Some(asked), Some(date)) = (entry.asked_date, next.date) {
                ensure!(date >= asked, "came at {date:?} after {entry:?}");
            }
        }
        Ok(())
    }

    /// Checks that no poll came sooner after the one before than `shortest`.
    pub fn check_spacing(&self, shortest: Duration) -> Result<()> {
        for (entry, next) in self.pairs() {
            let waited = next.sent.duration_since(entry.received);
            ensure!(waited >= shortest, "waited {waited:?}, less than {shortest:?}, after {entry:?}");
        }
        Ok(())
    }

    fn pairs(&self) -> impl Iterator<Item = (&Entry, &Entry)> {
        self.entries.iter().zip(self.entries.iter().skip(1))
    }
}
