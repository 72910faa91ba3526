//! You need this if a job queue runs your polls. A job whose operation goes on
//! is put back with a delay (snoozed), and keeps no worker in the meantime.

use anyhow::{Context, Error, Result, anyhow};
use asyncpoll::{Decision, Elapsed, Outcome, Policy, Poller, Snapshot};
use asyncpoll::{http::classify, random_seed};
use reqwest::{Client, RequestBuilder};
use serde::{Deserialize, Serialize};
use std::{env, future::poll_fn, time::Duration, time::SystemTime};
use tokio_util::time::DelayQueue;

/// The arguments of a job. Queues keep them as JSON.
#[derive(Deserialize, Serialize)]
pub(crate) struct Job {
    pub(crate) url: String,
    pub(crate) start: Duration, // of the poller, since 1970
    pub(crate) poller: Snapshot,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let url = env::args().nth(1).context("name the operation by its URL")?;
    let now = || SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let (mut queue, start) = (DelayQueue::new(), now());
    let poller = Poller::seeded(Policy::default(), random_seed(), start);
    let job = Job { url, start, poller: poller.snapshot(start) };
    queue.insert(job, Duration::ZERO);
    while let Some(due) = poll_fn(|task| queue.poll_expired(task)).await {
        let mut job = due.into_inner();
        match run(&mut job, &Client::new(), now).await? {
            Decision::Sleep(delay) => drop(queue.insert(job, delay)),
            ended => println!("{}: {ended:?}", job.url),
        }
    }
    Ok(())
}

/// Polls once. `Sleep` says for how long the queue is to put the job back.
pub(crate) async fn run(
    job: &mut Job,
    http: &Client,
    now: impl Fn() -> Duration,
) -> Result<Decision<String, Error>> {
    let (policy, kept) = (Policy::default(), &job.poller);
    let elapsed = Elapsed(now().saturating_sub(job.start));
    let mut poller = Poller::restore(kept, policy, now(), elapsed)?;
    let found = ask(http.get(&job.url)).await;
    let decision = poller.step(found.unwrap_or_else(Outcome::transient), now());
    job.poller = poller.snapshot(now());
    Ok(decision)
}

async fn ask(poll: RequestBuilder) -> Result<Outcome<String, Error>> {
    let answer = poll.timeout(Duration::from_secs(30)).send().await?;
    let said = classify(answer.status(), answer.headers(), SystemTime::now());
    let text = answer.text().await.map_err(Error::new);
    let outcome = said.outcome(|| anyhow!("{said:?}: {text:?}"));
    let read = text.map_or_else(Outcome::transient, Outcome::Done);
    Ok(outcome.unwrap_or_else(|| read.retry_after(said.retry_after())))
}
