//! A certificate authority on this machine. What it answers depends on the order and how often it has been polled, and on
//! nothing else, so that it can be said again afterwards.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use asyncpoll::Outcome;
use tiny_http::{Header, Response, Server};

/// What is asked: an order, and the number of polls of it that were kept before.
pub type Question = (i64, u32);

/// The poll of this question outlasts the lease, and the time for which a transaction may idle.
pub const SLOW: Question = (21, 1);

/// While this is asked, the order is cancelled.
pub const CANCELLED: Question = (31, 0);

/// While this is asked, the order is deleted.
pub const DELETED: Question = (301, 0);

/// Returns how long it takes to answer: never so little that no worker is killed in the middle of a poll.
const fn delay(question: Question) -> Duration {
    match question {
        SLOW => Duration::from_millis(4_500),
        CANCELLED | DELETED => Duration::from_millis(500),
        _ => Duration::from_millis(20),
    }
}

/// The authority, and who has asked what.
#[derive(Debug)]
pub struct Authority {
    url: String,
    log: Arc<Mutex<Log>>,
}

#[derive(Debug, Default)]
struct Log {
    asked: BTreeMap<Question, Vec<u32>>,
    /// The workers that wait for an answer.
    waiting: BTreeSet<u32>,
}

/// An HTTP status, and after how many seconds to come back.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    status: u16,
    retry_after: Option<u64>,
}

impl Answer {
    /// Returns what is answered to a poll of an order that has been polled so often.
    pub const fn to((order, polls): Question) -> Self {
        let (status, retry_after) = match (order % 10, polls) {
            // Of these, one comes late, one is refused, and one never comes.
            (6, 1) => (202, Some(1)),
            (7, 3) => (403, None),
            (8, _) => (202, None),
            (9, 2) => (503, Some(3_600)),
            (_, 4..) => (200, None),
            _ if (order % 10 + polls as i64) % 4 == 0 => (503, None),
            _ => (202, None),
        };
        Self { status, retry_after }
    }

    /// Returns it as what the poll found. PostgreSQL stores no text with a NUL.
    pub fn outcome(self) -> Outcome<String, String> {
        let retry_after = self.retry_after.map(Duration::from_secs);
        match self.status {
            200 => Outcome::Done("certificate\0".into()),
            202 => Outcome::pending().retry_after(retry_after),
            503 if retry_after.is_some() => Outcome::throttled("503\0Service Unavailable".into()).retry_after(retry_after),
            503 => Outcome::transient("503\0Service Unavailable".into()),
            status => Outcome::Failed(format!("status {status}")),
        }
    }

    /// Returns the hint.
    pub fn hint(self) -> Option<Duration> {
        self.retry_after.map(Duration::from_secs)
    }
}

impl Authority {
    /// Starts to answer on a loopback address.
    pub fn start(threads: usize) -> Result<Self> {
        let server = Server::http((Ipv4Addr::LOCALHOST, 0)).map_err(|error| anyhow::anyhow!("no server: {error}"))?;
        let url = format!("http://{}/", server.server_addr());
        let (server, log) = (Arc::new(server), Arc::default());
        let authority = Self { url, log };
        for _ in 0..threads {
            let (server, log) = (Arc::clone(&server), Arc::clone(&authority.log));
            // They end with the process.
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let Some((question, worker)) = question(request.url()) else { continue };
                    locked(&log).asked.entry(question).or_default().push(worker);
                    locked(&log).waiting.insert(worker);
                    thread::sleep(delay(question));
                    locked(&log).waiting.remove(&worker);
                    // Who asked may be gone.
                    let _ = request.respond(response(Answer::to(question)));
                }
            });
        }
        Ok(authority)
    }

    /// Returns where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns which workers have asked what, in the order of time.
    pub fn asked(&self) -> BTreeMap<Question, Vec<u32>> {
        locked(&self.log).asked.clone()
    }

    /// Returns how often a worker has asked.
    pub fn polls_by(&self, worker: u32) -> usize {
        locked(&self.log).asked.values().flatten().filter(|asking| **asking == worker).count()
    }

    /// Returns whether a worker is in the middle of a poll.
    pub fn is_asked_by(&self, worker: u32) -> bool {
        locked(&self.log).waiting.contains(&worker)
    }
}

fn locked(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads `/order/polls/worker`.
fn question(path: &str) -> Option<(Question, u32)> {
    let mut parts = path.trim_start_matches('/').split('/');
    let question = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((question, parts.next()?.parse().ok()?))
}

fn response(answer: Answer) -> Response<std::io::Empty> {
    let response = Response::empty(answer.status);
    match answer.retry_after.and_then(|seconds| Header::from_bytes("Retry-After", seconds.to_string()).ok()) {
        Some(header) => response.with_header(header),
        None => response,
    }
}

/// Polls an order as a worker does.
pub fn ask(agent: &ureq::Agent, url: &str, (order, polls): Question, worker: u32) -> Outcome<String, String> {
    let response = agent.get(format!("{url}{order}/{polls}/{worker}")).call();
    match response.context("no answer") {
        Err(error) => Outcome::transient(format!("{error:#}")),
        Ok(response) => {
            let header = response.headers().get("Retry-After").and_then(|value| value.to_str().ok());
            let retry_after = header.and_then(|seconds| seconds.parse().ok());
            Answer { status: response.status().as_u16(), retry_after }.outcome()
        }
    }
}
