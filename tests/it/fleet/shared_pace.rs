//! The pace that fleets share: a value, stepped by whoever asks.

mod laws;
mod progress;
mod bytes;
mod rules;
