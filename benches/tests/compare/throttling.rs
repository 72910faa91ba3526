//! An authority with many orders, in virtual time, that serves five polls a
//! second, ten after a rest, and refuses the others.

use crate::authority::Answer;
use std::{cell::Cell, time::Duration};
use tokio::time::{Instant, sleep};

/// One poll is served in this time.
const EACH: Duration = Duration::from_millis(200);
const AFTER_A_REST: u32 = 10;
const TAKES: Duration = Duration::from_millis(20);
const ISSUED_AFTER: Duration = Duration::from_secs(120);

/// An authority that counts whom it refuses.
pub(crate) struct Throttling {
    orders: usize,
    start: Instant,
    /// What is served by now ends here.
    served_until: Cell<Instant>,
    polls: Cell<usize>,
    refused: Cell<usize>,
}

impl Throttling {
    /// Makes one with so many orders.
    pub(crate) fn new(orders: usize) -> Self {
        let start = Instant::now();
        Self {
            orders,
            start,
            served_until: Cell::new(start),
            polls: Cell::new(0),
            refused: Cell::new(0),
        }
    }

    /// Returns how many orders there are.
    pub(crate) fn orders(&self) -> usize {
        self.orders
    }

    /// Polls the order with this number.
    pub(crate) async fn look(&self, order: usize) -> Answer {
        sleep(TAKES).await;
        let now = Instant::now();
        self.polls.set(self.polls.get() + 1);
        let until = self.served_until.get().max(now) + EACH;
        if until > now + EACH * AFTER_A_REST {
            self.refused.set(self.refused.get() + 1);
            return Answer::Busy(Duration::from_secs(5));
        }
        self.served_until.set(until);
        if now < self.start + ISSUED_AFTER {
            Answer::Processing
        } else {
            Answer::Issued(format!("order {order}"))
        }
    }

    /// Returns how many polls there were.
    pub(crate) fn polls(&self) -> usize {
        self.polls.get()
    }

    /// Returns how many of them were refused.
    pub(crate) fn refused(&self) -> usize {
        self.refused.get()
    }
}
