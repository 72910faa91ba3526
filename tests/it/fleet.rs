//! Many operations at one server.

mod configuration;
mod figures;
mod holds;
mod laws;
mod limits;
mod pace;
mod restored;
#[path = "../../examples/fleet/simulation.rs"]
mod simulation;
#[path = "../../examples/fleet/tables.rs"]
mod tables;
