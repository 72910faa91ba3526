//! Which operation of an upstream is polled next.

mod entry;
mod lane;
mod minima;
mod page;

pub(super) use {
    entry::Entry,
    lane::Lane,
    minima::{Minima, NEVER},
};
