//! What a client has put in the place of a state is what the next client finds.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use crate::support::{CLIENTS, Store, at_once};

/// Eight clients count together, and lose no number.
#[test]
fn no_update_is_lost() -> Result<()> {
    const UPDATES: u64 = 150;
    for store in Store::both()? {
        let start = Instant::now();
        let counts = at_once(|_| {
            let mut client = store.states()?;
            let mut counts = Vec::new();
            let mut steps = 0;
            let mut latest = Duration::ZERO;
            for _ in 0..UPDATES {
                let mut count = None;
                client.admit("ca", |old, now| {
                    steps += 1;
                    // The clock goes on while the same server keeps it.
                    count = (now >= latest).then(|| old.try_into().map_or(0, u64::from_be_bytes) + 1);
                    latest = now;
                    count.unwrap_or_default().to_be_bytes().to_vec()
                })?;
                counts.push(count.context("the clock has been set back")?);
            }
            Ok((counts, steps))
        })?;
        let took = start.elapsed();
        let total = UPDATES * u64::try_from(CLIENTS)?;
        let steps: u64 = counts.iter().map(|(_, steps)| steps).sum();
        let rate = u128::from(total) * 1_000 / took.as_millis().max(1);
        println!("{}: {rate} updates a second, of {steps} steps for {total} updates", store.name());
        let counts: BTreeSet<u64> = counts.into_iter().flat_map(|(counts, _)| counts).collect();
        ensure!(counts == (1..=total).collect(), "{} of {total} numbers", counts.len());
        let (state, _) = store.states()?.read("ca")?;
        ensure!(state == total.to_be_bytes(), "the state is {state:?}");
    }
    Ok(())
}

/// A state is any bytes, and stands only in the place of what was there.
#[test]
fn a_state_is_replaced_if_it_is_the_old_one() -> Result<()> {
    for store in Store::both()? {
        let (mut one, mut other) = (store.states()?, store.states()?);
        let every: Vec<u8> = (0..=255).collect();
        ensure!(one.read("ca")?.0.is_empty() && other.read("ca")?.0.is_empty());
        ensure!(one.replace("ca", b"", &every)?);
        ensure!(!other.replace("ca", b"", b"late")?);
        ensure!(!other.replace("ca", &every[..255], b"late")?);
        let (state, at) = other.read("ca")?;
        ensure!(state == every);
        ensure!(other.replace("ca", &state, b"")? && one.read("ca")?.0.is_empty());
        // Another upstream has a state of its own, and a step sees the same clock.
        one.admit("another", |old, now| if old.is_empty() && now >= at { b"new".to_vec() } else { b"wrong".to_vec() })?;
        ensure!(other.read("another")?.0 == b"new" && other.read("ca")?.0.is_empty());
        ensure!(other.read("another")?.1 < at + Duration::from_secs(600), "the clock of {}", store.name());
    }
    Ok(())
}

/// Of clients that ask for ever and are never the fastest, each is told so.
#[test]
fn a_state_that_others_replace_all_the_time_is_given_up() -> Result<()> {
    let [_, store] = Store::both()?;
    let (mut client, mut others) = (store.states()?, store.states()?);
    let mut count = 0_u64;
    let error = client.admit("ca", |old, _| {
        count += 1;
        // It cannot fail, or the state stays as it was.
        let _ = std::thread::scope(|scope| scope.spawn(|| others.replace("ca", old, &count.to_be_bytes())).join());
        b"late".to_vec()
    });
    let error = error.err().map(|error| error.to_string());
    let says = "others were faster to replace the state of ca 1000 times in a row";
    ensure!(error.as_deref() == Some(says) && count == 1_000, "{error:?} after {count} steps");
    Ok(())
}
