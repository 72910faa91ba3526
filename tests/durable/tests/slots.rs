//! Four workers at an authority that bears less than they ask for: with one pace for all, and without.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};
use asyncpoll::{Outcome, Poller, random_seed};
use asyncpoll_durable::{
    ask_sql::TABLE_SQL,
    database::Database,
    limited::{Answer, Limit, LimitedAuthority, agent, ask},
    polling::{Claim, Worker},
    settling::POLICY,
    slots::Pace,
};

const WORKERS: usize = 4;
const ORDERS: i64 = 60;

/// Four workers at once, one poll each at a time, make three times as many.
const LIMIT: Limit = Limit { spacing: Duration::from_millis(100), burst: 5, pending_for: Duration::from_secs(5) };

/// A tenth below the limit.
const SPACING: Duration = Duration::from_millis(112);

/// After this, nothing is to be expected any more.
const HANGS: Duration = Duration::from_secs(120);

#[test]
fn workers_with_one_pace_are_not_refused() -> Result<()> {
    let (polls, refused) = polls_and_refused(|worker, pace, agent, url| {
        pace.wait()?;
        worker.poll_one(|order, _| pace.poll(|| ask(agent, url, order)))
    })?;
    println!("one pace: {refused} of {polls} polls refused");
    ensure!(refused * 100 <= polls, "{refused} of {polls} polls were refused");

    let (polls, refused) = polls_and_refused(|worker, _, agent, url| worker.poll_one(|order, _| ask(agent, url, order)))?;
    println!("no pace: {refused} of {polls} polls refused");
    ensure!(refused * 10 >= polls, "only {refused} of {polls} polls were refused without a pace, so this shows nothing");
    Ok(())
}

/// No worker has a slot before the time is over for which another was refused.
#[test]
fn a_refusal_holds_all_workers() -> Result<()> {
    const HINT: Duration = Duration::from_secs(2);
    let database = Database::start()?;
    database.connect()?.batch_execute(TABLE_SQL)?;
    let mut one = Pace::new(&database.settings(), "authority", SPACING);
    let mut other = Pace::new(&database.settings(), "authority", SPACING);
    one.wait()?;
    other.wait()?;
    let refused = Instant::now();
    let _ = one.poll(|| Outcome::<(), _>::throttled("429").retry_after(HINT));
    let _ = other.poll(Outcome::<(), &str>::pending);
    other.wait()?;
    let waited = refused.elapsed();
    ensure!(waited >= HINT, "a slot came {waited:?} after the refusal");
    Ok(())
}

/// A slot in which nothing was due is used for what is due next.
#[test]
fn a_slot_is_used_once() -> Result<()> {
    let database = Database::start()?;
    let mut client = database.connect()?;
    client.batch_execute(TABLE_SQL)?;
    let mut next = || anyhow::Ok(client.query_one("select next from upstream_slots", &[])?.get::<_, i64>(0));
    let mut pace = Pace::new(&database.settings(), "authority", SPACING);
    let taken = Instant::now();
    pace.wait()?;
    let first = next()?;
    pace.wait()?;
    // After a second it is lost, as on a machine that stalls.
    ensure!(next()? == first || taken.elapsed() >= Duration::from_secs(1), "a slot was taken, and one was there");
    let _ = pace.poll(Outcome::<(), &str>::pending);
    pace.wait()?;
    ensure!(next()? > first, "a slot was used twice");
    Ok(())
}

/// Has four workers poll all orders to their end, and returns how many polls there were, and how many of them were refused.
fn polls_and_refused(
    poll: impl Fn(&mut Worker, &mut Pace, &ureq::Agent, &str) -> Result<bool> + Sync,
) -> Result<(usize, usize)> {
    let database = Database::start()?;
    let mut client = database.connect()?;
    client.batch_execute(include_str!("../src/schema.sql"))?;
    client.batch_execute(TABLE_SQL)?;
    for order in 1..=ORDERS {
        let snapshot = Poller::seeded(POLICY, random_seed(), Duration::ZERO).snapshot(Duration::ZERO);
        client.execute(
            "insert into orders (id, snapshot) values ($1, int8send($1) || $2::bytea)",
            &[&order, &&snapshot.as_bytes()[..]],
        )?;
    }
    let authority = LimitedAuthority::start(LIMIT)?;
    let (settings, url) = (database.settings(), authority.url());
    let work = || {
        let (mut worker, mut client) = (Worker::new(Claim::Lease, &settings), database.connect()?);
        let (mut pace, agent) = (Pace::new(&settings, "authority", SPACING), agent());
        while client.query_opt("select from orders where ended is null limit 1", &[])?.is_some() {
            ensure!(authority.elapsed() < HANGS, "the orders have not ended");
            if !poll(&mut worker, &mut pace, &agent, url)? {
                thread::sleep(Duration::from_millis(10));
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a worker panicked"))?)
    })?;
    let log = authority.log();
    Ok((log.len(), log.iter().filter(|request| request.answer == Answer::Refused).count()))
}
