//! Many orders at once, on one thread.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{Decision, Policy, Poller, random_seed};
use real_ca::{
    account::Account,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

const ORDERS: usize = 200;

#[test]
fn many_orders_on_one_thread_all_end_done() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    // All are placed first: once it has authorized one, Pebble may reuse that for an order placed later.
    let orders = (0..ORDERS).map(|_| Order::place(&account, pebble.address())).collect::<Result<Vec<_>>>()?;
    for order in &orders {
        order.answer_challenge()?;
    }

    let before = pebble.polled()?.len();
    let policy = Policy::default();
    let start = Instant::now();
    let mut pollers: Vec<_> = orders.into_iter().map(|order| (order, Poller::seeded(policy, random_seed(), start))).collect();
    let mut due: BinaryHeap<_> = (0..pollers.len()).map(|index| Reverse((start, index))).collect();
    let mut certificates = Vec::with_capacity(ORDERS);
    while let Some(Reverse((at, index))) = due.pop() {
        thread::sleep(at.saturating_duration_since(Instant::now()));
        let (order, poller) = pollers.get_mut(index).context("no such order")?;
        let outcome = order.poll();
        let now = Instant::now();
        match poller.step(outcome, now) {
            Decision::Sleep(wait) => due.push(Reverse((now + wait, index))),
            Decision::Done(certificate) => certificates.push((index, certificate)),
            Decision::Failed(error) => return Err(error.into()),
            Decision::GaveUp(gave_up) => bail!("order {index}: {gave_up}"),
        }
    }
    ensure!(certificates.len() == ORDERS, "only {} orders ended", certificates.len());

    let shortest = policy.schedule().nth(1).context("the policy polls once")?.earliest;
    for (order, _) in &pollers {
        order.journal().check_spacing(shortest)?;
        order.journal().check_hints()?;
    }
    let requests = pebble.polled()?.split_off(before);
    let polls: u32 = pollers.iter().map(|(_, poller)| poller.polls()).sum();
    ensure!(requests.len() == usize::try_from(polls)?, "{polls} polls were {} requests", requests.len());
    check_rate(requests, shortest)?;

    let root = pebble.root()?;
    for (index, certificate) in certificates {
        pollers.get(index).context("no such order")?.0.check_certificate(&certificate, &root)?;
    }
    Ok(())
}

/// Checks that the server got no more requests, in a second or in several, than from orders that each wait for `shortest` at
/// least.
fn check_rate(mut requests: Vec<SystemTime>, shortest: Duration) -> Result<()> {
    requests.sort_unstable();
    for stretch in (1..=10).map(Duration::from_secs) {
        let limit = ORDERS * (1 + usize::try_from(stretch.as_nanos() / shortest.as_nanos())?);
        for (index, first) in requests.iter().enumerate() {
            let end = *first + stretch;
            let count = requests.iter().skip(index).take_while(|request| **request < end).count();
            ensure!(count <= limit, "{count} requests in {stretch:?}, more than {limit}, from {first:?}");
        }
    }
    Ok(())
}
