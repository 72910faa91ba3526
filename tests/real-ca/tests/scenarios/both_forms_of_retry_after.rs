//! `Retry-After` in seconds and as a date becomes the hint.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, bail, ensure};
use asyncpoll::Outcome;
use real_ca::{
    account::Account,
    order::Order,
    pebble::{Conditions, Pebble},
    responder::Responder,
};

/// The server asks for this many seconds.
const ASKED: u32 = 60;

/// Each answer has either form with the same chance: that all these have the same, nobody will live to see.
const ANSWERS: usize = 64;

#[test]
fn both_forms_of_retry_after_become_the_hint() -> Result<()> {
    let pebble = Pebble::start(Conditions { order_retry_after: ASKED, ..Conditions::default() })?;
    let account = Arc::new(Account::register(pebble.patient_client()?, &pebble.directory())?);
    let mut responder = Responder::start(&pebble, account.thumbprint())?;
    responder.answer();
    let mut order = Order::place_stuck(&account, pebble.address())?;
    order.authorize()?;
    let outcome = order.finalize();
    ensure!(matches!(outcome, Outcome::Pending { .. }), "the finalization found {outcome:?}");

    let asked = Duration::from_secs(ASKED.into());
    let (mut in_seconds, mut as_date) = (0, 0);
    for _ in 0..ANSWERS {
        let Outcome::Pending { retry_after: Some(hint), .. } = order.look() else { bail!("no hint: {:?}", order.journal()) };
        if order.journal().last()?.asked_date.is_some() {
            // The server looks at its clock twice, for `Retry-After` first and for `Date` then.
            ensure!(asked / 2 <= hint && hint <= asked, "a date in {asked:?} became a hint of {hint:?}");
            as_date += 1;
        } else {
            ensure!(hint == asked, "{asked:?} became a hint of {hint:?}");
            in_seconds += 1;
        }
    }
    ensure!(in_seconds > 0 && as_date > 0, "{in_seconds} answers were in seconds, and {as_date} had a date");
    Ok(())
}
