//! When an upstream may be sent its next poll.

mod down;
mod gate;
mod limits;
mod pace;

pub(super) use gate::{Answer, Gate};
pub(in crate::fleet) use limits::InFlight;
pub use limits::{Limits, LimitsBuilder, LimitsError};
