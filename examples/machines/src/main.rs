//! Eight replicas of a service poll their orders at one server, in virtual time: on the left each at a pace of its own, on the right all
//! at one pace, in a row of a database. `1` to `8` kill a replica.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "figures of a demonstration, for people to read"
)]

mod arguments;
mod database;
mod report;
mod screen;
mod side;

use std::io::{self, IsTerminal};

use clap::Parser;

use crate::{arguments::Arguments, side::Side};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sides = Side::both(&arguments)?;
    if io::stdout().is_terminal() { screen::run(sides, &arguments) } else { report::run(sides, &arguments) }
}
