//! You need this if you renew certificates. The authority says when (ARI, RFC
//! 9773), and what fails is repeated after 1, 10 and 100 min, then daily.

use anyhow::{Context, Result, ensure};
use asyncpoll::{Outcome, Policy, Poller, http, poll_async, random_seed};
use jiff::Timestamp;
use reqwest::{Client, Response};
use std::{env, process::Command, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let info = env::args().nth(1).context("name the renewal info by URL")?;
    let latest = env::args().nth(2).context("when at the latest?")?.parse()?;
    let run = || Command::new("./renew").status().is_ok_and(|s| s.success());
    renew(&Client::new(), &info, latest, Timestamp::now, run).await
}

pub(crate) async fn renew(
    client: &Client,
    info: &str,
    latest: Timestamp,
    now: impl Fn() -> Timestamp,
    run: impl Fn() -> bool,
) -> Result<()> {
    let left = || now().duration_until(latest).try_into().unwrap_or_default();
    let asks = "1m x2 <=6h hint<=1d".parse::<Policy>()?.to_builder();
    let asks = asks.max_wait(left()).build_clamped();
    let mut poller = Poller::seeded(asks, random_seed(), Instant::now());
    let look = async |_| match client.get(info).timeout(MINUTE).send().await {
        Ok(answer) => {
            let hint = http::retry_after(answer.headers(), SystemTime::now());
            let least = if answer.status().is_server_error() { 1 } else { 360 };
            let hint = hint.map_or(least * MINUTE, |hint| hint.max(MINUTE));
            match until_renewal(answer, now()).await {
                Ok(wait) if wait < hint => Outcome::Done(wait),
                Ok(_) => Outcome::pending().retry_after(hint),
                Err(error) => Outcome::transient(error).retry_after(hint),
            }
        }
        Err(broken) => Outcome::transient(broken.into()),
    };
    let wait = poll_async(&mut poller, Instant::now, sleep, look).await;
    sleep(wait.unwrap_or_else(|_| left())).await;
    let runs: Policy = "[1m,10m,100m] 1d x1 <=1d forever".parse()?;
    let mut poller = Poller::seeded(runs, random_seed(), Instant::now());
    let look = async |_| Outcome::from(run().then_some(()));
    Ok(poll_async(&mut poller, Instant::now, sleep, look).await?)
}

async fn until_renewal(answer: Response, now: Timestamp) -> Result<Duration> {
    let body: serde_json::Value = answer.error_for_status()?.json().await?;
    let time = |at| body["suggestedWindow"][at].as_str().unwrap_or("").parse();
    let (start, end): (Timestamp, Timestamp) = (time("start")?, time("end")?);
    ensure!(start < end, "the window ends before it starts");
    let part = Duration::try_from(start.duration_until(end))? / u32::MAX;
    let time = start + part * u32::try_from(random_seed() >> 32)?;
    Ok(now.duration_until(time).try_into().unwrap_or_default())
}
