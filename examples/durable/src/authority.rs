//! A certificate authority. It stands for one at the other end of a network, and remembers when an order was placed.

use std::{fmt, time::Duration};

/// What it says of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It cannot say anything now.
    Busy,
    Pending,
    Issued,
}

/// Asks how an order is getting on that was placed this long `ago`.
pub(crate) fn ask(ago: Duration) -> Answer {
    match ago.as_secs() {
        4..6 => Answer::Busy,
        ..12 => Answer::Pending,
        12.. => Answer::Issued,
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Busy => "503 Service Unavailable",
            Self::Pending => "pending",
            Self::Issued => "issued",
        })
    }
}
