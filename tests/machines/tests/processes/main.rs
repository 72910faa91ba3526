//! Four processes, a thousand orders, one limit, and everything that can crash.

mod judge;
mod team;

use std::{collections::BTreeSet, env, thread, time::Duration};

use anyhow::{Context as _, Result, ensure};
use asyncpoll::{Poller, SeededRng, rand_core::Rng as _, random_seed};
use asyncpoll_durable::{
    database::Database,
    limited::{Answer, Limit, LimitedAuthority, Request},
};
use asyncpoll_machines::{redis_server::RedisServer, worker::POLICY};
use judge::{Loss, Stalls, Stretch, judge};
use postgres::Client;
use team::Team;

const ORDERS: usize = 1_000;
const WORKERS: usize = 4;

const LIMIT: Limit = Limit { spacing: Duration::from_millis(25), burst: 40, pending_for: Duration::from_secs(62) };

/// Until then, the pace is found.
const FOUND: Duration = Duration::from_secs(20);

/// How long a refusal costs: what the authority asks for, a fifth more, and a poll that proves that polls are served again.
const HOLD: Duration = Duration::from_secs(5);

/// When a worker is stopped, and for how long.
const STOP: Stretch = (Duration::from_secs(24), Duration::from_secs(32));

/// When the store of the pace crashes, and when it is started again.
const CRASH: Stretch = (Duration::from_secs(44), Duration::from_secs(50));

/// After this, nothing is to be expected any more.
const HANGS: Duration = Duration::from_secs(240);

/// Where the pace is kept.
enum Store {
    /// With the orders.
    Postgres,
    Redis(RedisServer),
    /// In each process.
    Own,
}

#[test]
fn postgresql_one_pace_for_four_processes() -> Result<()> {
    survive(Store::Postgres)
}

#[test]
fn redis_one_pace_for_four_processes() -> Result<()> {
    survive(Store::Redis(RedisServer::start()?))
}

/// What the others are compared with. Nothing of it is judged.
#[test]
#[ignore = "a measurement"]
fn own_four_paces_for_four_processes() -> Result<()> {
    survive(Store::Own)
}

fn survive(mut store: Store) -> Result<()> {
    let seed = env::var("SEED").ok().map_or_else(|| Ok(random_seed()), |seed| seed.parse())?;
    println!("the kills are drawn with SEED={seed}");
    let mut rng = SeededRng::new(seed);
    let mut below = |end: u64| rng.next_u64() % end;

    let mut database = Database::start()?;
    place_orders(&mut database.connect()?)?;
    let (name, pace) = match &store {
        Store::Postgres => ("PostgreSQL", "postgres".to_owned()),
        Store::Redis(redis) => ("Redis", redis.url()),
        Store::Own => ("own", "own".to_owned()),
    };
    let authority = LimitedAuthority::start(LIMIT)?;
    let stalls = Stalls::watch(authority.started_at());
    let mut team = Team::start(WORKERS, &database.settings(), authority.url(), &pace)?;

    let (mut stopped, mut crashed) = (None, None);
    let (mut next_kill, mut kills) = (Duration::from_secs(3), 0);
    while !team.has_ended()? {
        let now = authority.elapsed();
        ensure!(now < HANGS, "the orders have not ended");
        match stopped {
            None if now >= STOP.0 => {
                let which = usize::try_from(below(WORKERS as u64))?;
                team.stop(which)?;
                stopped = Some((which, now, None));
            }
            Some((which, from, None)) if now >= STOP.1 => {
                team.go_on(which)?;
                stopped = Some((which, from, Some(now)));
            }
            _ => {}
        }
        match crashed {
            None if now >= CRASH.0 => {
                match &mut store {
                    Store::Postgres => database.stop()?,
                    Store::Redis(redis) => redis.stop()?,
                    Store::Own => {}
                }
                crashed = Some((now, None));
            }
            Some((from, None)) if now >= CRASH.1 => {
                match &mut store {
                    Store::Postgres => database.run()?,
                    Store::Redis(redis) => redis.run()?,
                    Store::Own => {}
                }
                crashed = Some((from, Some(authority.elapsed())));
            }
            _ => {}
        }
        if now >= next_kill {
            kills += u32::from(team.replace(usize::try_from(below(WORKERS as u64))?)?);
            next_kill = now + Duration::from_millis(4_000 + below(4_000));
        }
        thread::sleep(Duration::from_millis(10));
    }
    let took = authority.elapsed();
    let stalls = stalls.end()?;

    let log = authority.log();
    let refused = log.iter().filter(|request| request.answer == Answer::Refused).count();
    report(name, &log, took, refused, kills);
    check_ends(&mut database.connect()?, &log)?;
    let (Some((_, stop, Some(go_on))), Some((crash, Some(up)))) = (stopped, crashed) else {
        anyhow::bail!("it was over too soon");
    };
    if let Store::Own = store {
        return Ok(());
    }
    let found = (FOUND, until_most_have_ended(&log).context("most orders have not ended")?);
    let mut losses = vec![
        Loss { name: "worker stopped", stretch: (stop, go_on), percent: 15 },
        Loss { name: "store gone", stretch: (crash, up + Duration::from_secs(2)), percent: 30 },
    ];
    losses.extend(holds(&log).map(|stretch| Loss { name: "refusal", stretch, percent: 35 }));
    judge(&log, LIMIT.spacing, found, &losses, &stalls)?;
    ensure!(refused * 100 <= log.len(), "{refused} of {} polls were refused", log.len());
    Ok(())
}

fn place_orders(client: &mut Client) -> Result<()> {
    client.batch_execute(include_str!("../../src/worker/table.sql"))?;
    client.batch_execute(include_str!("../../src/states/table.sql"))?;
    // Who ends an order twice is found out.
    client.batch_execute(
        "create table ends (order_id bigint not null, ended text not null);
        create function note() returns trigger language plpgsql as $$
        begin
            insert into ends values (new.id, new.ended);
            return new;
        end $$;
        create trigger note after update on orders for each row when (new.ended is not null) execute function note()",
    )?;
    let mut transaction = client.transaction()?;
    for order in 0..ORDERS {
        let poller = Poller::seeded(POLICY, random_seed(), Duration::ZERO);
        let snapshot = poller.snapshot_without_generator(Duration::ZERO);
        transaction.execute(
            "insert into orders (id, worker, snapshot) values ($1, $2, $3)",
            &[&i64::try_from(order)?, &i32::try_from(order % WORKERS)?, &&snapshot.as_bytes()[..]],
        )?;
    }
    Ok(transaction.commit()?)
}

/// Every order has ended once, by what the authority has issued.
fn check_ends(client: &mut Client, log: &[Request]) -> Result<()> {
    let mut ended = BTreeSet::new();
    for row in client.query("select order_id, ended from ends", &[])? {
        let (order, how): (i64, &str) = (row.get(0), row.get(1));
        ensure!(ended.insert(order), "order {order} has ended twice");
        ensure!(how == "done: certificate", "order {order}: {how}");
    }
    ensure!(ended.len() == ORDERS, "{} orders have ended", ended.len());
    let issued: BTreeSet<i64> =
        log.iter().filter(|request| request.answer == Answer::Issued).map(|request| request.order).collect();
    ensure!(issued == ended, "an order has ended of which nothing was issued, or the reverse");
    Ok(())
}

/// Returns when the last fifth of the orders is left: from then on, the polls that are due may be less than the limit.
fn until_most_have_ended(log: &[Request]) -> Option<Duration> {
    let issued = log.iter().filter(|request| request.answer == Answer::Issued);
    issued.map(|request| request.at).nth(ORDERS * 4 / 5)
}

/// Returns when polls were held back by refusals: of those within a second of each other, once.
fn holds(log: &[Request]) -> impl Iterator<Item = Stretch> {
    let mut last = None;
    let refusals = log.iter().filter(|request| request.answer == Answer::Refused).map(|request| request.at);
    let first = refusals.filter(move |at| last.replace(*at).is_none_or(|last| *at > last + Duration::from_secs(1)));
    first.map(|at| (at, at + HOLD))
}

fn report(name: &str, log: &[Request], took: Duration, refused: usize, kills: u32) {
    let mut seconds = vec![(0, 0); usize::try_from(took.as_secs()).unwrap_or(0) + 1];
    for request in log {
        let second = usize::try_from(request.at.as_secs()).ok().and_then(|second| seconds.get_mut(second));
        if let Some((served, refused)) = second {
            *(if request.answer == Answer::Refused { refused } else { served }) += 1;
        }
    }
    let served: Vec<_> = seconds.iter().map(|(served, _)| served.to_string()).collect();
    println!("{name}: served in each second: {}", served.join(" "));
    let refusals = seconds.iter().zip(0..).filter(|((_, refused), _)| *refused > 0);
    let refusals: Vec<_> = refusals.map(|((_, refused), second)| format!("{refused} at {second} s")).collect();
    println!("{name}: refused: {}", refusals.join(", "));
    println!("{name}: {} polls in {} s, {refused} refused, {kills} kills", log.len(), took.as_secs());
}
