//! The worker that has a lease on the order while it polls.

use std::time::Duration;

use asyncpoll::{Outcome, Poller, Snapshot};
use postgres::Client;

use crate::settling::{POLICY, due, elapsed, ended};

/// Claims an order for as long as a poll may take at most. If nothing is kept
/// by then, it is due again.
pub const CLAIM: &str = "
    update orders set claim = claim + 1,
        due = now() + $1::bigint * interval '1 microsecond'
    where id = (
        select id from orders
        where due <= now() order by due limit 1 for update skip locked)
    returning id, claim, snapshot, last_error";

const KEEP: &str = "
    update orders set snapshot = $3, last_error = $4, ended = $5,
        due = started_at + $6::bigint * interval '1 microsecond'
    where id = $1 and claim = $2";

/// Polls an order that is due, and says whether there was one.
pub fn poll_one(
    client: &mut Client,
    lease: Duration,
    ask: impl FnOnce(i64, u32) -> Outcome<String, String>,
) -> anyhow::Result<bool> {
    let lease = i64::try_from(lease.as_micros())?;
    let Some(order) = client.query_opt(CLAIM, &[&lease])? else {
        return Ok(false);
    };
    let (id, claim): (i64, i64) = (order.get(0), order.get(1));
    let snapshot = Snapshot::from_bytes(order.get(2))?;
    let mut last_error: Option<String> = order.get(3);

    // If we die from here on, the lease runs out, and another worker polls.
    let outcome = ask(id, snapshot.polls());

    let now: Duration = elapsed(client, id)?;
    let mut poller = Poller::restore(&snapshot, POLICY, now, now)?;
    let decision = poller.step_keeping(outcome, now, &mut last_error);
    let snapshot = poller.snapshot(now);
    let bytes = &snapshot.as_bytes()[..];
    let (ended, due) = (ended(decision), due(&snapshot));
    // If the lease has run out and another worker has claimed the order,
    // nothing is kept.
    client.execute(KEEP, &[&id, &claim, &bytes, &last_error, &ended, &due])?;
    Ok(true)
}
