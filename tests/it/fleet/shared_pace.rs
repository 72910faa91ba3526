//! The pace that fleets share: a value, stepped by whoever asks.

mod bytes;
mod laws;
mod progress;
mod rules;
