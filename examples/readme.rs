//! Polls an address until there is what it promises: README's program.

use anyhow::{Error, Result, anyhow};
use asyncpoll::{Driver, Outcome, Policy, PollError, Poller, http, random_seed};
use reqwest::{Client, Url};
use std::{env, time::Duration, time::SystemTime};
use tokio::time::{Instant, sleep};

async fn poll(client: &Client, url: &Url) -> Result<Outcome<String, Error>> {
    let answer = client.get(url.clone()).send().await?;
    let (status, now) = (answer.status(), SystemTime::now());
    let said = http::classify(status, answer.headers(), now);
    Ok(match said.outcome(|| anyhow!("{status}")) {
        Some(outcome) => outcome,
        None => Outcome::Done(answer.text().await?),
    })
}

#[tokio::main]
async fn main() -> Result<()> {
    let url = env::args().nth(1).unwrap_or_default().parse()?;
    let client = Client::builder().timeout(Duration::from_secs(30)).build()?;
    let start = Instant::now();
    let mut poller = Poller::seeded(Policy::default(), random_seed(), start);
    let driver = Driver::new(Instant::now, sleep);
    let polled = driver.poll_async(&mut poller, async |_| {
        let found = poll(&client, &url).await;
        found.unwrap_or_else(Outcome::transient)
    });
    println!("{}", polled.await.map_err(PollError::into_boxed)?);
    Ok(())
}
