//! A challenge that is answered wrongly.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{PollError, Poller, poll_async, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    acme_error::{AcmeError, Problem},
    jws::AccountKey,
    order::Order,
    patience::PATIENCE,
    pebble::{Conditions, Pebble},
    responder::Responder,
    shared_order::SharedOrder,
};

#[tokio::test]
async fn a_wrong_challenge_answer_ends_failed_with_the_problem_document() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    // The thumbprint of another key is the wrong answer.
    let mut responder = Responder::start(&pebble, AccountKey::generate()?.thumbprint())?;
    let mut order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;

    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let problem = problem_of(poll_blocking(&mut poller, |poll| {
        if poll.number == 3 {
            responder.answer();
        }
        order.poll()
    }))?;
    ensure!(problem.is("unauthorized") && problem.status == 403, "the problem is {problem:?}");
    ensure!(problem.detail.contains("did not match"), "the problem is {problem:?}");
    ensure!(poller.polls() > 2, "the order failed before its challenge was answered");
    order.journal().check_hints()?;

    // The order is lost with its authorization.
    let order = SharedOrder::new(order);
    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let ended = poll_async(&mut poller, Instant::now, tokio::time::sleep, |_| order.poll(Order::look)).await;
    ensure!(problem_of(ended)? == problem, "the order failed with another problem than its authorization");
    ensure!(poller.polls() == 1, "there were {} polls", poller.polls());
    Ok(())
}

/// Returns the problem document with which the operation failed.
fn problem_of(ended: Result<String, PollError<AcmeError>>) -> Result<Problem> {
    match ended {
        Err(PollError::Failed(error)) => error.problem().cloned().context("there is no problem document"),
        other => bail!("it ended with {other:?}"),
    }
}
