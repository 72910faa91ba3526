//! A worker: it polls what is due, one order after the other, until it is killed.

use std::{
    process, thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use asyncpoll::{Outcome, Policy, Poller, const_policy, poll_blocking, random_seed};
use postgres::{Client, NoTls};

use crate::{authority, lease, lock_held};

/// How long a poll may take before the order is somebody else's.
pub const LEASE: Duration = Duration::from_secs(4);

/// How long there is nothing to do before a worker looks again.
const IDLE: Duration = Duration::from_millis(10);

/// While the database is away.
const PATIENCE: Policy =
    const_policy!(Policy::builder().initial_wait(Duration::from_millis(50)).max_backoff(Duration::from_secs(1)).no_max_wait());

/// How an order is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// By a lock that is held during the poll.
    LockHeld,
    /// For a time.
    Lease,
}

impl Claim {
    /// Returns its name, as a worker is told it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LockHeld => "lock-held",
            Self::Lease => "lease",
        }
    }

    /// Returns the claim that has a name.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "lock-held" => Ok(Self::LockHeld),
            "lease" => Ok(Self::Lease),
            _ => bail!("{name} is no claim; it must be lock-held or lease"),
        }
    }
}

/// Works for ever. `database` is where to connect to, and `url` whom to ask.
pub fn work(claim: Claim, database: &str, url: &str) -> Result<()> {
    let worker = process::id();
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60)));
    let agent: ureq::Agent = config.build().into();
    loop {
        let mut client = connect(database, worker)?;
        // An order whose worker hangs is not locked for ever.
        client.batch_execute(&format!("set idle_in_transaction_session_timeout = {}", LEASE.as_millis()))?;
        let ended = loop {
            let ask = |order, polls| authority::ask(&agent, url, (order, polls), worker);
            let polled = match claim {
                Claim::LockHeld => lock_held::poll_one(&mut client, ask),
                Claim::Lease => lease::poll_one(&mut client, LEASE, ask),
            };
            match polled {
                Ok(true) => {}
                Ok(false) => thread::sleep(IDLE),
                Err(error) => break error,
            }
        };
        eprintln!("worker {worker} connects anew: {ended:#}");
    }
}

fn connect(database: &str, worker: u32) -> Result<Client> {
    let database = format!("{database} application_name={worker}");
    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let connected = poll_blocking(&mut poller, |_| match Client::connect(&database, NoTls) {
        Ok(client) => Outcome::Done(client),
        Err(error) => Outcome::transient(error),
    });
    Ok(connected?)
}
