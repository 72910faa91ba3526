//! The HTTP client: it places an order, and polls.

use core::{error::Error, time::Duration};

use ureq::{
    Agent,
    http::{Uri, header::LOCATION},
};

use crate::answer::Answer;

/// An HTTP client that reports what it is told, whatever it is.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
}

impl Client {
    pub(crate) fn new(timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            // A proxy would answer in the place of a server that is down, and a connection kept from the poll before may be
            // dead though the server is up.
            .proxy(None)
            .max_idle_connections(0)
            .build();
        Self { agent: config.into() }
    }

    /// Places an order for `name`, and returns where to poll it.
    pub(crate) fn place_order(&self, orders: &Uri, name: &str) -> Result<Uri, Box<dyn Error + Send + Sync>> {
        let response = self.agent.post(orders).send(name)?;
        match response.headers().get(LOCATION) {
            Some(location) => Ok(location.to_str()?.parse()?),
            None => Err(format!("the answer to the order is {} and has no Location", response.status()).into()),
        }
    }

    /// Polls once.
    pub(crate) fn poll(&self, url: &Uri) -> Answer {
        self.agent.get(url).call().and_then(Answer::read).unwrap_or_else(Answer::missing)
    }
}
