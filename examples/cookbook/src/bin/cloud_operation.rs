//! You need this if you create something at Azure, or at a cloud of its kind.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::http::{Answer, classify, retry_after};
use asyncpoll::{Outcome, Policy, PollError, Poller, poll_async, random_seed};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use std::{env, sync::Mutex, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};
type Found = Outcome<Value, Error>;
type Hint = Mutex<Option<Duration>>; // It holds for answers that have none.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let url = env::args().nth(1).context("name the resource by its URL")?;
    create(&Client::new(), &url).await.map(|made| println!("{made}"))
}

pub(crate) async fn create(http: &Client, url: &str) -> Result<Value> {
    let begun = http.put(url).send().await?.error_for_status()?;
    let hint = Mutex::new(retry_after(begun.headers(), SystemTime::now()));
    let link = |name| begun.headers().get(name)?.to_str().ok();
    match (link("azure-asyncoperation"), link("location")) {
        (Some(operation), _) => {
            wait(http, operation, true, &hint).await?;
            wait(http, url, false, &hint).await
        }
        (None, Some(location)) => wait(http, location, false, &hint).await,
        (None, None) => Ok(begun.json().await?), // It is there already.
    }
}

async fn wait(http: &Client, at: &str, op: bool, hint: &Hint) -> Result<Value> {
    let policy: Policy = "5s x3/2 <=1m +-20% 2h".parse()?;
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    poller.wait_first(*hint.lock().unwrap(), Instant::now())?;
    let ended = poll_async(&mut poller, Instant::now, sleep, async |_| {
        let held = *hint.lock().unwrap();
        let broken = |error| Outcome::transient(error).retry_after(held);
        ask(http.get(at), op, hint).await.unwrap_or_else(broken)
    });
    Ok(ended.await.map_err(PollError::into_boxed)?)
}

async fn ask(poll: RequestBuilder, op: bool, hint: &Hint) -> Result<Found> {
    let answer = poll.timeout(Duration::from_secs(30)).send().await?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let body: Value = answer.json().await.unwrap_or_default();
    let why = || anyhow!("{said:?}: {body}");
    let good = matches!(said, Answer::Success { .. } | Answer::Pending { .. });
    let mut hint = hint.lock().unwrap();
    *hint = said.retry_after().filter(|_| good).or(*hint);
    let found = match body["status"].as_str() {
        Some("Succeeded") if op && good => Outcome::Done(body),
        Some("Failed" | "Canceled") if op && good => Outcome::Failed(why()),
        _ if good && (op || body.is_null()) => Outcome::pending(),
        _ => said.outcome(why).unwrap_or(Outcome::Done(body)),
    };
    Ok(found.retry_after(said.retry_after().max(*hint)))
}
