//! Places orders and polls them over HTTP, by a fleet or by a poller each, until all have ended or Ctrl-C is pressed.

use core::{error::Error, time::Duration};
use std::{
    io::{self, Write},
    process::ExitCode,
};

use asyncpoll::{Policy, const_policy, fleet::DuePoll};
use tokio::{runtime, sync::mpsc};

use crate::{
    alone,
    arguments::Arguments,
    authority,
    client::Client,
    commands::Told,
    keyboard,
    progress::Progress,
    together::{self, SENDERS},
};

/// Quick enough to watch.
const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_secs(2))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(8))
        .max_wait(Duration::from_secs(50))
);

/// Its first poll panics.
const UNLUCKY: &str = "order-1";

/// How many commands wait for the loop before the next line is read.
const COMMANDS: usize = 16;

pub(crate) fn poll(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let url = authority::start()?;
    let client = Client::new(&url);
    let names: Vec<_> = (1..=arguments.orders).map(|number| format!("order-{number}")).collect();
    client.place_orders(&names)?;
    let who = if arguments.alone { "a poller each" } else { "a fleet" };

    let (to_loop, mut inbox) = mpsc::channel(COMMANDS);
    let ctrl_c = to_loop.clone();
    ctrlc::set_handler(move || {
        // Once the loop has ended, nobody needs to be told.
        let _ = ctrl_c.blocking_send(Told::Stop);
    })?;
    writeln!(io::stdout(), "A certificate authority at {url} has taken orders: {}. They are polled by {who}.", names.len())?;
    let progress = Progress::start(io::stdout());
    let runtime = runtime::Builder::new_current_thread().enable_time().max_blocking_threads(SENDERS).build()?;
    let is_interrupted = if arguments.alone {
        runtime.block_on(async {
            tokio::select! {
                ended = alone::poll(&client, names, POLICY, &progress) => ended.map(|()| false),
                Some(_stop) = inbox.recv() => Ok(true),
            }
        })?
    } else {
        let placing = client.clone();
        keyboard::read(move |names| placing.place_orders(names), to_loop);
        let poll = move |polls: &[(String, DuePoll)]| {
            assert!(polls.iter().all(|(name, due)| name != UNLUCKY || due.number > 1), "a bug, on purpose");
            match polls {
                [(name, _)] => vec![client.poll(name)],
                _ => client.poll_all(&polls.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>()),
            }
        };
        runtime.block_on(together::poll(poll, names, POLICY, arguments.batch.into(), inbox, &progress))?
    };
    // Polls under way end with the program.
    runtime.shutdown_background();
    Ok(progress.end(is_interrupted)?)
}
