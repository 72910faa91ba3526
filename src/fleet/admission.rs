//! When an upstream may be sent its next poll.

mod down;
mod gate;
mod hold;
mod limits;
mod pace;
mod quota;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "admission/untraced.rs"]
mod trace;

pub(in crate::fleet) use limits::InFlight;
pub use limits::{Limits, LimitsBuilder, LimitsError};
pub(super) use {
    gate::{Answer, Counts, Gate, Refusal},
    hold::LENGTHENED,
};
