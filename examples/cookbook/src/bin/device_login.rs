//! You need this if users sign in with a code on another device: RFC 8628.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::{Outcome, Policy, PollError, Poller};
use asyncpoll::{http::classify, poll_async, random_seed};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::{env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let server = env::args().nth(1).context("name the server")?;
    let http = Client::builder().timeout(Duration::from_secs(5)).build()?;
    log_in(&http, &server).await.map(|token| println!("{token}"))
}

pub(crate) async fn log_in(http: &Client, at: &str) -> Result<String> {
    let id = ("client_id", "cookbook");
    let login = http.post(format!("{at}/device")).form(&[id]).send().await?;
    let login: Value = login.error_for_status()?.json().await?;
    println!("Enter {} at {}", login["user_code"], login["verification_uri"]);
    let code = login["device_code"].as_str().context("there is no code")?;
    let form = [id, ("grant_type", GRANT), ("device_code", code)];
    let expiry = login["expires_in"].as_u64().context("there is no expiry")?;
    let seconds =
        AtomicU64::new(login["interval"].as_u64().unwrap_or(5).max(1));
    let wait = || Duration::from_secs(seconds.load(Relaxed));
    let policy = "+20%".parse::<Policy>()?.to_builder().initial_wait(wait());
    let policy = policy.max_wait(Duration::from_secs(expiry)).build_clamped();
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    poller.wait_first(wait(), Instant::now())?;
    let ended = poll_async(&mut poller, Instant::now, sleep, async |_| {
        let poll = http.post(format!("{at}/token")).form(&form);
        let broken = |error| Outcome::transient(error).retry_after(wait());
        ask(poll, &seconds).await.unwrap_or_else(broken)
    });
    Ok(ended.await.map_err(PollError::into_boxed)?)
}

type Found = Outcome<String, Error>;
async fn ask(poll: RequestBuilder, seconds: &AtomicU64) -> Result<Found> {
    let answer = poll.send().await?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let body: Value = answer.json().await.unwrap_or_default();
    let why = || anyhow!("{said:?}: {body}");
    let more = if body["error"] == "slow_down" { 5 } else { 0 };
    let wait = Duration::from_secs(seconds.fetch_add(more, Relaxed) + more);
    let found = match (body["access_token"].as_str(), body["error"].as_str()) {
        (Some(token), _) => Outcome::Done(token.to_owned()),
        (_, Some("authorization_pending" | "slow_down")) => Outcome::pending(),
        (_, Some("access_denied")) => Outcome::Failed(anyhow!("access denied")),
        (_, None) => Outcome::transient(why()),
        _ => said.outcome(why).unwrap_or_else(|| Outcome::Failed(why())),
    };
    Ok(found.retry_after(said.retry_after().max(Some(wait))))
}
