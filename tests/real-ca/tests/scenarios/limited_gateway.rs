//! Many orders behind a gateway that limits the rate of polls: by a poller each, and by one fleet.

use std::{collections::HashMap, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{
    Decision, Fleet, Outcome, Policy, Poller, const_policy,
    fleet::{Due, Limits},
    poll_async, random_seed,
};
use real_ca::{
    account::Account,
    acme_error::AcmeError,
    gateway::Gateway,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
    shared_order::SharedOrder,
};
use tokio::{
    runtime,
    task::JoinSet,
    time::{Instant, sleep},
};

const ORDERS: usize = 300;

/// How many requests the client makes at a time.
const CONNECTIONS: usize = 32;

/// Gives up only if a test would hang.
const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_secs(1))
        .multiplier(3, 2)
        .max_backoff(Duration::from_secs(4))
        .max_wait(Duration::from_mins(4))
);

/// An order that has ended.
struct Issued {
    order: SharedOrder,
    certificate: String,
    polls: u32,
}

#[test]
fn a_fleet_is_refused_a_tenth_as_often_as_pollers_alone() -> Result<()> {
    let alone = refusals(alone).context("a poller each")?;
    let together = refusals(together).context("a fleet")?;
    // A machine that is busy with something else sends them more slowly: then fewer are refused.
    ensure!(alone * 3 >= ORDERS, "the gateway refused no more than {alone} polls of pollers alone");
    ensure!(together * 10 <= alone, "the gateway refused {together} polls of a fleet, and {alone} of pollers alone");
    Ok(())
}

/// Has orders polled until all certificates are there, and returns how many polls the gateway has refused.
fn refusals(poll_all: impl AsyncFnOnce(Vec<SharedOrder>) -> Result<Vec<Issued>>) -> Result<usize> {
    let pebble = Pebble::start(Conditions::default())?;
    let gateway = Gateway::start(&pebble, Duration::from_secs(30))?;
    let account = Arc::new(Account::register(pebble.patient_client()?, gateway.directory())?);
    // A poll without one would be refused by Pebble, and not by the gateway.
    account.stock_nonces(CONNECTIONS)?;
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let orders = (0..ORDERS).map(|_| Order::place(&account, pebble.address())).collect::<Result<Vec<_>>>()?;
    for order in &orders {
        order.answer_challenge()?;
    }

    let runtime = runtime::Builder::new_current_thread().enable_time().max_blocking_threads(CONNECTIONS).build()?;
    let issued = runtime.block_on(poll_all(orders.into_iter().map(SharedOrder::new).collect()))?;
    ensure!(issued.len() == ORDERS, "only {} orders ended", issued.len());
    let root = pebble.root()?;
    let mut polls = 0;
    for ended in &issued {
        ended.order.lock().check_certificate(&ended.certificate, &root)?;
        polls += usize::try_from(ended.polls)?;
    }

    let statuses = gateway.polled(polls)?;
    ensure!(statuses.len() == polls, "{polls} polls were {} requests", statuses.len());
    Ok(statuses.into_iter().filter(|status| *status == 429).count())
}

/// Polls the orders by a poller each.
async fn alone(orders: Vec<SharedOrder>) -> Result<Vec<Issued>> {
    let tasks: JoinSet<_> = orders.into_iter().map(poll_one).collect();
    tasks.join_all().await.into_iter().collect()
}

async fn poll_one(order: SharedOrder) -> Result<Issued> {
    let mut poller = Poller::seeded(POLICY, random_seed(), Instant::now());
    let certificate = poll_async(&mut poller, Instant::now, sleep, |_| order.poll(poll)).await?;
    Ok(Issued { order, certificate, polls: poller.polls() })
}

/// Polls the orders by one fleet, which knows nothing of the limit.
async fn together(orders: Vec<SharedOrder>) -> Result<Vec<Issued>> {
    let mut fleet = Fleet::seeded(random_seed(), Instant::now());
    let gateway = fleet.add_upstream(Limits::default());
    let mut orders: HashMap<_, _> =
        orders.into_iter().map(|order| (fleet.start(gateway, POLICY, Instant::now()), order)).collect();

    let (mut tasks, mut issued) = (JoinSet::new(), Vec::new());
    while !fleet.is_empty() {
        while let Some(due) = fleet.next_due(Instant::now()) {
            let due = match due {
                Due::Poll(due) => due,
                Due::Ended(_, gave_up) => bail!("an order ended with {gave_up}"),
            };
            let order = orders.get(&due.id).context("no such order")?.clone();
            tasks.spawn(async move { (due, order.poll(poll).await) });
        }
        let wait = fleet.until_next(Instant::now()).unwrap_or(Duration::MAX);
        let (due, outcome) = tokio::select! {
            Some(polled) = tasks.join_next() => polled?,
            () = sleep(wait) => continue,
        };
        match fleet.step(due.id, outcome, Instant::now()) {
            Decision::Sleep(_) => {}
            Decision::Done(certificate) => {
                let order = orders.remove(&due.id).context("no such order")?;
                issued.push(Issued { order, certificate, polls: due.number });
            }
            Decision::Failed(error) => return Err(error.into()),
            Decision::GaveUp(gave_up) => bail!("an order ended with {gave_up}"),
        }
    }
    Ok(issued)
}

/// Polls once, and has the order finalized if it waits for that. The gateway does not limit finalizations.
fn poll(order: &mut Order) -> Outcome<String, AcmeError> {
    let outcome = order.look();
    if order.is_ready() { order.finalize() } else { outcome }
}
