//! A server that hangs, and then goes on.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use asyncpoll::{Outcome, Poller, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    journal::Found,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

use crate::patience::PATIENCE;

#[test]
fn a_server_that_hangs_and_goes_on_ends_done() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Account::register(pebble.patient_client()?, &pebble.directory())?;
    let account = Arc::new(account.with_client(pebble.client(Duration::from_secs(1))?));
    let _responder = Responder::start(&pebble, account.thumbprint(), Duration::ZERO)?;
    let mut order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;

    let mut timed_out = 0;
    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let certificate = poll_blocking(&mut poller, |poll| {
        let changed = match (poll.number, timed_out) {
            (2, _) => pebble.freeze(),
            (_, 3) => pebble.thaw(),
            _ => Ok(()),
        };
        if let Err(error) = changed {
            return Outcome::Failed(error);
        }
        let outcome = order.poll();
        timed_out = order.journal().count(Found::TimedOut);
        outcome.map_err(Into::into)
    })
    .map_err(|ended| ended.into_error().unwrap_or_else(|| anyhow::anyhow!("it gave up")))?;

    let polls = order.journal().entries();
    let hung = polls.iter().skip(1).take(3).all(|poll| poll.found == Found::TimedOut);
    ensure!(hung, "the server did not hang: {polls:?}");
    order.journal().check_hints()?;
    order.check_certificate(&certificate, &pebble.root()?)
}
