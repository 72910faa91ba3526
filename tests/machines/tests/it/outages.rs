//! A client finds its store again, whatever became of the connection.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use asyncpoll_machines::{
    slots::{postgres::PostgresSlots, redis::RedisSlots},
    states::{States as _, postgres::PostgresStates, redis::RedisStates},
};
use tokio::{runtime::Builder, time::Instant};

use crate::{
    model::{Answer, check_apart},
    support::{Ask, CLIENTS, Store, at_once, postgres},
};

const SPACING: Duration = Duration::from_millis(2);
const ASK: Ask = Ask { wanted: 3, spacing: SPACING, hold: Duration::ZERO };

#[test]
fn a_lost_connection_costs_an_ask() -> Result<()> {
    for store in Store::both()? {
        let (mut slots, mut states) = (store.slots()?, store.states()?);
        let before = slots.ask("ca", ASK)?;
        states.admit("ca", |_, _| b"before".to_vec())?;
        store.cut_off()?;
        ensure!(slots.ask("ca", ASK).is_err() && states.read("ca").is_err(), "the connection is not lost");
        let after = slots.ask("ca", ASK)?;
        ensure!(after.slots == 3, "{after:?}");
        check_apart(&[(ASK, before), (ASK, after)], SPACING)?;
        ensure!(states.read("ca")?.0 == b"before");
    }
    Ok(())
}

/// A server that is killed under eight clients, and starts again, is asked on. PostgreSQL has lost nothing.
#[test]
fn a_store_that_is_killed_is_found_again() -> Result<()> {
    const CALLS: usize = 200;
    for mut store in Store::both()? {
        let clients = (0..CLIENTS).map(|_| store.slots()).collect::<Result<Vec<_>>>()?;
        let answered = AtomicUsize::new(0);
        let (answers, errors) = thread::scope(|scope| {
            let answered = &answered;
            let clients: Vec<_> = clients
                .into_iter()
                .map(|mut client| {
                    scope.spawn(move || {
                        let mut answers: Vec<Answer> = Vec::new();
                        let mut errors = 0;
                        while answers.len() < CALLS {
                            match client.ask("ca", ASK) {
                                Ok(slots) => {
                                    answers.push((ASK, slots));
                                    answered.fetch_add(1, Ordering::SeqCst);
                                }
                                Err(error) => {
                                    errors += 1;
                                    ensure!(errors < 3_000, "the store is not found again: {error:#}");
                                    thread::sleep(Duration::from_millis(20));
                                }
                            }
                        }
                        Ok((answers, errors))
                    })
                })
                .collect();
            while answered.load(Ordering::SeqCst) < CLIENTS * CALLS / 4 {
                thread::sleep(Duration::from_millis(1));
            }
            store.crash()?;
            let mut all = (Vec::new(), 0);
            for client in clients {
                let (answers, errors) = client.join().ok().context("a client panicked")??;
                all.0.extend(answers);
                all.1 += errors;
            }
            anyhow::Ok(all)
        })?;
        println!("{}: {errors} asks failed", store.name());
        ensure!(errors > 0 && answers.len() == CLIENTS * CALLS, "{errors} errors, {} answers", answers.len());
        if let Store::Postgres(_) = store {
            check_apart(&answers, SPACING)?;
        }
    }
    Ok(())
}

/// A server that takes connections and says nothing is waited for for a second. The time is virtual.
#[test]
fn a_store_that_hangs_is_waited_for_for_a_second() -> Result<()> {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let (host, port) = (silent.local_addr()?.ip(), silent.local_addr()?.port());
    let settings = format!("host={host} port={port} user=test dbname=postgres");
    let url = format!("redis://{host}:{port}");
    let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
    runtime.block_on(async {
        let start = Instant::now();
        let mut errors = vec![
            PostgresSlots::new(&settings).ask("ca", 1, SPACING, Duration::ZERO).await.err(),
            RedisSlots::new(&url)?.ask("ca", 1, SPACING, Duration::ZERO).await.err(),
        ];
        let (mut postgres, mut redis) = (PostgresStates::new(&settings), RedisStates::new(&url)?);
        errors.push(postgres.read("ca").await.err());
        errors.push(postgres.replace("ca", b"", b"new").await.err());
        errors.push(redis.read("ca").await.err());
        errors.push(redis.replace("ca", b"", b"new").await.err());
        for error in &errors {
            let error = error.as_ref().map(ToString::to_string);
            ensure!(error.as_deref() == Some("the store has not answered within a second"), "{error:?}");
        }
        let waited = start.elapsed().as_millis();
        ensure!((6_000..6_100).contains(&waited), "waited for {waited} ms");
        Ok(())
    })
}

/// Eight clients go on from the state that they had.
#[test]
fn a_state_outlives_a_crash_of_postgresql() -> Result<()> {
    const UPDATES: usize = 10;
    let mut store = Store::Postgres(postgres()?);
    for crashes in 1..=2_u8 {
        at_once(|_| {
            let mut client = store.states()?;
            for _ in 0..UPDATES {
                client.admit("ca", |old, _| [old, &[crashes]].concat())?;
            }
            Ok(())
        })?;
        store.crash()?;
    }
    let (state, _) = store.states()?.read("ca")?;
    ensure!(state == [[1; UPDATES * CLIENTS], [2; UPDATES * CLIENTS]].concat(), "{state:?}");
    Ok(())
}
