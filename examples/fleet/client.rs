//! The HTTP client: it places the orders, and polls.

use core::{error::Error, time::Duration};
use std::time::SystemTime;

use asyncpoll::{Outcome, http::classify};
use ureq::Agent;

/// An HTTP client that reports what it is told, whatever it is.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
}

impl Client {
    pub(crate) fn new() -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(10)))
            .http_status_as_error(false)
            .max_idle_connections_per_host(100)
            .proxy(None)
            .build();
        Self { agent: config.into() }
    }

    /// Places so many orders, which are numbered from zero.
    pub(crate) fn place_orders(&self, orders: &str, count: usize) -> Result<(), Box<dyn Error + Send + Sync>> {
        let status = self.agent.post(orders).send(count.to_string())?.status();
        if status == 201 { Ok(()) } else { Err(format!("the answer to the orders is {status}").into()) }
    }

    /// Polls once.
    pub(crate) fn poll(&self, url: &str) -> Outcome<(), String> {
        match self.agent.get(url).call() {
            Ok(response) => {
                let status = response.status();
                let answer = classify(status, response.headers(), SystemTime::now());
                answer.outcome(|| format!("status {}", status.as_u16())).unwrap_or(Outcome::Done(()))
            }
            Err(error) => Outcome::transient(error.to_string()),
        }
    }
}
