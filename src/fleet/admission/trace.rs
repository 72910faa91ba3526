//! The events of an upstream, with the feature `tracing`: its holds, their ends, and its cuts.

use core::time::Duration;

use tracing::{Level, event};

use crate::trace::short;

/// What the events of all fleets are filtered by.
const TARGET: &str = "asyncpoll::fleet";

/// Tells of one upstream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trace {
    upstream: usize,
}

impl Trace {
    pub(super) const fn new(upstream: usize) -> Self {
        Self { upstream }
    }

    /// Tells that a refusal holds all polls back.
    pub(super) fn held(self, hint: u64) {
        event!(target: TARGET, Level::INFO, upstream = self.upstream, hint = short(Duration::from_nanos(hint)), "held");
    }

    /// Tells of the first poll after a hold.
    pub(super) fn resumed(self) {
        event!(target: TARGET, Level::INFO, upstream = self.upstream, "resumed");
    }

    /// Tells that a refusal has set the pace, or lowered it.
    pub(super) fn cut(self, spacing: u64) {
        event!(target: TARGET, Level::INFO, upstream = self.upstream, spacing = short(Duration::from_nanos(spacing)), "cut");
    }
}
