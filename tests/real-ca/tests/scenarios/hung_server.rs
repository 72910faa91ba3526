//! A server that hangs, and then goes on.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow, ensure};
use asyncpoll::{Outcome, Poller, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    journal::Found,
    order::Order,
    patience::PATIENCE,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

#[test]
fn a_server_that_hangs_and_goes_on_ends_done() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let account = Account::register(pebble.patient_client()?, &pebble.directory())?;
    let account = Arc::new(account.with_client(pebble.client(Duration::from_secs(3))?));
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let mut order = Order::place(&account, pebble.address())?;
    order.answer_challenge()?;

    let mut poller = Poller::seeded(PATIENCE, random_seed(), Instant::now());
    let certificate = poll_blocking(&mut poller, |poll| {
        let changed = match poll.number {
            2 => pebble.freeze(),
            5 => pebble.thaw(),
            _ => Ok(()),
        };
        match changed {
            Ok(()) => order.poll().map_err(Into::into),
            Err(error) => Outcome::Failed(error),
        }
    })
    .map_err(|ended| anyhow!("it ended with {ended:?}"))?;

    let polls = order.journal().entries();
    let hung = polls.get(1..4).is_some_and(|polls| polls.iter().all(|poll| poll.found == Found::TimedOut));
    ensure!(hung, "the server did not hang: {polls:?}");
    order.journal().check_hints()?;
    order.check_certificate(&certificate, &pebble.root()?)
}
