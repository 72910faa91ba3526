//! An order that stays in processing for ever.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, bail, ensure};
use asyncpoll::{Jitter, Policy, PollError, Poller, Reason, const_policy, poll_async, poll_blocking, random_seed};
use real_ca::{
    account::Account,
    acme_error::AcmeError,
    journal::Journal,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
    shared_order::SharedOrder,
};

const MAX_WAIT: Duration = Duration::from_secs(9);

/// Polls at 0 s, 5 s and the deadline. The answers may take three seconds longer than that before the hint of one second, at
/// the second poll, no longer fits.
const POLICY: Policy = const_policy!(
    Policy::builder().initial_wait(Duration::from_secs(5)).multiplier(1, 1).jitter(Jitter::None).max_wait(MAX_WAIT)
);

#[test]
fn a_stuck_order_ends_at_the_deadline_blocking() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let (mut order, _responder) = authorized(&pebble)?;
    let start = std::time::Instant::now();
    let mut poller = Poller::seeded(POLICY, random_seed(), start);
    let ended = poll_blocking(&mut poller, |poll| if poll.number == 1 { order.finalize() } else { order.look() });
    check(ended, start, order.journal())
}

#[tokio::test]
async fn a_stuck_order_ends_at_the_deadline_async() -> Result<()> {
    let pebble = Pebble::start(Conditions::default())?;
    let (order, _responder) = authorized(&pebble)?;
    let order = SharedOrder::new(order);
    let now = tokio::time::Instant::now;
    let start = now();
    let mut poller = Poller::seeded(POLICY, random_seed(), start);
    let ended = poll_async(&mut poller, now, tokio::time::sleep, |poll| {
        order.poll(if poll.number == 1 { Order::finalize } else { Order::look })
    });
    check(ended.await, start.into_std(), order.lock().journal())
}

/// Returns an order that waits for its finalization, after which it will be stuck.
fn authorized(pebble: &Pebble) -> Result<(Order, Responder)> {
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(pebble, account.thumbprint())?;
    responder.answer();
    let mut order = Order::place_stuck(&account, pebble.address())?;
    order.authorize()?;
    Ok((order, responder))
}

fn check(ended: Result<String, PollError<AcmeError>>, start: std::time::Instant, journal: &Journal) -> Result<()> {
    let Err(PollError::GaveUp(gave_up)) = ended else { bail!("it ended with {ended:?}") };
    ensure!(gave_up.reason == Reason::MaxWait, "{gave_up}");
    ensure!(gave_up.elapsed >= MAX_WAIT, "{gave_up}");
    ensure!(gave_up.errors == 0 && gave_up.last_error.is_none(), "{gave_up:?}");

    let polls = journal.entries();
    ensure!(gave_up.polls == 3 && polls.len() == 3, "{gave_up}: {journal:?}");
    let deadline = start + MAX_WAIT;
    for (number, poll) in (1..).zip(polls) {
        let is_last = number == polls.len();
        ensure!((poll.sent >= deadline) == is_last, "poll {number} was {:?} after the start", poll.sent - start);
    }
    ensure!(gave_up.retry_after.is_some(), "no hint was handed back: {gave_up:?}");
    ensure!(gave_up.retry_after == journal.last()?.hint, "another hint was handed back: {gave_up:?}, {journal:?}");
    journal.check_hints()
}
