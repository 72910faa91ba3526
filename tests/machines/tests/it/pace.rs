//! What a fleet asks is answered out of a store, whatever the store has.

use std::time::Duration;

use anyhow::{Result, ensure};
use asyncpoll::fleet::{Ask, SharedPace};
use asyncpoll_machines::{
    pace::{KnownPace, Pace},
    slots::{postgres::PostgresSlots, redis::RedisSlots},
};

use crate::support::{Store, runtime};

const HOUR: Duration = Duration::from_secs(3_600);

/// What a later release has written: its version, and a checksum.
const OF_VERSION_2: [u8; 5] = [2, 161, 142, 12, 60];

/// Asks for slots, or tells of a hold.
fn ask(wanted: u32, hold: Duration) -> Ask {
    let mut ask = Ask::default();
    (ask.due, ask.wanted, ask.hold) = (wanted, wanted, hold);
    ask
}

/// Two clients get slots of one pace, and hear of one hold.
#[test]
fn a_found_pace_is_shared() -> Result<()> {
    for store in Store::both()? {
        let (mut one, mut other) = (store.found_pace("ca")?, store.found_pace("ca")?);
        let first = one.grant(&ask(2, Duration::ZERO))?;
        let second = other.grant(&ask(2, Duration::ZERO))?;
        let spacing = Duration::from_micros(62_500);
        ensure!((first.slots, first.first, first.spacing) == (2, Duration::ZERO, spacing), "{first:?}");
        // It may be much later by now.
        ensure!((second.slots, second.spacing) == (2, spacing), "{second:?}");
        let told = other.grant(&ask(0, HOUR))?;
        ensure!(told.held == HOUR, "{told:?}");
        let held = one.grant(&ask(1, Duration::ZERO))?;
        ensure!(held.slots == 0 && held.held > HOUR / 2, "{held:?}");
        let state = store.states()?.read("ca")?.0;
        ensure!(SharedPace::from_bytes(&state)?.slots() == 4, "{state:?}");
    }
    Ok(())
}

/// It is the newer release that knows what it means.
#[test]
fn a_state_of_a_newer_version_is_left_alone() -> Result<()> {
    for store in Store::both()? {
        let (mut states, mut pace) = (store.states()?, store.found_pace("ca")?);
        ensure!(states.read("ca")?.0.is_empty() && states.replace("ca", b"", &OF_VERSION_2)?);
        let error = pace.grant(&ask(1, Duration::ZERO)).map_err(|error| error.to_string());
        ensure!(error == Err("shared pace is of version 2; this release reads version 1".into()), "{error:?}");
        ensure!(states.read("ca")?.0 == OF_VERSION_2);
    }
    Ok(())
}

#[test]
fn a_damaged_state_begins_anew() -> Result<()> {
    for store in Store::both()? {
        let (mut one, mut other) = (store.found_pace("ca")?, store.found_pace("ca")?);
        let told = one.grant(&ask(2, HOUR))?;
        ensure!(told.held == HOUR, "{told:?}");
        let mut states = store.states()?;
        let kept = states.read("ca")?.0;
        let mut damaged = kept.clone();
        damaged[40] ^= 1;
        ensure!(states.replace("ca", &kept, &damaged)?);
        let grant = other.grant(&ask(1, Duration::ZERO))?;
        ensure!((grant.slots, grant.held) == (1, Duration::ZERO), "{grant:?}");
        ensure!(SharedPace::from_bytes(&states.read("ca")?.0)?.slots() == 1);
    }
    Ok(())
}

/// A store that has lost everything, or has an older state after a failover, gets the latest back, with the hold that was told
/// before: even if a process that has never seen it asks first.
#[test]
fn a_state_that_is_lost_is_brought_back() -> Result<()> {
    for store in Store::both()? {
        let (mut one, mut states) = (store.found_pace("ca")?, store.states()?);
        let first = one.grant(&ask(3, Duration::ZERO))?;
        let old = states.read("ca")?.0;
        let second = one.grant(&ask(3, Duration::ZERO))?;
        let told = one.grant(&ask(0, HOUR))?;
        ensure!((first.slots, second.slots, told.held) == (3, 3, HOUR), "{first:?}, {second:?}, {told:?}");
        for lost in [&old[..], b""] {
            let kept = states.read("ca")?.0;
            ensure!(states.replace("ca", &kept, lost)?);
            let mut other = store.found_pace("ca")?;
            let new = other.grant(&ask(1, Duration::ZERO))?;
            ensure!(new.held == Duration::ZERO, "{new:?}");
            let held = one.grant(&ask(1, Duration::ZERO))?;
            ensure!(held.slots == 0 && held.held > HOUR / 2, "{held:?}");
            let heard = other.grant(&ask(1, Duration::ZERO))?;
            ensure!(heard.slots == 0 && heard.held > HOUR / 2, "{heard:?}");
        }
    }
    Ok(())
}

/// The slots of a known pace are granted as the store has them.
#[test]
fn a_known_pace_grants_slots() -> Result<()> {
    async fn check(mut pace: impl Pace) -> Result<()> {
        // The stores count in whole microseconds.
        let spacing = Duration::from_micros(28_001);
        let grant = pace.grant(&ask(50, Duration::ZERO)).await?;
        ensure!((grant.slots, grant.first, grant.spacing) == (17, Duration::ZERO, spacing), "{grant:?}");
        ensure!(grant.held == Duration::ZERO, "{grant:?}");
        let held = pace.grant(&ask(1, HOUR)).await?;
        ensure!(held.slots == 0 && held.held == HOUR, "{held:?}");
        Ok(())
    }
    let spacing = Duration::from_nanos(28_000_001);
    let [postgres, redis] = Store::both()?;
    let runtime = runtime()?;
    if let Store::Postgres(database) = &postgres {
        runtime.block_on(check(KnownPace::new(PostgresSlots::new(&database.settings()), "ca", spacing)))?;
    }
    if let Store::Redis(server) = &redis {
        runtime.block_on(check(KnownPace::new(RedisSlots::new(&server.url())?, "ca", spacing)))?;
    }
    Ok(())
}
