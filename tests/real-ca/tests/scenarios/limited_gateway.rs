//! Many orders behind a gateway that limits the rate of polls: by a poller each, by one fleet, and by three fleets at once, which
//! know nothing of each other.

use std::{collections::HashMap, sync::Arc, thread, time::Duration};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
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

/// How many requests a client makes at a time.
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
fn a_fleet_and_three_at_once_are_refused_a_tenth_as_often_as_pollers_alone() -> Result<()> {
    let refused_alone = refusals(1, alone).context("a poller each")?;
    let refused_together = refusals(1, together).context("a fleet")?;
    let refused_by_three = refusals(3, together).context("three fleets")?;
    println!(
        "refused: {refused_alone} polls of pollers alone, {refused_together} of a fleet, {refused_by_three} of three fleets"
    );
    // A machine that is busy with something else sends them more slowly: then fewer are refused.
    ensure!(refused_alone * 3 >= ORDERS, "the gateway refused no more than {refused_alone} polls of pollers alone");
    for (refused, whose) in [(refused_together, "a fleet"), (refused_by_three, "three fleets")] {
        ensure!(
            refused * 10 <= refused_alone,
            "the gateway refused {refused} polls of {whose}, {refused_alone} of pollers alone"
        );
    }
    Ok(())
}

/// Has orders polled until all certificates are there, by so many clients at once, and returns how many polls the gateway has
/// refused.
fn refusals(clients: usize, poll_all: impl AsyncFn(Vec<SharedOrder>) -> Result<Vec<Issued>> + Sync) -> Result<usize> {
    let pebble = Pebble::start(Conditions::default())?;
    let gateway = Gateway::start(&pebble, Duration::from_secs(30))?;
    let account = Arc::new(Account::register(pebble.patient_client()?, gateway.directory())?);
    // A poll without one would be refused by Pebble, and not by the gateway.
    account.stock_nonces(clients * CONNECTIONS)?;
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let orders = (0..ORDERS).map(|_| Order::place(&account, pebble.address())).collect::<Result<Vec<_>>>()?;
    for order in &orders {
        order.answer_challenge()?;
    }
    let orders: Vec<_> = orders.into_iter().map(SharedOrder::new).collect();

    let issued = thread::scope(|scope| {
        let parts = orders.chunks(ORDERS / clients).map(<[_]>::to_vec);
        let clients: Vec<_> = parts.map(|part| scope.spawn(|| run(poll_all(part)))).collect();
        let issued = clients.into_iter().map(|client| client.join().map_err(|_| anyhow!("a client has panicked"))?);
        issued.collect::<Result<Vec<_>>>()
    })?;
    let issued: Vec<_> = issued.into_iter().flatten().collect();
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

/// Runs a client, on this thread and those for its requests.
fn run<T>(client: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = runtime::Builder::new_current_thread().enable_time().max_blocking_threads(CONNECTIONS).build()?;
    runtime.block_on(client)
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

/// Polls the orders by one fleet, which knows nothing of the limit. One poll panics.
async fn together(orders: Vec<SharedOrder>) -> Result<Vec<Issued>> {
    let mut fleet = Fleet::seeded(random_seed(), Instant::now());
    let gateway = fleet.add_upstream(Limits::default());
    let mut orders: HashMap<_, _> =
        orders.into_iter().map(|order| (fleet.start(gateway, POLICY, Instant::now()), order)).collect();
    let unlucky = orders.keys().copied().next();

    let (mut tasks, mut issued) = (JoinSet::new(), Vec::new());
    while !fleet.is_empty() {
        while let Some(due) = fleet.next_due(Instant::now()) {
            let due = match due {
                Due::Poll(due) => due,
                Due::Ended(_, gave_up) => bail!("an order ended with {gave_up}"),
            };
            let order = orders.get(&due.id).context("no such order")?.clone();
            let poll = if due.number == 1 && Some(due.id) == unlucky { poll_and_panic } else { poll };
            tasks.spawn(async move { (due, order.poll_or_lose(poll).await) });
        }
        let wait = fleet.until_next(Instant::now()).unwrap_or(Duration::MAX);
        let (due, found) = tokio::select! {
            Some(polled) = tasks.join_next() => polled?,
            () = sleep(wait) => continue,
        };
        let Some(outcome) = found else {
            if let Decision::GaveUp(gave_up) = fleet.lost(due.id, Instant::now()) {
                bail!("an order ended with {gave_up}");
            }
            continue;
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

/// Polls once, and dies of what was found.
#[expect(clippy::panic, reason = "the fleet is to take this poll for lost")]
fn poll_and_panic(order: &mut Order) -> Outcome<String, AcmeError> {
    panic!("a bug, on purpose, in the face of {:?}", poll(order))
}
