//! The HTTP client: it places the orders, and polls.

use core::{error::Error, time::Duration};
use std::time::SystemTime;

use asyncpoll::{Outcome, http::classify};
use ureq::{
    Agent,
    http::{HeaderMap, StatusCode},
};

/// An HTTP client that reports what it is told, whatever it is.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    orders: String,
}

impl Client {
    /// Makes the client of an authority that takes orders at this URL.
    pub(crate) fn new(orders: &str) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            // The server may leave a connection waiting behind those that are kept alive.
            .max_idle_connections(0)
            .proxy(None)
            .build();
        Self { agent: config.into(), orders: orders.to_owned() }
    }

    /// Places orders by these names.
    pub(crate) fn place_orders(&self, names: &[String]) -> Result<(), Box<dyn Error + Send + Sync>> {
        let status = self.agent.post(&self.orders).send(names.join("\n"))?.status();
        if status == 201 { Ok(()) } else { Err(format!("the answer to the orders is {status}").into()) }
    }

    /// Polls an order.
    pub(crate) fn poll(&self, name: &str) -> Outcome<(), String> {
        match self.agent.get(format!("{}/{name}", self.orders)).call() {
            Ok(response) => found(response.status(), response.headers()),
            Err(error) => Outcome::transient(error.to_string()),
        }
    }

    /// Polls many orders by one request. If that is refused or fails, so is each poll of it.
    pub(crate) fn poll_all(&self, names: &[&str]) -> Vec<Outcome<(), String>> {
        let all = |found: Outcome<(), String>| vec![found; names.len()];
        let sent = self.agent.post(format!("{}/batch", self.orders)).send(names.join("\n"));
        let (head, mut body) = match sent {
            Ok(response) if response.status().is_success() => response.into_parts(),
            Ok(refused) => return all(found(refused.status(), refused.headers())),
            Err(error) => return all(Outcome::transient(error.to_string())),
        };
        match body.read_to_string() {
            // The answer to each poll is a line with its status.
            Ok(answers) => answers
                .lines()
                .map(|line| match line.parse() {
                    Ok(status) => found(status, &head.headers),
                    Err(_) => Outcome::transient(format!("{line:?} is no status")),
                })
                .collect(),
            Err(error) => all(Outcome::transient(error.to_string())),
        }
    }
}

/// Returns what an answer says of an order.
fn found(status: StatusCode, headers: &HeaderMap) -> Outcome<(), String> {
    let answer = classify(status, headers, SystemTime::now());
    answer.outcome(|| format!("status {}", status.as_u16())).unwrap_or(Outcome::Done(()))
}
