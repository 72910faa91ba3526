//! An order that is delayed, at a server that refuses every third nonce or so.

use std::sync::Arc;

use anyhow::{Result, ensure};
use asyncpoll::{Poller, poll_async, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    journal::Journal,
    order::Order,
    patience::PATIENCE,
    pebble::{Conditions, Pebble},
    responder::Responder,
    shared_order::SharedOrder,
};

/// The authorization is pending until so many polls were given a hint.
const HINTS: usize = 3;

#[test]
fn a_delayed_order_ends_done_blocking() -> Result<()> {
    let pebble = Pebble::start(Conditions { bad_nonces: 30, ..Conditions::default() })?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    let mut order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;

    let before = pebble.polled()?.len();
    let mut poller = Poller::seeded(PATIENCE, random_seed(), std::time::Instant::now());
    let certificate = poll_blocking(&mut poller, |_| {
        if order.journal().hints() == HINTS {
            responder.answer();
        }
        order.poll()
    })?;
    check_polls(&pebble, before, poller.polls(), order.journal())?;
    order.check_certificate(&certificate, &pebble.root()?)
}

#[tokio::test]
async fn a_delayed_order_ends_done_async() -> Result<()> {
    let pebble = Pebble::start(Conditions { bad_nonces: 30, ..Conditions::default() })?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    let order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;
    let order = SharedOrder::new(order);

    let before = pebble.polled()?.len();
    let now = tokio::time::Instant::now;
    let mut poller = Poller::seeded(PATIENCE, random_seed(), now());
    let polling = poll_async(&mut poller, now, tokio::time::sleep, |_| {
        if order.lock().journal().hints() == HINTS {
            responder.answer();
        }
        order.poll(Order::poll)
    });
    let certificate = polling.await?;
    check_polls(&pebble, before, poller.polls(), order.lock().journal())?;
    order.lock().check_certificate(&certificate, &pebble.root()?)
}

/// Checks that the server saw one request for each poll, and none earlier than it had asked.
fn check_polls(pebble: &Pebble, before: usize, polls: u32, journal: &Journal) -> Result<()> {
    let requests = pebble.polled()?.len() - before;
    ensure!(requests == usize::try_from(polls)?, "{polls} polls were {requests} requests");
    ensure!(requests == journal.entries().len(), "{requests} requests are in the journal as {journal:?}");
    journal.check_hints()
}
