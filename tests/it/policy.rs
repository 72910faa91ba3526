//! Settings, and what they foretell.

mod bounds;
mod clamped;
mod configuration;
mod default_max_wait;
mod errors;
mod kubernetes_wait;
mod line;
mod poll_count;
mod schedule;
mod wait_after;
