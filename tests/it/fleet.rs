//! Many operations at one server.

mod asks;
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
mod replicated;
mod restored;
mod shared;
mod shared_pace;
#[path = "../../examples/fleet/together.rs"]
mod together;
mod unanswered;
