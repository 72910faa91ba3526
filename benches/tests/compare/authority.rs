//! An authority that issues a certificate after a while, in virtual time, and
//! counts the polls that come before it asked for them.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// What the authority says about an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Here is the certificate.
    Issued(String),
    /// It is still being issued.
    Processing,
    /// 429, with the time from its `Retry-After`.
    Busy(Duration),
    /// The order was rejected.
    Rejected,
}

/// An authority with one order.
pub(crate) struct Authority {
    answer: fn(u64) -> Answer,
    takes: Duration,
    start: Instant,
    free_at: Cell<Instant>,
    early: Cell<usize>,
    polls: RefCell<Vec<Duration>>,
}

impl Authority {
    /// Makes one that says `answer` of the seconds since the start.
    pub(crate) fn new(answer: fn(u64) -> Answer) -> Self {
        let start = Instant::now();
        Self {
            answer,
            takes: Duration::ZERO,
            start,
            free_at: Cell::new(start),
            early: Cell::new(0),
            polls: RefCell::default(),
        }
    }

    /// Has each poll take so long.
    pub(crate) fn slow(self, takes: Duration) -> Self {
        Self { takes, ..self }
    }

    /// Polls the order.
    pub(crate) async fn look(&self) -> Answer {
        let now = Instant::now();
        self.polls.borrow_mut().push(now - self.start);
        if now < self.free_at.get() {
            self.early.set(self.early.get() + 1);
        }
        sleep(self.takes).await;
        let answer = (self.answer)((now - self.start).as_secs());
        if let Answer::Busy(wait) = answer {
            self.free_at.set(Instant::now() + wait);
        }
        answer
    }

    /// Returns how many polls came before it had asked for them.
    pub(crate) fn early(&self) -> usize {
        self.early.get()
    }

    /// Returns how many polls there were.
    pub(crate) fn count(&self) -> usize {
        self.polls.borrow().len()
    }

    /// Returns when the last poll was sent.
    pub(crate) fn last_poll(&self) -> Duration {
        *self.polls.borrow().last().expect("it was polled")
    }

    /// Returns the longest time from one poll to the next.
    pub(crate) fn longest_wait(&self) -> Duration {
        let polls = self.polls.borrow();
        polls
            .windows(2)
            .map(|two| two[1].abs_diff(two[0]))
            .max()
            .unwrap_or_default()
    }
}

/// Issues the certificate after three minutes.
pub(crate) fn in_three_minutes(seconds: u64) -> Answer {
    if seconds < 180 {
        Answer::Processing
    } else {
        Answer::Issued("www.example.test".into())
    }
}

/// The same, and asks to be left alone from the first poll on, until then.
pub(crate) fn busy(seconds: u64) -> Answer {
    if seconds < 180 {
        Answer::Busy(Duration::from_secs(90))
    } else {
        in_three_minutes(seconds)
    }
}

/// Never comes to an end.
pub(crate) fn never(_: u64) -> Answer {
    Answer::Processing
}

/// Rejects the order after ten seconds.
pub(crate) fn rejected(seconds: u64) -> Answer {
    if seconds < 10 { Answer::Processing } else { Answer::Rejected }
}
