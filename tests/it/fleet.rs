//! Many operations at one server.

mod asks;
#[path = "../../examples/fleet/backlog.rs"]
mod backlog;
mod batch;
#[path = "../../examples/fleet/commands.rs"]
mod commands;
mod configuration;
mod down;
mod ends;
mod events;
mod example;
mod figures;
mod forgiven;
mod holds;
mod laws;
mod limits;
mod lost;
mod no_hint;
mod order;
mod pace;
#[path = "../../examples/fleet/progress.rs"]
mod progress;
mod quota;
mod restored;
#[path = "../../examples/fleet/server.rs"]
mod server;
mod shared_pace;
#[path = "../../examples/fleet/simulation.rs"]
mod simulation;
#[path = "../../examples/fleet/tables.rs"]
mod tables;
#[path = "../../examples/fleet/together.rs"]
mod together;
mod unanswered;
