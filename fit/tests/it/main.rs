//! The tests, one behaviour a file.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "shares and seconds are floating point here"
)]

mod kinds;
mod simulated;

mod distribution;
mod drawing;
mod guide;
mod harmless;
mod kept;
mod loaded;
mod long;
mod optimum;
mod picture;
mod printed;
mod program;
mod promised;
mod reading;
mod sound;
mod whole;
