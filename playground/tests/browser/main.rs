//! The page in a real browser. It takes Debian's packages chromium and chromium-driver.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "places in a picture are floating point"
)]

mod browser;
mod page;
mod policy;
#[path = "../support/random.rs"]
mod random;
