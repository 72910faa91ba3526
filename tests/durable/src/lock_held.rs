//! The worker that holds a lock on the order while it polls.

use std::time::Duration;

use asyncpoll::{Outcome, Poller, Snapshot};
use postgres::Client;

use crate::settling::{POLICY, due, elapsed, ended};

/// Claims an order, by the index: `now()` is a constant there, and
/// `clock_timestamp()` is not.
pub const CLAIM: &str = "
    select id, snapshot, last_error from orders
    where due <= now() order by due limit 1 for update skip locked";

const KEEP: &str = "
    update orders set snapshot = $2, last_error = $3, ended = $4,
        due = started_at + $5::bigint * interval '1 microsecond'
    where id = $1";

const PUT_OFF: &str = "
    update orders set last_error = $2, due = now() + interval '1 hour'
    where id = $1";

/// Polls an order that is due, and says whether there was one.
pub fn poll_one(client: &mut Client, ask: impl FnOnce(i64, u32) -> Outcome<String, String>) -> anyhow::Result<bool> {
    let mut transaction = client.transaction()?;
    let Some(order) = transaction.query_opt(CLAIM, &[])? else {
        return Ok(false);
    };
    let id: i64 = order.get(0);
    let snapshot = match Snapshot::from_bytes(order.get(1)) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            // Left as it is, it would soon be the first to be claimed.
            transaction.execute(PUT_OFF, &[&id, &error.to_string()])?;
            transaction.commit()?;
            return Ok(true);
        }
    };
    let mut last_error: Option<String> = order.get(2);

    // If we die from here on, the lock is gone, and another worker polls.
    let outcome = ask(id, snapshot.polls());

    let now: Duration = elapsed(&mut transaction, id)?;
    let mut poller = Poller::restore(&snapshot, POLICY, now, now)?;
    let decision = poller.step_keeping(outcome, now, &mut last_error);
    let snapshot = poller.snapshot(now);
    let bytes = &snapshot.as_bytes()[..];
    let (ended, due) = (ended(decision), due(&snapshot));
    transaction.execute(KEEP, &[&id, &bytes, &last_error, &ended, &due])?;
    transaction.commit()?;
    Ok(true)
}
