//! You need this if a user signs in to your program with a code on another
//! device, as RFC 8628 says: a command line, a television.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::{Jitter, Outcome, Policy, PollError, Poller};
use asyncpoll::{http::classify, poll_async, random_seed};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, from_slice};
use std::{cell::Cell, env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const FIVE: Duration = Duration::from_secs(5);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let server = env::args().nth(1).context("name the server")?;
    let http = Client::builder().timeout(FIVE).build()?;
    log_in(&http, &server).await.map(|token| println!("{token}"))
}

pub(crate) async fn log_in(http: &Client, at: &str) -> Result<String> {
    let id = ("client_id", "cookbook");
    let login = http.post(format!("{at}/device")).form(&[id]).send().await?;
    let login: Value = login.error_for_status()?.json().await?;
    println!("Enter {} at {}", login["user_code"], login["verification_uri"]);
    let code = login["device_code"].as_str().context("there is no code")?;
    let form = [id, ("grant_type", GRANT), ("device_code", code)];
    let seconds = |name: &str| login[name].as_u64().map(Duration::from_secs);
    let expiry = seconds("expires_in").context("the code never expires")?;
    let wait = Cell::new(seconds("interval").unwrap_or(FIVE));
    let policy = Policy::builder().jitter(Jitter::Above(20)).max_wait(expiry);
    let start = Instant::now();
    let mut poller = Poller::seeded(policy.build()?, random_seed(), start);
    poller.wait_first(wait.get(), start)?;
    let look = async |_| {
        let poll = http.post(format!("{at}/token")).form(&form);
        let broken = |error| Outcome::transient(error).retry_after(wait.get());
        ask(poll, &wait).await.unwrap_or_else(broken)
    };
    let token = poll_async(&mut poller, Instant::now, sleep, look).await;
    Ok(token.map_err(PollError::into_boxed)?)
}

type Found = Outcome<String, Error>;
async fn ask(poll: RequestBuilder, wait: &Cell<Duration>) -> Result<Found> {
    let answer = poll.send().await?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let body: Value = from_slice(&answer.bytes().await?).unwrap_or_default();
    let why = || anyhow!("{said:?}: {body}");
    let found = match (body["access_token"].as_str(), body["error"].as_str()) {
        (Some(token), _) => Outcome::Done(token.to_owned()),
        (_, Some("authorization_pending" | "slow_down")) => Outcome::pending(),
        _ => said.outcome(why).unwrap_or_else(|| Outcome::Failed(why())),
    };
    if body["error"] == "slow_down" {
        wait.set(wait.get() + FIVE);
    }
    Ok(found.retry_after(said.retry_after().max(Some(wait.get()))))
}
