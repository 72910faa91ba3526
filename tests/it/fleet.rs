//! Many operations at one server.

mod configuration;
mod ends;
mod example;
mod figures;
mod holds;
mod laws;
mod limits;
mod lost;
mod no_hint;
mod order;
mod pace;
#[path = "../../examples/fleet/progress.rs"]
mod progress;
mod restored;
#[path = "../../examples/fleet/simulation.rs"]
mod simulation;
#[path = "../../examples/fleet/tables.rs"]
mod tables;
#[path = "../../examples/fleet/together.rs"]
mod together;
