//! The responder to http-01 challenges.

use std::{
    net::SocketAddrV4,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Result, anyhow};
use tiny_http::{Response, Server};

use crate::pebble::Pebble;

/// A server that answers http-01 challenges, stopped when dropped.
///
/// A body is the token and the thumbprint of the account's key; with another thumbprint, the answer is wrong.
pub struct Responder {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// Starts to answer the challenges of `pebble`, each after `delay`, during which the authorization is pending.
    pub fn start(pebble: &Pebble, thumbprint: String, delay: Duration) -> Result<Self> {
        let address = SocketAddrV4::new(pebble.address(), pebble.http_port());
        let server = Arc::new(Server::http(address).map_err(|error| anyhow!(error))?);
        let requests = Arc::clone(&server);
        let thread = thread::spawn(move || {
            for request in requests.incoming_requests() {
                let token = request.url().rsplit('/').next().unwrap_or_default();
                let body = format!("{token}.{thumbprint}");
                thread::spawn(move || {
                    thread::sleep(delay);
                    // A Pebble that was stopped meanwhile no longer listens, and then nobody misses the answer.
                    let _ = request.respond(Response::from_string(body));
                });
            }
        });
        Ok(Self { server, thread: Some(thread) })
    }
}

impl std::fmt::Debug for Responder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responder").field("address", &self.server.server_addr()).finish_non_exhaustive()
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported, and the challenges it left unanswered fail the test.
            let _ = thread.join();
        }
    }
}
