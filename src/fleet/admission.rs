//! When an upstream may be sent its next poll.

mod ask;
mod down;
mod gate;
mod hold;
mod limits;
mod pace;
mod quota;
mod rate;
mod shared_pace;
mod slots;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "admission/untraced.rs"]
mod trace;

pub(in crate::fleet) use limits::InFlight;
pub(super) use {
    ask::AskId,
    gate::{Answer, Counts, Gate, Refusal},
    hold::LENGTHENED,
};
pub use {
    ask::{Ask, Grant},
    limits::{Limits, LimitsBuilder, LimitsError},
    shared_pace::{SharedPace, SharedPaceError},
};
