//! You need this if you order certificates by ACME, RFC 8555: an order is
//! pending, ready, processing, valid, and a server may ask you to wait.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::{Outcome, Policy, PollError, Poller, poll_async};
use asyncpoll::{http::classify, random_seed};
use reqwest::{Client, Response, Result as Sent};
use serde_json::Value;
use std::{env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};

const STATES: [&str; 4] = ["pending", "ready", "processing", "valid"];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let order = env::args().nth(1).context("name the order by its URL")?;
    let http = Client::builder().timeout(Duration::from_secs(30)).build()?;
    // Some servers let orders be read so. Others take a POST-as-GET that your
    // account signs: let your ACME client send that here.
    let poll = async || http.get(&order).send().await;
    wait_until("ready", &poll).await?;
    // Now finalize the order with the request for the certificate.
    let order = wait_until("valid", &poll).await?;
    println!("{}", order["certificate"]);
    Ok(())
}

/// Waits until an order, or an authorization, has come to a state.
pub(crate) async fn wait_until(
    state: &str,
    poll: impl AsyncFn() -> Sent<Response>,
) -> Result<Value> {
    let policy: Policy = "1s x2 <=1m +-20% 1h".parse()?;
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    let look = async |_| {
        let found = read(poll().await, state).await;
        found.unwrap_or_else(Outcome::transient)
    };
    let ended = poll_async(&mut poller, Instant::now, sleep, look).await;
    Ok(ended.map_err(PollError::into_boxed)?)
}

async fn read(
    answer: Sent<Response>,
    awaited: &str,
) -> Result<Outcome<Value, Error>> {
    let answer = answer?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let body: Value = answer.json().await.unwrap_or_default();
    let why = || anyhow!("{said:?}: {body}");
    let rank = |state| STATES.iter().position(|known| *known == state);
    let hint = said.retry_after();
    Ok(match (said.outcome(why), body["status"].as_str()) {
        (Some(outcome), _) => outcome,
        (_, None) => Outcome::transient(why()).retry_after(hint),
        (_, Some(state)) if rank(state) >= rank(awaited) => Outcome::Done(body),
        (_, Some(state)) if rank(state).is_none() => Outcome::Failed(why()),
        (_, Some(_)) => Outcome::pending().retry_after(hint),
    })
}
