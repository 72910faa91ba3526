//! What both workers share: the policy, the time by the database, and what is kept.

use std::time::Duration;

use asyncpoll::{Decision, Policy, Snapshot, const_policy};
use postgres::GenericClient;

/// The policy of every order.
pub const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_millis(300))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(2))
        .max_wait(Duration::from_secs(15))
);

/// Returns the time since the start of an order, by the one clock that all
/// workers have in common.
pub fn elapsed(client: &mut impl GenericClient, id: i64) -> anyhow::Result<Duration> {
    let row = client.query_one(
        "select (1000000 * extract(epoch from
            clock_timestamp() - started_at))::bigint
         from orders where id = $1",
        &[&id],
    )?;
    let micros: i64 = row.get(0);
    Ok(Duration::from_micros(micros.try_into().unwrap_or(0)))
}

/// Returns when the next poll is due, in microseconds since the start,
/// rounded up so that it is never early.
pub fn due(snapshot: &Snapshot) -> Option<i64> {
    let micros = snapshot.due()?.as_nanos().div_ceil(1_000);
    Some(micros.try_into().unwrap_or(i64::MAX))
}

/// Returns how an order has ended, if it has.
pub fn ended(decision: Decision<String, String>) -> Option<String> {
    match decision {
        Decision::Sleep(_) => None,
        Decision::Done(certificate) => Some(format!("done: {certificate}")),
        Decision::Failed(error) => Some(format!("failed: {error}")),
        Decision::GaveUp(gave_up) => Some(gave_up.to_string()),
    }
}
