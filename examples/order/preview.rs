//! When an operation that stays pending would be polled.

use core::{iter, time::Duration};
use std::io::{self, Write};

use asyncpoll::{Decision, Jitter, Outcome, Policy, Poller};

use crate::report::seconds;

/// How much is shown of a policy that never gives up.
const GLIMPSE: usize = 20;

/// Prints the schedule of the policy or, with a seed, the times that a poller draws from it.
pub(crate) fn print(out: &mut impl Write, policy: Policy, seed: Option<u64>) -> io::Result<()> {
    let is_endless = policy.max_wait().is_none() && policy.max_polls().is_none();
    let shown = if is_endless { GLIMPSE } else { usize::MAX };
    match (seed, policy.jitter()) {
        (Some(seed), _) => one_column(out, times(policy, seed).take(shown))?,
        (None, Jitter::None | Jitter::PlusMinus(0)) => {
            one_column(out, policy.schedule().map(|poll| poll.nominal).take(shown))?;
        }
        (None, _) => three_columns(out, policy, shown)?,
    }
    if is_endless {
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

fn three_columns(out: &mut impl Write, policy: Policy, shown: usize) -> io::Result<()> {
    writeln!(out, "{:>4}  {:>12}  {:>12}  {:>12}", "poll", "earliest", "mean", "latest")?;
    for poll in policy.schedule().take(shown) {
        let [earliest, nominal, latest] = [poll.earliest, poll.nominal, poll.latest].map(seconds);
        writeln!(out, "{:>4}  {earliest:>12}  {nominal:>12}  {latest:>12}", poll.number)?;
    }
    Ok(())
}

/// Returns when a poller with this seed polls.
fn times(policy: Policy, seed: u64) -> impl Iterator<Item = Duration> {
    let mut poller = Poller::seeded(policy, seed, Duration::ZERO);
    iter::successors(Some(Duration::ZERO), move |now| match poller.step(Outcome::<()>::pending(), *now) {
        Decision::Sleep(wait) => now.checked_add(wait),
        Decision::Done(()) | Decision::Failed(_) | Decision::GaveUp(_) => None,
    })
}
