//! The responder to http-01 challenges.

use std::{
    fmt,
    net::SocketAddrV4,
    sync::Arc,
    thread::{self, JoinHandle},
};

use anyhow::{Result, anyhow};
use tiny_http::{Response, Server};

use crate::pebble::Pebble;

/// A server that takes the authority's questions and answers them when told to; stopped when dropped.
///
/// An authorization is pending until then, for 15 seconds at most. An answer is the token and the thumbprint of the account's
/// key; with the thumbprint of another, it is wrong.
pub struct Responder {
    server: Arc<Server>,
    thumbprint: String,
    thread: Option<JoinHandle<()>>,
}

impl Responder {
    /// Starts to take the questions of `pebble`.
    pub fn start(pebble: &Pebble, thumbprint: String) -> Result<Self> {
        let address = SocketAddrV4::new(pebble.address(), pebble.http_port());
        let server = Server::http(address).map_err(|error| anyhow!("nothing can listen on {address}: {error}"))?;
        Ok(Self { server: Arc::new(server), thumbprint, thread: None })
    }

    /// Answers all questions from now on, and those that wait.
    pub fn answer(&mut self) {
        self.thread.get_or_insert_with(|| {
            let (server, thumbprint) = (Arc::clone(&self.server), self.thumbprint.clone());
            thread::spawn(move || {
                for request in server.incoming_requests() {
                    let token = request.url().rsplit('/').next().unwrap_or_default();
                    let answer = Response::from_string(format!("{token}.{thumbprint}"));
                    // It fails if the authority no longer waits, and then nobody misses the answer.
                    let _ = request.respond(answer);
                }
            })
        });
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder").field("address", &self.server.server_addr()).finish_non_exhaustive()
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.server.unblock();
            // It fails if the thread panicked, which has been reported.
            let _ = thread.join();
        }
    }
}
