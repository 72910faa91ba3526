//! A gateway that limits, loses its server and waits for it in vain.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};
use asyncpoll::{Outcome, Poller, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    gateway::{AFTER_HANG, AFTER_LIMIT, AFTER_LOSS, Gateway},
    journal::Found,
    order::Order,
    patience::PATIENCE,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

#[test]
fn gateway_errors_end_done_and_their_hints_are_kept() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let gateway = Gateway::start(&pebble, Duration::from_secs(3))?;
    let account = Arc::new(Account::register(pebble.patient_client()?, gateway.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let mut order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;

    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let certificate = poll_blocking(&mut poller, |_| {
        let last = order.journal().entries().last().map(|poll| poll.found);
        match next_fault(&gateway, &pebble, last) {
            Ok(()) => order.poll().map_err(Into::into),
            Err(error) => Outcome::Failed(error),
        }
    })
    .map_err(|ended| anyhow!("it ended with {ended:?}"))?;

    for (status, seconds) in [(429, AFTER_LIMIT), (502, AFTER_LOSS), (504, AFTER_HANG)] {
        let mut answers = order.journal().entries().iter().filter(|poll| poll.found == Found::Status(status)).peekable();
        ensure!(answers.peek().is_some(), "no answer had the status {status}: {:?}", order.journal());
        ensure!(
            answers.all(|poll| poll.hint == Some(Duration::from_secs(seconds))),
            "not every answer with the status {status} had a hint of {seconds} s: {:?}",
            order.journal(),
        );
    }
    order.journal().check_hints()?;
    order.check_certificate(&certificate, &pebble.root()?)
}

/// Puts the next fault in the place of the one that was found last.
fn next_fault(gateway: &Gateway, pebble: &Pebble, last: Option<Found>) -> Result<()> {
    match last {
        None => gateway.limit()?,
        Some(Found::Status(429)) => {
            gateway.lift_limit()?;
            gateway.lose_server()?;
        }
        Some(Found::Status(502)) => {
            gateway.find_server()?;
            pebble.freeze()?;
        }
        Some(Found::Status(504)) => pebble.thaw()?,
        Some(_) => {}
    }
    Ok(())
}
