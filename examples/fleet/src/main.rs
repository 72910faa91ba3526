//! Polls two thousand orders at a small certificate authority on this machine that serves 150 polls a second: by a fleet that takes
//! commands, by a poller each (`--alone`), or in virtual time at many servers (`--simulate`). `together.rs` is the loop to copy.
#![expect(clippy::cast_precision_loss, clippy::float_arithmetic, reason = "figures of a demonstration, for people to read")]

mod alone;
mod arguments;
mod authority;
mod client;
mod commands;
mod keyboard;
mod polling;
mod progress;
mod together;
#[cfg(test)]
mod together_tests;

use core::error::Error;
use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use clap::Parser;
use simulation::tables;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = if arguments.simulate { simulate() } else { polling::poll(&arguments) };
    ended.unwrap_or_else(|error| {
        // Where standard error is closed, nobody is left to tell.
        let _ = writeln!(io::stderr(), "failed: {error}");
        ExitCode::FAILURE
    })
}

fn simulate() -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    match tables::print(&mut io::stdout()) {
        // Its reader, `head` say, has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        printed => Ok(printed.map(|()| ExitCode::SUCCESS)?),
    }
}
