//! Many orders at once, on one thread.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{Decision, Policy, Poller, const_policy, random_seed};
use real_ca::{
    account::Account,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

const ORDERS: usize = 200;

const POLICY: Policy = const_policy!(
    Policy::builder()
        .initial_wait(Duration::from_secs(2))
        .multiplier(1, 1)
        .max_backoff(Duration::from_secs(3))
        .max_wait(Duration::from_mins(2))
);

#[test]
fn many_orders_on_one_thread_all_end_done() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    // Once it has authorized one, Pebble may take an order for authorized whose challenge is not answered; so all are placed first.
    let orders = (0..ORDERS).map(|_| Order::place(&account, pebble.address())).collect::<Result<Vec<_>>>()?;
    for order in &orders {
        order.answer_challenge()?;
    }

    let before = pebble.polled()?.len();
    let start = Instant::now();
    let mut pollers: Vec<_> = orders.into_iter().map(|order| (order, Poller::seeded(POLICY, random_seed(), start))).collect();
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

    // The server saw what the pollers counted, at no second more than the policy implies.
    let seconds = pebble.polled()?.split_off(before);
    let polls: u32 = pollers.iter().map(|(_, poller)| poller.polls()).sum();
    ensure!(seconds.len() == usize::try_from(polls)?, "{polls} polls were {} requests", seconds.len());
    let shortest = POLICY.schedule().nth(1).context("the policy polls once")?.earliest;
    let per_order = 1 + Duration::from_secs(1).as_nanos() / shortest.as_nanos();
    let limit = ORDERS * usize::try_from(per_order)?;
    let mut rates = BTreeMap::<_, usize>::new();
    for second in seconds {
        *rates.entry(second).or_default() += 1;
    }
    ensure!(rates.values().all(|rate| *rate <= limit), "more than {limit} requests in a second: {rates:?}");
    for (order, _) in &pollers {
        order.journal().check_spacing(shortest)?;
        order.journal().check_hints()?;
    }

    let root = pebble.root()?;
    for (index, certificate) in certificates {
        pollers.get(index).context("no such order")?.0.check_certificate(&certificate, &root)?;
    }
    Ok(())
}
