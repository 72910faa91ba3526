//! Which operation of an upstream is polled next, and which ends first.

mod entry;
mod lane;
mod minima;
mod page;
mod rank;

pub(super) use {
    entry::Entry,
    lane::{Lane, Next},
    minima::{Minima, NEVER},
    rank::patience,
};
