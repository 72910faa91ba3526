//! When an operation that stays pending would be polled, printed.

use core::time::Duration;
use std::io::{self, Write};

use asyncpoll::{Jitter, Policy, ScheduledPoll};
use simulation::preview::{is_endless, times, windows};

use crate::report::seconds;

/// Prints the schedule of the policy or, with a seed, the times that a poller draws from it.
pub(crate) fn print(out: &mut impl Write, policy: Policy, seed: Option<u64>) -> io::Result<()> {
    match (seed, policy.jitter()) {
        (Some(seed), _) => one_column(out, times(policy, seed))?,
        (None, Jitter::None | Jitter::PlusMinus(0)) => one_column(out, windows(policy).map(|poll| poll.nominal))?,
        (None, _) => three_columns(out, windows(policy))?,
    }
    if is_endless(&policy) {
        return writeln!(out, "and so on: this policy has neither max_wait nor max_polls.");
    }
    match policy.polls() {
        Some(polls) if seed.is_none() && polls.start() < polls.end() => {
            writeln!(out, "{} to {} polls if the server gives no hints.", polls.start(), polls.end())
        }
        _ => Ok(()),
    }
}

fn one_column(out: &mut impl Write, times: impl Iterator<Item = Duration>) -> io::Result<()> {
    writeln!(out, "{:>4}  {:>12}", "poll", "time")?;
    for (number, time) in (1_u32..).zip(times) {
        writeln!(out, "{number:>4}  {:>12}", seconds(time))?;
    }
    Ok(())
}

fn three_columns(out: &mut impl Write, polls: impl Iterator<Item = ScheduledPoll>) -> io::Result<()> {
    writeln!(out, "{:>4}  {:>12}  {:>12}  {:>12}", "poll", "earliest", "mean", "latest")?;
    for poll in polls {
        let [earliest, nominal, latest] = [poll.earliest, poll.nominal, poll.latest].map(seconds);
        writeln!(out, "{:>4}  {earliest:>12}  {nominal:>12}  {latest:>12}", poll.number)?;
    }
    Ok(())
}
