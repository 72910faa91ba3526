//! Polls two thousand orders at a small certificate authority on this machine that serves 150 polls a second: by a fleet, by a
//! poller each (`--alone`), or in virtual time at many servers (`--simulate`).
#![expect(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::std_instead_of_alloc,
    clippy::unchecked_time_subtraction,
    reason = "figures of a demonstration, for people to read"
)]

mod alone;
mod authority;
mod backlog;
mod client;
mod progress;
mod server;
mod simulation;
mod tables;
mod together;

use core::{error::Error, time::Duration};
use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
};

use asyncpoll::{Policy, const_policy};
use clap::Parser;
use tokio::{runtime, sync::oneshot};

use crate::{client::Client, progress::Progress};

const ORDERS: usize = 2_000;

/// Quick enough to watch.
const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_secs(2))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(8))
        .max_wait(Duration::from_secs(50))
);

/// Places 2,000 orders at a small certificate authority on this machine and polls all of them until they are issued.
/// It serves 150 polls a second, 300 after a rest, and answers the others 429 with Retry-After.
#[derive(Debug, Parser)]
#[command(
    name = "fleet",
    version,
    verbatim_doc_comment,
    after_help = "Exit status: 0 all are issued, 1 failed, 2 some gave up, 130 interrupted with Ctrl-C."
)]
struct Arguments {
    /// Poll them by a poller each, which know nothing of each other
    #[arg(long)]
    alone: bool,

    /// Poll orders in virtual time instead, at many servers, and print what that costs
    #[arg(long, conflicts_with = "alone")]
    simulate: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = if arguments.simulate { simulate() } else { poll(arguments.alone) };
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

fn poll(alone: bool) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let orders = authority::start()?;
    let client = Client::new();
    client.place_orders(&orders, ORDERS)?;
    let who = if alone { "a poller each" } else { "a fleet" };
    writeln!(io::stdout(), "A certificate authority at {orders} has taken {ORDERS} orders. They are polled by {who}.")?;
    let urls: Vec<String> = (0..ORDERS).map(|number| format!("{orders}/{number}")).collect();

    let progress = Progress::start(ORDERS);
    let (press, pressed) = oneshot::channel();
    let mut press = Some(press);
    ctrlc::set_handler(move || {
        // Once is enough.
        if let Some(press) = press.take() {
            let _ = press.send(());
        }
    })?;
    let runtime = runtime::Builder::new_current_thread().enable_time().max_blocking_threads(together::SENDERS).build()?;
    let is_interrupted = runtime.block_on(async {
        let polling = async {
            if alone {
                alone::poll(&client, urls, POLICY, &progress).await;
                Ok(())
            } else {
                let client = client.clone();
                let poll = move |url: &str| client.poll(url);
                together::poll(poll, urls, POLICY, &progress).await
            }
        };
        tokio::select! {
            ended = polling => ended.map(|()| false),
            Ok(()) = pressed => Ok(true),
        }
    })?;
    // Polls under way end with the program.
    runtime.shutdown_background();
    Ok(progress.end(is_interrupted, &mut io::stdout())?)
}
