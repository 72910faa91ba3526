//! Loops without end.

mod cadence;
mod configuration;
mod drivers;
mod faithful;
mod kubernetes_wait;
pub(crate) mod laws;
mod loops;
#[path = "../../examples/loops/fleet.rs"]
mod loops_fleet;
mod restarted;
mod several;
mod timetable;
