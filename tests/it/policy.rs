//! Settings, and what they foretell.

mod bounds;
mod configuration;
mod default_max_wait;
mod errors;
mod line;
mod poll_count;
mod schedule;
