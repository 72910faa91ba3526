//! You need this if something has to wait until a service is up: a test, a
//! deployment, a container that starts before its database.

use anyhow::{Context, Result, anyhow};
use asyncpoll::{Outcome, Policy, PollError, Poller, poll_async};
use asyncpoll::{http::retry_after, random_seed};
use reqwest::Client;
use std::{env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let health = env::args().nth(1).context("name the health check by URL")?;
    let http = Client::builder().timeout(Duration::from_secs(2)).build()?;
    wait_until_up(&http, &health).await
}

pub(crate) async fn wait_until_up(http: &Client, health: &str) -> Result<()> {
    let policy: Policy = "100ms x2 <=5s 2m".parse()?;
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    let look = async |_| match http.get(health).send().await {
        Ok(answer) if answer.status().is_success() => Outcome::Done(()),
        Ok(answer) => {
            let hint = retry_after(answer.headers(), SystemTime::now());
            let error = anyhow!("{health} answers {}", answer.status());
            Outcome::transient(error).retry_after(hint)
        }
        // Nobody listens yet, or the connection is reset.
        Err(refused) => Outcome::transient(refused.into()),
    };
    let ended = poll_async(&mut poller, Instant::now, sleep, look).await;
    Ok(ended.map_err(PollError::into_boxed)?)
}
