//! What a claim costs: pages and round trips.

use std::time::Duration;

use anyhow::{Result, ensure};
use asyncpoll::{Outcome, Poller};
use asyncpoll_durable::{
    database::Database,
    polling::{Claim, Worker},
    proxy::Proxy,
    settling::POLICY,
};

/// Of many orders that are not due, none is looked at: the claim asks the index.
#[test]
fn a_claim_asks_the_index() -> Result<()> {
    let database = Database::start()?;
    let mut client = database.connect()?;
    client.batch_execute(include_str!("../src/schema.sql"))?;
    client.batch_execute(
        "insert into orders (id, due, snapshot)
         select id, now() + id * interval '1 second' + interval '1 hour', int8send(id) from generate_series(1, 200000) as id",
    )?;
    client.batch_execute("vacuum analyze orders")?;
    for claim in [Claim::Lock, Claim::Lease] {
        let statement = claim.statement().replace("$1", "0");
        let plan = client.query(&format!("explain (analyze, buffers) {statement}"), &[])?;
        let lines: Vec<&str> = plan.iter().map(|row| row.get(0)).collect();
        let text = lines.join("\n");
        // What the planner itself reads is not the claim's.
        let lines = lines.iter().take_while(|line| **line != "Planning:");
        println!("{text}\n");
        ensure!(text.contains("Index Scan using orders_due"), "{text}");
        ensure!(!text.contains("Seq Scan"), "{text}");
        let buffers = lines.filter_map(|line| line.split_once("Buffers: shared hit=")).map(|(_, buffers)| buffers);
        let most = buffers.filter_map(|buffers| buffers.split(' ').next()?.parse::<u32>().ok()).max();
        ensure!(most.is_some_and(|buffers| buffers < 20), "{text}");
    }
    Ok(())
}

/// A worker waits for the database twice a poll with a lease, and five times with a lock.
#[test]
fn a_poll_takes_few_round_trips() -> Result<()> {
    const POLLS: u64 = 200;
    let database = Database::start()?;
    let mut client = database.connect()?;
    client.batch_execute(include_str!("../src/schema.sql"))?;
    for (claim, most) in [(Claim::Lease, 25), (Claim::Lock, 55)] {
        client.batch_execute("truncate orders")?;
        for id in 1..=i64::try_from(POLLS)? {
            let snapshot = Poller::seeded(POLICY, id.cast_unsigned(), Duration::ZERO).snapshot(Duration::ZERO);
            client.execute(
                "insert into orders (id, snapshot) values ($1, int8send($1) || $2::bytea)",
                &[&id, &&snapshot.as_bytes()[..]],
            )?;
        }
        let proxy = Proxy::start(database.address())?;
        let (host, port) = (proxy.address().ip(), proxy.address().port());
        let mut worker = Worker::new(claim, &format!("host={host} port={port} user=test dbname=postgres sslmode=disable"));
        for _ in 0..POLLS {
            ensure!(worker.poll_one(|_, _| Outcome::Done("issued".into()))?, "an order is not due");
        }
        let round_trips = proxy.round_trips();
        let tenths = round_trips * 10 / POLLS;
        println!("{claim:?}: {round_trips} round trips for {POLLS} polls, those to connect included");
        ensure!(tenths <= most, "{round_trips} round trips for {POLLS} polls");
        ensure!(tenths >= 20, "the proxy counts too few: {round_trips}");
    }
    Ok(())
}
