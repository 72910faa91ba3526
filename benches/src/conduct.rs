//! What can be watched in virtual time: something that gives waits until it stops.

use std::{error::Error, fmt, time::Duration};

use crate::numbers::Numbers;

pub mod backoff;
pub mod backon;
pub mod exponential_backoff;
pub mod google_cloud_gax;
pub mod ours;
pub mod reliakit_backoff;
pub mod retry_policies;
pub mod sisyphus;
pub mod tokio_retry;

/// A peer whose behaviour is watched.
pub trait Conduct {
    /// The name in the tables.
    const NAME: &'static str;
    /// How it is told how long the server asked to wait; none if it cannot be told.
    const HINT: Option<&'static str>;
    /// Whether the jitter can be set.
    const TAKES_JITTER: bool;
    /// Whether the time can be limited; else the count of polls is.
    const TAKES_MAX_WAIT: bool;

    /// Makes a poller of these numbers.
    fn waits(numbers: &Numbers, seed: u64) -> Made;
    /// Polls an operation of which every poll finds an [`Unavailable`], in the peer's own loop and up to the limit, and
    /// returns what the loop did; none if it has no loop.
    fn ended(numbers: &Numbers) -> Option<String>;
}

/// Gives waits until it stops.
pub trait Waits {
    /// Returns the wait after a poll at `elapsed`, at which the server may have asked for one; none if it stops.
    fn next_wait(&mut self, elapsed: Duration, hint: Option<Duration>) -> Option<Duration>;
}

/// What became of the wish for a poller.
#[expect(missing_debug_implementations, reason = "pollers of peers are not all `Debug`")]
pub enum Made {
    /// Here it is.
    Waits(Box<dyn Waits>),
    /// It was refused, with this message.
    Refused(String),
    /// The numbers cannot be written as it wants them: a NaN where it takes integers.
    Unsayable,
}

impl Made {
    /// Boxes waits.
    pub fn of(waits: impl Waits + 'static) -> Self {
        Self::Waits(Box::new(waits))
    }
}

/// The error that every poll finds: the number says which poll it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable(pub u32);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "poll {} was answered by 503", self.0)
    }
}

impl Error for Unavailable {}
