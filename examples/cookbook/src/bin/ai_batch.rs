//! You need this if an AI provider works on a batch of prompts of yours for
//! up to a day, and your program may be restarted in the meantime.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::{Elapsed, Outcome, Policy, PollError, Poller, Snapshot};
use asyncpoll::{http::classify, random_seed};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, from_slice, to_vec};
use std::{env, fs, path::Path, time::Duration, time::SystemTime};
use tokio::time::sleep;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let batch = env::args().nth(1).context("name the batch by its URL")?;
    let (key, http) = (env::var("OPENAI_API_KEY")?, Client::new());
    let poll = || http.get(&batch).bearer_auth(&key);
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    println!("{}", wait_for(poll, "batch.json".as_ref(), now).await?);
    Ok(fs::remove_file("batch.json")?)
}

pub(crate) async fn wait_for(
    poll: impl Fn() -> RequestBuilder,
    file: &Path,
    now: impl Fn() -> Duration,
) -> Result<Value> {
    let policy: Policy = "30s x3/2 <=10m +-20% 25h".parse()?;
    let (start, mut poller) = if file.exists() {
        let (start, kept): (_, Snapshot) = from_slice(&fs::read(file)?)?;
        let elapsed = Elapsed(now().saturating_sub(start));
        (start, Poller::restore(&kept, policy, now(), elapsed)?)
    } else {
        (now(), Poller::seeded(policy, random_seed(), now()))
    };
    loop {
        let new = file.with_extension("new");
        fs::write(&new, to_vec(&(start, poller.snapshot(now())))?)?;
        fs::rename(new, file)?;
        sleep(poller.until_next_poll(now()).unwrap_or_default()).await;
        let found = ask(poll()).await.unwrap_or_else(Outcome::transient);
        let ended = poller.step(found, now()).control_flow().break_value();
        if let Some(ended) = ended {
            return Ok(ended.map_err(PollError::into_boxed)?);
        }
    }
}

async fn ask(poll: RequestBuilder) -> Result<Outcome<Value, Error>> {
    let answer = poll.timeout(Duration::from_secs(30)).send().await?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let body: Value = answer.json().await.unwrap_or_default();
    let why = || anyhow!("{said:?}: {body}");
    Ok(match (said.outcome(why), body["status"].as_str()) {
        (Some(outcome), _) => outcome,
        (_, Some("completed")) => Outcome::Done(body),
        (_, Some("failed" | "expired" | "cancelled")) => Outcome::Failed(why()),
        (_, Some(_)) => Outcome::pending().retry_after(said.retry_after()),
        (_, None) => Outcome::transient(why()).retry_after(said.retry_after()),
    })
}
