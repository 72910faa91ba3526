//! You need this if an AI batch takes up to a day, and your program may restart.

use anyhow::{Context, Error, Result, anyhow, ensure};
use asyncpoll::{Elapsed, Outcome, Policy, PollError, Poller, http::classify};
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
    wait_for(&batch, poll, "batch".as_ref(), now).await.map(|b| println!("{b}"))
}

pub(crate) async fn wait_for(
    batch: &str,
    poll: impl Fn() -> RequestBuilder,
    file: &Path,
    now: impl Fn() -> Duration,
) -> Result<Value> {
    let policy: Policy = "30s x3/2 <=10m +-20% 25h".parse()?;
    let (start, mut poller) = if file.exists() {
        let (of, start, kept) = from_slice::<(String, _, _)>(&fs::read(file)?)?;
        ensure!(of == batch, "the file is of {of}, which has not ended");
        let elapsed = Elapsed(now().saturating_sub(start));
        (start, Poller::restore(&kept, policy, now(), elapsed)?)
    } else {
        (now(), Poller::seeded(policy, asyncpoll::random_seed(), now()))
    };
    loop {
        let new = file.with_extension("new");
        fs::write(&new, to_vec(&(batch, start, poller.snapshot(now())))?)?;
        fs::rename(new, file)?;
        sleep(poller.until_next_poll(now()).unwrap_or_default()).await;
        let found = ask(poll()).await.unwrap_or_else(Outcome::transient);
        let ended = poller.step(found, now()).control_flow().break_value();
        if let Some(ended) = ended {
            fs::remove_file(file)?;
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
