//! You need this if you wait as the waiters of AWS do, by acceptors, a fixed
//! delay and a number of polls: from a thread, until instances run, say.

use anyhow::Result;
use asyncpoll::{Driver, Instant, Outcome, Policy, PollError, Poller};
use std::{env, process::Command, thread, time, time::Duration};

fn main() -> Result<()> {
    let mut aws = Command::new("aws");
    aws.args(["ec2", "describe-instances", "--output", "text", "--query"]);
    aws.args(["Reservations[].Instances[].State.Name", "--instance-ids"]);
    aws.args(env::args().skip(1));
    let describe = || {
        let said = aws.output().map_err(|error| error.to_string())?;
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let error = (!said.status.success()).then(|| text(&said.stderr));
        error.map_or_else(|| Ok(text(&said.stdout)), Err)
    };
    wait_until_running(describe, time::Instant::now, thread::sleep)
}

/// `describe` returns the states, or a text with the code of an error.
pub(crate) fn wait_until_running<I: Instant>(
    mut describe: impl FnMut() -> Result<String, String>,
    mut now: impl FnMut() -> I,
    sleep: impl FnMut(Duration),
) -> Result<()> {
    let policy: Policy = "15s x1 +10% 40polls forever".parse()?;
    let seed = asyncpoll::random_seed();
    let mut poller = Poller::seeded(policy, seed, now());
    let look = |_| describe().map_or_else(refused, described);
    let ended = Driver::new(now, sleep).poll_blocking(&mut poller, look);
    Ok(ended.map_err(PollError::into_boxed)?)
}

/// The acceptors of a result: the first that fits decides.
fn described(states: String) -> Outcome<(), String> {
    let ending = ["shutting-down", "terminated", "stopping"];
    let mut all = states.split_whitespace().peekable();
    if all.peek().is_some() && all.clone().all(|state| state == "running") {
        Outcome::Done(())
    } else if all.any(|state| ending.contains(&state)) {
        Outcome::Failed(states)
    } else {
        Outcome::pending()
    }
}

/// The acceptors of an error.
fn refused(error: String) -> Outcome<(), String> {
    match error.split(['(', ')']).nth(1) {
        Some("InvalidInstanceID.NotFound") => Outcome::pending(),
        Some("RequestLimitExceeded") => Outcome::throttled(error),
        Some(_) => Outcome::Failed(error),
        None => Outcome::transient(error), // The call has not got there.
    }
}
