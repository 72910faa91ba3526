//! An operation that succeeds or fails after a while, as its server has it.

use crate::server::{Draw, Reply, Watch, trouble};
use tokio::time::Instant;

pub(crate) struct Operation {
    pub(crate) draw: Draw,
    pub(crate) watch: Watch,
    end: Instant,
    pub(crate) succeeds: bool,
    /// Whether an answer has told its end.
    pub(crate) told: bool,
    /// Whether it was polled after that.
    pub(crate) polled_on: bool,
}

impl Operation {
    /// Begins one that ends within so many seconds.
    pub(crate) fn new(mut draw: Draw, seconds: u64) -> Self {
        Self {
            watch: Watch::new(),
            end: Instant::now() + draw.seconds(seconds),
            succeeds: draw.one_in(2),
            told: false,
            polled_on: false,
            draw,
        }
    }

    /// Notes a poll, and returns the trouble that it meets, if any.
    pub(crate) fn trouble(&mut self) -> Option<Reply> {
        self.polled_on |= self.told;
        self.watch.poll();
        trouble(&mut self.draw, &mut self.watch)
    }

    /// Returns whether it has ended, which the answer is to tell.
    pub(crate) fn tell(&mut self) -> bool {
        self.told = Instant::now() >= self.end;
        self.told
    }
}
