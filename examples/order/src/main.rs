//! Polls an order at a small certificate authority on this machine, or any HTTP address, until it is done.

mod answer;
mod arguments;
mod authority;
mod client;
mod events;
mod log;
mod polling;
mod preview;
mod report;
mod table;

use core::{error::Error, time::Duration};
use std::{
    io::{self, ErrorKind, Write},
    process::ExitCode,
    time::Instant,
};

use asyncpoll::{Policy, Poller, Reason, const_policy, random_seed};

use crate::{arguments::Arguments, client::Client, events::Events, log::LastPolls, polling::End};

/// Quick enough to watch. With `--url`, the crate's own defaults are used instead.
const DEMONSTRATION: Policy = const_policy!(
    Policy::builder().initial_wait(Duration::from_millis(300)).multiplier(2, 1).max_wait(Duration::from_secs(20))
);

const NAME: &str = "www.example.test";

// The exit status, if it is not success: the third as BSD's `sysexits.h` has it, the last two as a shell does.
const FAILED: u8 = 1;
const GAVE_UP: u8 = 2;
const BAD_USAGE: u8 = 64;
const CANCELLED: u8 = 130;
const NOBODY_READS: u8 = 141;

fn main() -> ExitCode {
    let (arguments, policy) = match arguments::read(DEMONSTRATION) {
        Ok(read) => read,
        Err(error) => {
            // If standard output or error is closed, nobody is left to tell.
            let _ = error.print();
            return if error.use_stderr() { BAD_USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    let status = if arguments.preview { preview(arguments.seed, policy) } else { poll(arguments, policy) };
    status.unwrap_or_else(|error| {
        // The reader, `head` say, has seen enough.
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::BrokenPipe) {
            return NOBODY_READS.into();
        }
        let _ = writeln!(io::stderr(), "failed: {error}");
        FAILED.into()
    })
}

fn preview(seed: Option<u64>, policy: Policy) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    preview::print(&mut io::stdout(), policy, seed)?;
    Ok(ExitCode::SUCCESS)
}

fn poll(arguments: Arguments, policy: Policy) -> Result<ExitCode, Box<dyn Error + Send + Sync>> {
    let mut out = io::stdout();
    let events = Events::new()?;
    let client = Client::new(arguments.timeout);
    let url = if let Some(url) = arguments.url {
        url
    } else {
        let orders = authority::start()?;
        let order = client.place_order(&orders, NAME)?;
        writeln!(out, "A certificate authority at {orders} has taken an order for {NAME}.")?;
        order
    };
    let seed = arguments.seed.unwrap_or_else(random_seed);
    writeln!(out, "Polling {url} with --seed {seed}, which draws the same waits again.\n")?;
    let mut poller = Poller::seeded(policy, seed, Instant::now());
    let mut last_polls = LastPolls::default();
    let end = polling::poll_until_end(&mut poller, &client, &url, &events, &mut last_polls, &mut out)?;
    if let Some(file) = &arguments.log {
        let is_over = !matches!(end, End::GaveUp(_));
        last_polls.append(file, is_over).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    }
    report::end(&end, &poller, &mut out, &mut io::stderr())?;
    Ok(match end {
        End::Done(_) => ExitCode::SUCCESS,
        End::Failed(_) => FAILED.into(),
        End::GaveUp(gave_up) if gave_up.reason == Reason::Cancelled => CANCELLED.into(),
        End::GaveUp(_) => GAVE_UP.into(),
    })
}
