//! A worker as a process: it polls its own orders at a pace that it shares with other workers, until all have ended.

use std::time::Duration;

use anyhow::{Result, anyhow};
use asyncpoll::{
    Outcome, Policy, const_policy,
    fleet::{Ask, Grant, Limits},
};
use asyncpoll_durable::limited::{agent, ask};
use tokio::{
    sync::mpsc,
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use crate::{
    orders::Order,
    pace::{FoundPace, Pace},
    polling::{Found, Orders, Work},
    states::{postgres::PostgresStates, redis::RedisStates},
};
use keeper::Unkept;
use table::Table;

pub mod keeper;
pub mod table;

/// The policy of every order: with so short waits, there are more polls due than the limit lets through.
pub const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_secs(2))
        .max_backoff(Duration::from_secs(4))
        .max_wait(Duration::from_secs(3_600))
);

/// What the authority is called in the stores.
const UPSTREAM: &str = "authority";

/// Polls the orders of a worker. `database` has them, and `pace` is where their pace is kept: `postgres`, a URL of Redis, or `own`.
pub async fn work(worker: i32, database: &str, url: &str, pace: &str) -> Result<()> {
    let limits = Limits::builder().shared(pace != "own").build()?;
    match pace {
        "own" => polled(worker, database, url, limits, OwnPace).await,
        "postgres" => {
            let pace = FoundPace::new(PostgresStates::new(database), UPSTREAM, limits);
            polled(worker, database, url, limits, pace).await;
        }
        redis => polled(worker, database, url, limits, FoundPace::new(RedisStates::new(redis)?, UPSTREAM, limits)).await,
    }
    Ok(())
}

async fn polled(worker: i32, database: &str, url: &str, limits: Limits, pace: impl Pace) {
    let mut table = Table::new(database);
    let orders = loop {
        match table.open(worker).await {
            Ok(orders) => break orders,
            Err(error) => {
                eprintln!("the orders of worker {worker} cannot be read yet: {error:#}");
                sleep(Duration::from_millis(100)).await;
            }
        }
    };
    let (sender, incoming) = mpsc::channel(orders.len().max(1));
    for order in orders {
        // There is room for all.
        let _ = sender.try_send(order);
    }
    drop(sender);
    let unkept = Unkept::default();
    let mut keeper = JoinSet::new();
    keeper.spawn(unkept.clone().keep(table));
    let http = Http { agent: agent(), url: url.to_owned(), unkept: unkept.clone() };
    Orders::new(http, POLICY, limits).poll(pace, incoming).await;
    unkept.are_all();
    keeper.join_all().await;
}

/// Polls over HTTP.
struct Http {
    agent: ureq::Agent,
    url: String,
    unkept: Unkept,
}

impl Work for Http {
    fn poll(&self, order: i64) -> impl Future<Output = Found> + Send + 'static {
        let (agent, url) = (self.agent.clone(), self.url.clone());
        async move {
            let found = spawn_blocking(move || ask(&agent, &url, order)).await;
            found.unwrap_or_else(|error| Outcome::transient(error.to_string()))
        }
    }

    fn keep(&mut self, order: &Order) {
        self.unkept.add(order);
    }
}

/// The pace of a fleet that finds its own, and asks nobody.
struct OwnPace;

impl Pace for OwnPace {
    async fn grant(&mut self, _: &Ask) -> Result<Grant> {
        Err(anyhow!("the pace is not shared"))
    }
}
