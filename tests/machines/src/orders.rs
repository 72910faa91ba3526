//! An order as it is kept.

use asyncpoll::{Decision, Snapshot};

/// An order, and what is kept of it.
#[derive(Clone, Debug)]
pub struct Order {
    /// Which it is.
    pub id: i64,
    /// Its poller.
    pub poller: Snapshot,
    /// The last error.
    pub last_error: Option<String>,
    /// How it has ended, if it has.
    pub ended: Option<String>,
}

impl Order {
    /// Takes what was decided, and the poller after it, if there still is one.
    pub fn decided(&mut self, decision: Decision<String, String>, poller: Option<Snapshot>) {
        self.poller = poller.unwrap_or(self.poller);
        self.ended = match decision {
            Decision::Sleep(_) => None,
            Decision::Done(result) => Some(format!("done: {result}")),
            Decision::Failed(error) => Some(format!("failed: {error}")),
            Decision::GaveUp(gave_up) => {
                let (gave_up, error) = gave_up.split();
                self.last_error = error.or_else(|| self.last_error.take());
                Some(gave_up.to_string())
            }
        };
    }
}
