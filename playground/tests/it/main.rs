//! What the page is answered, without a browser.
#![expect(clippy::cast_possible_truncation, reason = "what is drawn is small")]

mod bounds;
#[path = "../support/random.rs"]
mod random;
mod views;
