//! A server that asks for more time than there is.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use asyncpoll::{Policy, PollError, Poller, Reason, const_policy, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

/// Shorter than any hint of the server.
const IMPATIENCE: Policy =
    const_policy!(Policy::builder().initial_wait(Duration::from_millis(100)).max_wait(Duration::from_secs(1)));

/// By a second less, if the server names a date and a second ends just then.
const ASKED: u32 = 4;

#[test]
fn a_hint_past_the_deadline_ends_at_once_and_coming_back_succeeds() -> Result<()> {
    let pebble = Pebble::start(Conditions { order_retry_after: ASKED, ..Conditions::default() })?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let mut order = Order::place(&account, pebble.address())?;
    order.authorize()?;

    let mut poller = Poller::seeded(IMPATIENCE, random_seed(), Instant::now());
    let ended = poll_blocking(&mut poller, |_| order.finalize());
    let Err(PollError::GaveUp(gave_up)) = ended else { bail!("it ended with {ended:?}") };
    ensure!(gave_up.reason == Reason::RetryAfterPastDeadline && gave_up.polls == 1, "{gave_up}");
    ensure!(gave_up.retry_after == order.journal().last()?.hint, "another hint was handed back: {gave_up}");

    thread::sleep(gave_up.retry_after.context("no hint was handed back")?);
    let mut poller = Poller::seeded(IMPATIENCE, random_seed(), Instant::now());
    let certificate = poll_blocking(&mut poller, |_| order.look())?;
    ensure!(poller.polls() == 1, "it came back {} times", poller.polls());
    order.journal().check_hints()?;
    order.check_certificate(&certificate, &pebble.root()?)
}
