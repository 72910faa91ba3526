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

const LIMIT: Limit = Limit { spacing: Duration::from_millis(25), burst: 80, pending_for: Duration::from_secs(62) };

/// Until then, the pace is found.
const FOUND: Duration = Duration::from_secs(20);

/// When a worker is stopped, and when it goes on.
const STOP: Stretch = (Duration::from_secs(24), Duration::from_secs(32));

/// When the store of the pace crashes, and when it is started again.
const CRASH: Stretch = (Duration::from_secs(44), Duration::from_secs(50));

/// How long it takes until all have found the store again.
const FIND: Duration = Duration::from_secs(2);

/// How long a refusal keeps polls back: for what the authority asks for, a fifth more, and until a first poll has been served.
const HOLD: Duration = Duration::from_secs(5);

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

/// What the others are compared with.
#[test]
#[ignore = "it takes a minute and a half more, and shows that a shared pace is worth it"]
fn own_four_paces_for_four_processes() -> Result<()> {
    survive(Store::Own)
}

fn survive(store: Store) -> Result<()> {
    let seed = env::var("SEED").ok().map_or_else(|| Ok(random_seed()), |seed| seed.parse())?;
    println!("the kills are drawn with SEED={seed}");
    let database = Database::start()?;
    place_orders(&mut database.connect()?)?;
    let authority = LimitedAuthority::start(LIMIT)?;
    let stalls = Stalls::watch(authority.started_at());
    let (name, pace) = store.name_and_pace();
    let team = Team::start(WORKERS, &database.settings(), authority.url(), &pace)?;
    let mut play = Play { team, database, store, rng: SeededRng::new(seed), kills: 0 };
    let (stopped, crashed) = play.until_all_have_ended(&authority)?;
    let stalls = stalls.end()?;

    let log = authority.log();
    let refused = log.iter().filter(|request| request.answer == Answer::Refused).count();
    report(name, &log, authority.elapsed());
    println!("{name}: {refused} of {} polls refused, {} kills", log.len(), play.kills);
    check_ends(&mut play.database.connect()?, &log)?;
    if let Store::Own = play.store {
        ensure!(refused * 50 > log.len(), "only {refused} of {} polls were refused with a pace each", log.len());
        return Ok(());
    }
    let mut losses = vec![
        Loss { name: "worker stopped", stretch: stopped, percent: 15 },
        Loss { name: "store gone", stretch: (crashed.0, crashed.1 + FIND), percent: 30 },
    ];
    losses.extend(holds(&log).map(|stretch| Loss { name: "refusal", stretch, percent: 35 }));
    let judged = (FOUND, until_most_have_ended(&log).context("most orders have not ended")?);
    judge(&log, LIMIT.spacing, judged, &losses, &stalls)?;
    ensure!(refused * 100 <= log.len(), "{refused} of {} polls were refused", log.len());
    Ok(())
}

impl Store {
    /// Returns what it is called, and what a worker is told of it.
    fn name_and_pace(&self) -> (&'static str, String) {
        match self {
            Self::Postgres => ("PostgreSQL", "postgres".into()),
            Self::Redis(redis) => ("Redis", redis.url()),
            Self::Own => ("own", "own".into()),
        }
    }
}

/// All that can crash.
struct Play {
    team: Team,
    database: Database,
    store: Store,
    rng: SeededRng,
    kills: u32,
}

impl Play {
    /// Kills workers until all orders have ended, has one stopped and the store crash meanwhile, and returns when they were.
    fn until_all_have_ended(&mut self, authority: &LimitedAuthority) -> Result<(Stretch, Stretch)> {
        let (mut stopped, mut went_on) = (None, None);
        let (mut crashed, mut is_back) = (None, None);
        let mut next_kill = Duration::from_secs(3);
        while !self.team.has_ended()? {
            let now = authority.elapsed();
            ensure!(now < HANGS, "the orders have not ended");
            if now >= STOP.0 && stopped.is_none() {
                let which = self.draw()?;
                self.team.stop(which)?;
                stopped = Some((which, now));
            }
            if let (true, None, Some((which, _))) = (now >= STOP.1, went_on, stopped) {
                self.team.go_on(which)?;
                went_on = Some(now);
            }
            if now >= CRASH.0 && crashed.is_none() {
                match &mut self.store {
                    Store::Postgres => self.database.stop()?,
                    Store::Redis(redis) => redis.stop()?,
                    Store::Own => {}
                }
                crashed = Some(now);
            }
            if now >= CRASH.1 && is_back.is_none() {
                match &mut self.store {
                    Store::Postgres => self.database.run()?,
                    Store::Redis(redis) => redis.run()?,
                    Store::Own => {}
                }
                is_back = Some(authority.elapsed());
            }
            if now >= next_kill {
                let which = self.draw()?;
                self.kills += u32::from(self.team.replace(which)?);
                next_kill = now + Duration::from_millis(4_000 + self.rng.next_u64() % 4_000);
            }
            thread::sleep(Duration::from_millis(10));
        }
        let over = "it was over too soon";
        let stopped = (stopped.context(over)?.1, went_on.context(over)?);
        Ok((stopped, (crashed.context(over)?, is_back.context(over)?)))
    }

    /// Draws a worker.
    fn draw(&mut self) -> Result<usize> {
        Ok(usize::try_from(self.rng.next_u64() % WORKERS as u64)?)
    }
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

/// Shows how many polls were served in each second, and how many were refused.
fn report(name: &str, log: &[Request], took: Duration) {
    let of_second = |second: u64, is_refused: bool| {
        let requests = log.iter().filter(|request| request.at.as_secs() == second);
        requests.filter(|request| (request.answer == Answer::Refused) == is_refused).count()
    };
    let served: Vec<_> = (0..=took.as_secs()).map(|second| of_second(second, false).to_string()).collect();
    println!("{name}: served in each second: {}", served.join(" "));
    let refused = (0..=took.as_secs()).map(|second| (second, of_second(second, true)));
    let refused: Vec<_> =
        refused.filter(|(_, polls)| *polls > 0).map(|(second, polls)| format!("{polls} at {second} s")).collect();
    println!("{name}: refused: {}", refused.join(", "));
}
