//! Which operation of an upstream is polled next, and which ends first.

mod batches;
mod entry;
mod lane;
mod minima;
mod page;
mod rank;

pub(super) use {
    batches::ALONE,
    entry::Entry,
    lane::{Back, Lane, Next},
    minima::{Minima, NEVER},
    rank::patience,
};
