//! The programs, run as their users run them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod readme;
mod tokio;
