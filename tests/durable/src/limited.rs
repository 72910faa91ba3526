//! An authority that bears so many polls a second, and writes down every one: when, of which order, and how it was answered.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime},
};

use anyhow::{Result, anyhow};
use asyncpoll::{Outcome, http::classify};
use tiny_http::{Header, Response, Server};

/// How long it asks whoever is refused to wait.
pub const RETRY_AFTER: Duration = Duration::from_secs(2);

/// So many requests are answered at a time. A second's worth would be 5 of them at 40 a second, with the mean latency.
const THREADS: usize = 24;

/// What an authority bears.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The time in which it bears one more poll.
    pub spacing: Duration,
    /// How many polls it bears at once.
    pub burst: u32,
    /// For how long after its start orders are pending. The first poll after that has the certificate.
    pub pending_for: Duration,
}

/// How a poll was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The order is pending.
    Pending,
    /// The certificate.
    Issued,
    /// There are too many polls.
    Refused,
}

/// A poll.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// When it came, since the start of the authority.
    pub at: Duration,
    /// Of which order it is.
    pub order: i64,
    /// How it was answered.
    pub answer: Answer,
}

/// The authority, and what it has been asked.
#[derive(Debug)]
pub struct LimitedAuthority {
    url: String,
    start: Instant,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    log: Vec<Request>,
    /// When the limit is unused again, since the start.
    unused: Duration,
}

impl State {
    /// Answers a poll, and writes that down.
    fn answer(&mut self, order: i64, at: Duration, limit: Limit) -> Request {
        let unused = self.unused.max(at) + limit.spacing;
        let answer = if unused > at + limit.spacing * limit.burst {
            Answer::Refused
        } else {
            self.unused = unused;
            if at < limit.pending_for { Answer::Pending } else { Answer::Issued }
        };
        let request = Request { at, order, answer };
        self.log.push(request);
        request
    }
}

impl LimitedAuthority {
    /// Starts to answer on a loopback address.
    pub fn start(limit: Limit) -> Result<Self> {
        let server = Server::http((Ipv4Addr::LOCALHOST, 0)).map_err(|error| anyhow!("no server: {error}"))?;
        let url = format!("http://{}/", server.server_addr());
        let start = Instant::now();
        let (server, state) = (Arc::new(server), Arc::<Mutex<State>>::default());
        for _ in 0..THREADS {
            let (server, state) = (Arc::clone(&server), Arc::clone(&state));
            // They end with the process.
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    let Ok(order) = request.url().trim_start_matches('/').parse() else { continue };
                    let asked = locked(&state).answer(order, start.elapsed(), limit);
                    if asked.answer != Answer::Refused {
                        thread::sleep(latency(asked));
                    }
                    // Who asked may be gone.
                    let _ = request.respond(response(asked.answer));
                }
            });
        }
        Ok(Self { url, start, state })
    }

    /// Returns where it answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns when it was started.
    pub fn started_at(&self) -> Instant {
        self.start
    }

    /// Returns the time since its start.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Returns what it was asked, in the order of time.
    pub fn log(&self) -> Vec<Request> {
        locked(&self.state).log.clone()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Between 50 and 200 ms, as if drawn.
fn latency(request: Request) -> Duration {
    Duration::from_millis(50 + u64::from(request.at.subsec_micros()) % 151)
}

fn response(answer: Answer) -> Response<std::io::Empty> {
    let (status, hint) = match answer {
        Answer::Pending => (202, None),
        Answer::Issued => (200, None),
        Answer::Refused => (429, Some(RETRY_AFTER.as_secs())),
    };
    let response = Response::empty(status);
    match hint.and_then(|seconds| Header::from_bytes("Retry-After", seconds.to_string()).ok()) {
        Some(header) => response.with_header(header),
        None => response,
    }
}

/// Makes a client of such an authority.
pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(5)));
    config.build().into()
}

/// Polls an order.
pub fn ask(agent: &ureq::Agent, url: &str, order: i64) -> Outcome<String, String> {
    match agent.get(format!("{url}{order}")).call() {
        Err(error) => Outcome::transient(format!("no answer: {error}")),
        Ok(response) => {
            let status = response.status();
            let answer = classify(status, response.headers(), SystemTime::now());
            let outcome = answer.outcome(|| status.to_string());
            outcome.unwrap_or_else(|| Outcome::Done("certificate".into()))
        }
    }
}
