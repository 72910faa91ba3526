//! A server that is gone, comes back and has forgotten everything.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{Driver, Outcome, PollError, Poller, random_seed};
use real_ca::{
    account::Account,
    acme_error::AcmeError,
    journal::Found,
    order::Order,
    patience::PATIENCE,
    pebble::{Conditions, Pebble},
    responder::Responder,
    shared_order::SharedOrder,
};
use tokio::time::{Instant, sleep};

#[tokio::test]
async fn a_server_that_comes_back_without_memory_ends_failed() -> Result<()> {
    let mut pebble = Pebble::start(Conditions::default())?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;
    let order = SharedOrder::new(order);

    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let mut last_error = None;
    let poll = |poll: asyncpoll::NextPoll| {
        let changed = match poll.number {
            2 => pebble.stop(),
            5 => pebble.start_again(),
            _ => Ok(()),
        };
        let order = order.clone();
        async move {
            match changed {
                Ok(()) => order.poll(Order::poll).await.map_err(Into::into),
                Err(error) => Outcome::Failed(error),
            }
        }
    };
    let ended = Driver::new(Instant::now, sleep).last_error(&mut last_error).poll_async(&mut poller, poll).await;

    let Err(PollError::Failed(error)) = ended else { bail!("it ended with {ended:?}") };
    let error = error.downcast::<AcmeError>()?;
    let problem = error.problem().context("there is no problem document")?;
    ensure!(problem.is("accountDoesNotExist"), "the problem is {problem:?}");
    let order = order.lock();
    let polls = order.journal().entries();
    let gone = polls.get(1..4).is_some_and(|polls| polls.iter().all(|poll| poll.found == Found::ConnectionRefused));
    ensure!(gone, "the server was not gone: {polls:?}");
    ensure!(last_error.is_some(), "no transient error was kept");
    Ok(())
}
