//! Loops without end.

mod cadence;
mod configuration;
mod drivers;
mod faithful;
mod kubernetes_wait;
pub(crate) mod laws;
mod loops;
mod restarted;
mod several;
mod timetable;
