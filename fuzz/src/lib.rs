//! What the fuzz targets share: inputs to make up, independent bookkeeping, and the promises that are asserted.
//!
//! `cargo fuzz run -s none steps` fuzzes, with a stable compiler too; what it finds new goes to `corpus/steps`, unless another
//! directory is named first. `cargo run --manifest-path fuzz/Cargo.toml --bin steps` replays that corpus, or the files and
//! directories it is given, without libFuzzer and its C++; it fails where a promise does not hold, and prints the input.
//!
//! Nothing here shares arithmetic with the crate under test: times are nanoseconds in a `u128`, and formulas are those of the
//! docs.

mod account;
mod payload;
pub mod promises;
pub mod refusals;
pub mod replay;
pub mod settings;
pub mod span;
pub mod tape;
mod windows;
