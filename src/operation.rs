//! One operation: what a poll found, what is remembered and decided, and how it ends.

#[cfg(feature = "std")]
mod boxed_error;
mod decision;
mod feed;
mod gave_up;
mod outcome;
mod poll_error;
mod state;

#[cfg(feature = "std")]
pub use boxed_error::BoxedError;
pub use {
    decision::Decision,
    gave_up::{GaveUp, Reason},
    outcome::Outcome,
    poll_error::PollError,
};
pub(crate) use {
    feed::{Feed, kept},
    state::{Stage, State},
};
