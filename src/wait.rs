//! Waits: the bases of the ladder, the windows around them, the draw that places a wait in its window, and the deadline that
//! cuts the last one. It is arithmetic on nanoseconds alone, and knows neither pollers nor policies.

mod deadline;
mod jitter;
mod kind;
mod ladder;
pub(crate) mod nanos;
pub(crate) mod waits;
mod window;

pub(crate) use {
    deadline::{Deadline, Fit},
    ladder::{Ladder, Rung},
    waits::Waits,
    window::Window,
};
pub use {jitter::Jitter, kind::WaitKind};
