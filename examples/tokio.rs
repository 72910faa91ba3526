//! Polls an order over HTTP under tokio until it is issued, or until Ctrl-C, which stops a sleep and a poll under way alike:
//! `cargo run --package asyncpoll-examples --bin tokio`, and the address of an order, if you have one. What it prints while it waits
//! are the events that asyncpoll gives to tracing. With `--log FILE`, it adds a line to a log for asyncpoll-fit.

#[path = "order/src/authority.rs"]
mod authority;
#[path = "order/src/log.rs"]
mod log;

use core::time::Duration;
use std::{env, path::Path, time::SystemTime};

use anyhow::Context;
use asyncpoll::{Driver, NextPoll, Outcome, Policy, PollError, Poller, const_policy, http::classify, random_seed};
use reqwest::{Client, Response, StatusCode, header::LOCATION};
use tokio::{
    signal::ctrl_c,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, prelude::*};

use crate::log::LastPolls;

/// Quick enough to watch.
const POLICY: Policy = const_policy!(
    Policy::builder().initial_wait(Duration::from_millis(300)).multiplier(2, 1).max_wait(Duration::from_secs(20))
);

/// How long one poll may take, and how long the last may that has no time left.
const LONGEST: Duration = Duration::from_secs(2);
const SHORTEST: Duration = Duration::from_secs(1);

/// Why an order is not issued, or a poll did not find out.
#[derive(Debug, thiserror::Error)]
enum OrderError {
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("there is no answer")]
    NoAnswer(#[from] reqwest::Error),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::registry()
        .with(fmt::layer().with_target(false).without_time())
        // The client has events of its own.
        .with(Targets::new().with_target("asyncpoll", Level::DEBUG))
        .init();
    let client = Client::builder().no_proxy().build()?;
    let (mut order, mut log) = (None, None);
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--log" {
            log = Some(arguments.next().context("--log takes the name of a file")?);
        } else {
            order = Some(argument);
        }
    }
    let order = match order {
        Some(order) => order,
        None => place_order(&client).await?,
    };
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        if ctrl_c().await.is_ok() {
            stopping.cancel();
        }
    });
    let mut last_polls = LastPolls::default();
    let ended = wait_for(&client, &order, &stop, &mut last_polls).await;
    if let Some(file) = log {
        let is_over = !matches!(ended, Err(PollError::GaveUp(_)));
        last_polls.append(Path::new(&file), is_over).with_context(|| format!("{file} cannot be written"))?;
    }
    println!("{}", ended?);
    Ok(())
}

/// Polls the order until it is issued, or until `stop` is cancelled.
async fn wait_for(
    client: &Client,
    order: &str,
    stop: &CancellationToken,
    last_polls: &mut LastPolls,
) -> Result<String, PollError<OrderError>> {
    let start = Instant::now();
    let mut poller = Poller::seeded(POLICY, random_seed(), start);
    let mut last_error = None;
    let polling = Driver::new(Instant::now, sleep)
        .last_error(&mut last_error)
        .trace_errors()
        .on_wait(|_| last_polls.take(start.elapsed()))
        .poll_async(&mut poller, |poll| look(client, order, poll));
    match stop.run_until_cancelled(polling).await {
        Some(ended) => {
            // What has finished stands at its last poll.
            last_polls.take(poller.elapsed(Instant::now()));
            ended
        }
        // Sleep or poll, the future is dropped in the middle of it; the poller and the error are still here.
        None => Err(poller.cancel(Instant::now()).with_last_error(last_error).into()),
    }
}

/// Polls once.
async fn look(client: &Client, order: &str, poll: NextPoll) -> Outcome<String, OrderError> {
    let timeout = poll.remaining.map_or(LONGEST, |left| left.clamp(SHORTEST, LONGEST));
    match client.get(order).timeout(timeout).send().await {
        Ok(answer) => read(answer).await.unwrap_or_else(|error| Outcome::transient(error.into())),
        // The address is none: to ask again would not help.
        Err(error) if error.is_builder() => Outcome::Failed(error.into()),
        Err(error) => Outcome::transient(error.into()),
    }
}

/// Says what an answer means, or that the connection broke in the middle of it.
async fn read(answer: Response) -> Result<Outcome<String, OrderError>, reqwest::Error> {
    let status = answer.status();
    match classify(status, answer.headers(), SystemTime::now()).outcome(|| OrderError::Status(status)) {
        Some(outcome) => Ok(outcome),
        None => Ok(Outcome::Done(answer.text().await?)),
    }
}

/// Places an order at a small certificate authority on this machine, and returns its address.
async fn place_order(client: &Client) -> anyhow::Result<String> {
    let orders = authority::start().map_err(anyhow::Error::from_boxed)?;
    let answer = client.post(orders.to_string()).body("www.example.test").timeout(LONGEST).send().await?;
    let location = answer.headers().get(LOCATION).context("the answer to the order has no Location")?;
    Ok(location.to_str()?.to_owned())
}
