//! Polls an order until it is issued, in a quarter of a minute or so. Kill it, run it again, and it goes on where it was:
//! `cargo run --package durable`.

mod authority;
mod store;

use std::{
    env,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    thread,
    time::{Duration, Instant, SystemTime},
};

use asyncpoll::{Decision, Elapsed, Outcome, Policy, Poller, const_policy, random_seed};

use crate::{
    authority::Answer,
    store::{Order, Store},
};

const POLICY: Policy = const_policy!(
    Policy::builder().initial_wait(Duration::from_millis(500)).multiplier(3, 2).max_backoff(Duration::from_secs(2))
);

fn main() -> anyhow::Result<ExitCode> {
    let file = env::args_os().nth(1).map_or_else(|| env::temp_dir().join("asyncpoll-durable.sqlite"), PathBuf::from);
    let mut out = io::stdout();
    let mut store = Store::open(&file)?;
    let order = match store.order()? {
        Some(order) => order,
        None => place(&mut store)?,
    };
    if let Some(end) = &order.end {
        writeln!(out, "The order has ended: {end}. Remove {} to place another.", file.display())?;
        return Ok(ExitCode::SUCCESS);
    }

    // The start never changes, so a clock that is set back and forth loses no time in the end.
    let elapsed = order.elapsed(SystemTime::now());
    let mut poller = Poller::restore(&order.snapshot, POLICY, Instant::now(), Elapsed(elapsed))?;
    match poller.polls() {
        0 => writeln!(out, "An order is placed, and kept in {}.", file.display())?,
        polls => writeln!(out, "An order placed {elapsed:.1?} ago and polled {polls} times goes on.")?,
    }
    loop {
        // Whatever is left of a wait that was begun before this program was.
        thread::sleep(poller.until_next_poll(Instant::now()).unwrap_or_default());
        let answer = authority::ask(order.elapsed(SystemTime::now()));
        let now = Instant::now();
        let decision = poller.step(answer.outcome(), now);
        let end = match &decision {
            Decision::Sleep(_) => None,
            Decision::Done(certificate) => Some(format!("{certificate} is issued")),
            Decision::Failed(error) => Some(format!("it failed: {error}")),
            Decision::GaveUp(gave_up) => Some(gave_up.to_string()),
        };
        // What was found and what follows from it are kept together or not at all: if we are killed before, the poll is made
        // again.
        store.keep(&poller.snapshot(now), answer, poller.elapsed(now), end.as_deref())?;
        write!(out, "poll {} after {:.1?}: {answer}; ", poller.polls(), poller.elapsed(now))?;
        if let Decision::Sleep(wait) = decision {
            writeln!(out, "sleep {wait:.1?}")?;
        } else {
            writeln!(out, "{}", end.unwrap_or_default())?;
            return Ok(if matches!(decision, Decision::Done(_)) { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
    }
}

/// Places an order, of which nothing is known yet.
fn place(store: &mut Store) -> rusqlite::Result<Order> {
    let (seed, now) = (random_seed(), Instant::now());
    let snapshot = Poller::seeded(POLICY, seed, now).snapshot(now);
    store.place(seed, SystemTime::now(), &snapshot)
}

impl Answer {
    fn outcome(self) -> Outcome<&'static str, &'static str> {
        match self {
            Self::Busy => Outcome::transient("503 Service Unavailable"),
            Self::Pending => Outcome::pending(),
            Self::Issued => Outcome::Done("certificate-17"),
        }
    }
}
