//! A worker as a process: it polls what is due, one order after the other, until it is killed.

use std::{process, thread, time::Duration};

use anyhow::{Result, bail};

use crate::{
    authority,
    polling::{Claim, Worker},
};

/// How long a poll may take before the order is somebody else's.
pub const LEASE: Duration = Duration::from_secs(4);

/// How long there is nothing to do before a worker looks again.
const IDLE: Duration = Duration::from_millis(10);

/// After an error.
const PAUSE: Duration = Duration::from_millis(100);

/// Returns the claim that has a name: `Lock` or `Lease`.
pub fn named(name: &str) -> Result<Claim> {
    match name {
        "Lock" => Ok(Claim::Lock),
        "Lease" => Ok(Claim::Lease),
        _ => bail!("{name} is no claim; it must be Lock or Lease"),
    }
}

/// Works for ever. `database` is where to connect to, and `url` whom to ask.
pub fn work(claim: Claim, database: &str, url: &str) -> Result<()> {
    let id = process::id();
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60)));
    let agent: ureq::Agent = config.build().into();
    // An order whose worker hangs is not locked for ever.
    let idle = format!("-cidle_in_transaction_session_timeout={}", LEASE.as_millis());
    let settings = format!("{database} application_name={id} options='{idle}'");
    let mut worker = Worker::new(claim, &settings);
    loop {
        match worker.poll_one(|order, polls| authority::ask(&agent, url, (order, polls), id)) {
            Ok(true) => {}
            Ok(false) => thread::sleep(IDLE),
            Err(error) => {
                eprintln!("worker {id}: {error:#}");
                thread::sleep(PAUSE);
            }
        }
    }
}
