//! Clients that wait for the lock of a row: the clock is read after that, and none waits for long or fails because of another.

use std::{thread, time::Duration};

use anyhow::{Result, bail, ensure};
use asyncpoll_durable::database::Database;

use crate::support::{Ask, Store, at_once, postgres};

const ASK: Ask = Ask { wanted: 10, spacing: Duration::from_millis(1), hold: Duration::ZERO };
const CLOCK: &str = "select (1000000 * extract(epoch from clock_timestamp()))::bigint";

/// Looks again and again whether a client waits for a lock, until that is as it should be.
fn until_somebody_waits(database: &Database, should: bool) -> Result<()> {
    let text = "select exists (select from pg_stat_activity where wait_event_type = 'Lock')";
    let mut client = database.connect()?;
    for _ in 0..2_000 {
        if client.query_one(text, &[])?.get::<_, bool>(0) == should {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    bail!("a client {} for a lock", if should { "does not wait" } else { "waits on" })
}

#[test]
fn the_clock_is_read_after_the_lock_is_had() -> Result<()> {
    let store = Store::Postgres(postgres()?);
    let Store::Postgres(database) = &store else { bail!("it is PostgreSQL") };
    // Whoever holds the lock changes nothing, has its change undone, or has it kept.
    for holder in [
        "select from upstream_slots for update",
        "update upstream_slots set next = 0; rollback; begin; select from upstream_slots for update",
        "update upstream_slots set next = next",
    ] {
        store.slots()?.ask("ca", ASK)?;
        let mut client = database.connect()?;
        client.batch_execute(&format!("begin; {holder}"))?;
        let (slots, freed) = thread::scope(|scope| {
            let asking = scope.spawn(|| store.slots()?.ask("ca", ASK));
            until_somebody_waits(database, true)?;
            let freed: i64 = client.query_one(CLOCK, &[])?.get(0);
            client.batch_execute("commit")?;
            let slots = asking.join().map_err(|_| anyhow::anyhow!("the client panicked"))??;
            anyhow::Ok((slots, Duration::from_micros(freed.try_into()?)))
        })?;
        ensure!(slots.slots == 10 && slots.at > freed, "{holder}: the lock was free at {freed:?}, and {slots:?}");
    }
    Ok(())
}

/// If somebody keeps the lock, an ask fails within its second, and the database waits for it no longer than that.
#[test]
fn a_lock_that_is_kept_is_not_waited_for() -> Result<()> {
    let store = Store::Postgres(postgres()?);
    let Store::Postgres(database) = &store else { bail!("it is PostgreSQL") };
    let mut client = store.slots()?;
    let before = client.ask("ca", ASK)?;
    let mut holder = database.connect()?;
    holder.batch_execute("begin; select from upstream_slots for update")?;
    ensure!(client.ask("ca", ASK).is_err(), "the lock has kept nobody");
    until_somebody_waits(database, false)?;
    holder.batch_execute("commit")?;
    // The ask that was given up has taken no slots.
    let after = client.ask("ca", ASK)?;
    ensure!(after.first.is_zero() && after.at > before.at, "{before:?}, then {after:?}");
    Ok(())
}

/// Clients fail because of each other in no isolation that the database prefers.
#[test]
fn the_isolation_is_named() -> Result<()> {
    let store = Store::Postgres(postgres()?);
    let Store::Postgres(database) = &store else { bail!("it is PostgreSQL") };
    database.connect()?.batch_execute("alter role test set default_transaction_isolation = 'serializable'")?;
    at_once(|_| {
        let (mut slots, mut states) = (store.slots()?, store.states()?);
        for _ in 0..50 {
            slots.ask("ca", ASK)?;
            states.admit("ca", |old, _| [old, b"x"].concat())?;
        }
        Ok(())
    })?;
    Ok(())
}
