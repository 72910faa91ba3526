//! You need this if you start a long-running operation at Google Cloud, or
//! at another server of AIP-151: `done`, then `error` or `response`.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::{Outcome, Policy, PollError, Poller, poll_async};
use asyncpoll::{http::classify, random_seed};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use std::{env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let url = env::args().nth(1).context("name the operation by its URL")?;
    let (token, http) = (env::var("GOOGLE_TOKEN")?, Client::new());
    let response = wait_for(|| http.get(&url).bearer_auth(&token)).await?;
    println!("{response}");
    Ok(())
}

pub(crate) async fn wait_for(
    poll: impl Fn() -> RequestBuilder,
) -> Result<Value> {
    let policy: Policy = "1s x3/2 <=45s +-20% 1h".parse()?;
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    let look = async |_| ask(poll()).await.unwrap_or_else(Outcome::transient);
    let ended = poll_async(&mut poller, Instant::now, sleep, look).await;
    Ok(ended.map_err(PollError::into_boxed)?)
}

async fn ask(poll: RequestBuilder) -> Result<Outcome<Value, Error>> {
    let answer = poll.timeout(Duration::from_secs(30)).send().await?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let mut body: Value = answer.json().await.unwrap_or_default();
    let why = || anyhow!("{said:?}: {body}");
    // The poll has failed, which says nothing of the operation.
    if let Some(outcome) = said.outcome(why) {
        let hint = said.retry_after().max(retry_delay(&body));
        return Ok(outcome.retry_after(hint));
    }
    Ok(match (&body["done"], &body["error"]) {
        (Value::Bool(true), Value::Null) => {
            Outcome::Done(body["response"].take())
        }
        (Value::Bool(true), error) => Outcome::Failed(anyhow!("{error}")),
        _ if body.is_null() => {
            Outcome::transient(why()).retry_after(said.retry_after())
        }
        _ => Outcome::pending().retry_after(said.retry_after()),
    })
}

/// Reads the `RetryInfo` of an error, in which a time is `3.5s`.
fn retry_delay(body: &Value) -> Option<Duration> {
    let mut details = body["error"]["details"].as_array()?.iter();
    let delay = details.find_map(|detail| detail["retryDelay"].as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}
