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
#[path = "../../examples/fleet/orders.rs"]
mod orders;
mod pace;
#[path = "../../examples/fleet/progress.rs"]
mod progress;
mod quota;
#[path = "../../examples/fleet/replica.rs"]
mod replica;
#[path = "../../examples/fleet/replica_tables.rs"]
mod replica_tables;
#[expect(dead_code, reason = "the example of machines kills replicas while they poll")]
#[path = "../../examples/fleet/replicas.rs"]
mod replicas;
mod replicated;
mod restored;
#[path = "../../examples/fleet/server.rs"]
mod server;
mod shared;
mod shared_pace;
#[path = "../../examples/fleet/simulation.rs"]
mod simulation;
#[path = "../../examples/fleet/store.rs"]
mod store;
#[path = "../../examples/fleet/tables.rs"]
mod tables;
#[path = "../../examples/fleet/together.rs"]
mod together;
mod unanswered;
