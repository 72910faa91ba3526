//! Orders that are refused.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{Outcome, PollError, Poller, poll_async, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    acme_error::AcmeError,
    answer::outcome,
    order::Order,
    patience::PATIENCE,
    pebble::{BLOCKED_NAME, Conditions, Pebble},
    shared_order::SharedOrder,
};
use serde_json::json;

#[test]
fn refused_orders_fail_at_once_blocking() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);

    let mut order = Order::place(&account, pebble.address())?;
    let error = refused(|| order.finalize())?;
    let problem = error.problem().context("a finalization too early has no problem document")?;
    ensure!(problem.is("orderNotReady") && problem.status == 403, "the problem is {problem:?}");

    let new_order = account.endpoint("newOrder")?;
    let blocked = json!({ "identifiers": [{ "type": "dns", "value": BLOCKED_NAME }] });
    let error = refused(|| outcome(account.post(new_order, &blocked), |answer| Outcome::Done(answer.body)))?;
    let problem = error.problem().context("the refusal of a name has no problem document")?;
    ensure!(problem.is("rejectedIdentifier") && problem.status == 400, "the problem is {problem:?}");

    let unknown = format!("{}-unknown", order.url);
    let error = refused(|| outcome(account.fetch(&unknown), |answer| Outcome::Done(answer.body)))?;
    ensure!(matches!(error, AcmeError::Status(404)), "an unknown order is {error:?}");
    Ok(())
}

#[tokio::test]
async fn a_deactivated_order_fails_at_once_async() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let order = Order::place(&account, pebble.address())?;
    order.deactivate_authorization()?;

    let order = SharedOrder::new(order);
    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let ended = poll_async(&mut poller, Instant::now, tokio::time::sleep, |_| order.poll(Order::look)).await;
    let Err(PollError::Failed(AcmeError::State(state))) = ended else { bail!("it ended with {ended:?}") };
    // RFC 8555 does not list it as a state of an order.
    ensure!(state == "deactivated", "the state is {state:?}");
    ensure!(poller.polls() == 1, "there were {} polls", poller.polls());
    Ok(())
}

/// Polls, and returns the error with which the first poll fails.
fn refused(mut poll: impl FnMut() -> Outcome<String, AcmeError>) -> Result<AcmeError> {
    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    match poll_blocking(&mut poller, |_| poll()) {
        Err(PollError::Failed(error)) if poller.polls() == 1 => Ok(error),
        other => bail!("after {} polls it ended with {other:?}", poller.polls()),
    }
}
