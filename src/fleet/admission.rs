//! When an upstream may be sent its next poll.

mod gate;
mod limits;
mod pace;

pub(super) use gate::{Answer, Gate};
pub use limits::{Limits, LimitsError};
