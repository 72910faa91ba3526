//! The HTTP client: it places the orders, and polls.

use core::{error::Error, time::Duration};

use asyncpoll::Outcome;
use ureq::{Agent, http::header::RETRY_AFTER};

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
        let response = match self.agent.get(url).call() {
            Ok(response) => response,
            Err(error) => return Outcome::transient(error.to_string()),
        };
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let hint = retry_after.map(Duration::from_secs);
        match response.status().as_u16() {
            200 => Outcome::Done(()),
            202 => Outcome::pending().retry_after(hint),
            status @ 429 => Outcome::throttled(format!("status {status}")).retry_after(hint),
            status @ 503 if hint.is_some() => Outcome::throttled(format!("status {status}")).retry_after(hint),
            status @ 500..=599 => Outcome::transient(format!("status {status}")).retry_after(hint),
            status => Outcome::Failed(format!("status {status}")),
        }
    }
}
