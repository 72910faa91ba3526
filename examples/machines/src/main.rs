//! Eight replicas of a service poll their orders at one server, in virtual time: on the left each at a pace of its own, on the right all
//! at one pace, in a row of a database. `1` to `8` kill a replica.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::manual_is_multiple_of,
    clippy::unchecked_time_subtraction,
    reason = "figures of a demonstration, for people to read"
)]

mod arguments;
mod database;
#[path = "../../fleet/orders.rs"]
mod orders;
#[path = "../../fleet/replica.rs"]
mod replica;
#[expect(dead_code, reason = "the simulation plays to the end at once")]
#[path = "../../fleet/replicas.rs"]
mod replicas;
mod report;
mod screen;
#[expect(dead_code, reason = "the simulation has other servers, too")]
#[path = "../../fleet/server.rs"]
mod server;
mod side;
#[path = "../../fleet/store.rs"]
mod store;

use std::io::{self, IsTerminal};

use clap::Parser;

use crate::{arguments::Arguments, side::Side};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sides = Side::both(&arguments)?;
    if io::stdout().is_terminal() { screen::run(sides, &arguments) } else { report::run(sides, &arguments) }
}
