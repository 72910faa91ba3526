//! The certificate authority: it takes orders over HTTP, is slow to issue, and serves no more than so many requests for orders a second: one for a poll, or for many.

use core::{error::Error, net::Ipv4Addr, time::Duration};
use std::{
    collections::HashMap,
    io::Cursor,
    sync::mpsc::{self, Receiver},
    thread,
    time::Instant,
};

use tiny_http::{Header, Method, Request, Response, Server};

/// How many of them it serves a second in the long run, and how many at once after a rest.
const RATE: f64 = 150.0;
const BURST: f64 = 300.0;

/// What it asks those for that it refuses, in seconds.
const RETRY_AFTER: &str = "1";

/// How long an answer takes.
const LATENCY: Duration = Duration::from_millis(50);

type Answer = (Instant, Request, Response<Cursor<Vec<u8>>>);

/// Starts a certificate authority on a free port of this machine, and returns where it takes orders.
pub(crate) fn start() -> Result<String, Box<dyn Error + Send + Sync>> {
    let server = Server::http((Ipv4Addr::LOCALHOST, 0))?;
    let orders = format!("http://{}/orders", server.server_addr());
    let mut authority = Authority { orders: HashMap::new(), tokens: BURST, filled: Instant::now() };
    let (answers, queue) = mpsc::channel();
    thread::spawn(move || send(&queue));
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let now = Instant::now();
            let response = authority.answer(&mut request, now);
            // The queue lasts as long as this thread.
            let _ = answers.send((now, request, response));
        }
    });
    Ok(orders)
}

/// Sends answers, each when its time has come.
fn send(queue: &Receiver<Answer>) {
    for (asked, request, response) in queue {
        thread::sleep(LATENCY.saturating_sub(asked.elapsed()));
        // A client that hangs up is no concern of the next one.
        let _ = request.respond(response);
    }
}

struct Authority {
    /// When each order is issued, by its name.
    orders: HashMap<String, Instant>,
    tokens: f64,
    filled: Instant,
}

impl Authority {
    fn answer(&mut self, request: &mut Request, now: Instant) -> Response<Cursor<Vec<u8>>> {
        let path = request.url().strip_prefix("/orders").map(str::to_owned);
        match path.as_deref() {
            Some("") if *request.method() == Method::Post => self.take_orders(request, now),
            Some("/batch") if *request.method() == Method::Post => self.poll_all(request, now),
            Some(path) if *request.method() == Method::Get => self.poll(path, now),
            _ => status(404),
        }
    }

    /// Takes the orders whose names are the lines of the request. Those that it has taken before stay as they are.
    fn take_orders(&mut self, request: &mut Request, now: Instant) -> Response<Cursor<Vec<u8>>> {
        let Some(names) = text(request) else { return status(400) };
        let orders = names.lines().count();
        for (index, name) in names.lines().enumerate() {
            self.orders.entry(name.to_owned()).or_insert_with(|| now + takes(index, orders));
        }
        status(201)
    }

    fn poll(&mut self, path: &str, now: Instant) -> Response<Cursor<Vec<u8>>> {
        if !self.serves(now) {
            return refusal();
        }
        status(path.strip_prefix('/').map_or(404, |name| self.status_of(name, now)))
    }

    /// Polls the orders whose names are the lines of the request, and answers each with a line.
    fn poll_all(&mut self, request: &mut Request, now: Instant) -> Response<Cursor<Vec<u8>>> {
        if !self.serves(now) {
            return refusal();
        }
        let Some(names) = text(request) else { return status(400) };
        let answers: Vec<_> = names.lines().map(|name| self.status_of(name, now).to_string()).collect();
        Response::from_data(answers.join("\n"))
    }

    /// Returns whether a request is within the limit, which it then counts for.
    fn serves(&mut self, now: Instant) -> bool {
        self.tokens = (self.tokens + RATE * (now - self.filled).as_secs_f64()).min(BURST);
        self.filled = now;
        let serves = self.tokens >= 1.0;
        if serves {
            self.tokens -= 1.0;
        }
        serves
    }

    fn status_of(&self, name: &str, now: Instant) -> u16 {
        match self.orders.get(name) {
            Some(issued) if now >= *issued => 200,
            Some(_) => 202,
            None => 404,
        }
    }
}

/// How long an order takes, one of so many that are placed together: two seconds at least, half of them ten or more, and some half
/// a minute.
fn takes(index: usize, orders: usize) -> Duration {
    // Neighbours are far apart, and every place is taken once: 977 is prime.
    let place = (index * 977 % orders) as f64 / orders as f64;
    let curve = if place < 0.5 { place } else { 4.0 * place.powi(3) };
    Duration::from_secs_f64(2.0 + 16.0 * curve).min(Duration::from_secs(30))
}

fn text(request: &mut Request) -> Option<String> {
    let mut text = String::new();
    request.as_reader().read_to_string(&mut text).ok()?;
    Some(text)
}

fn status(status: u16) -> Response<Cursor<Vec<u8>>> {
    Response::from_data([]).with_status_code(status)
}

fn refusal() -> Response<Cursor<Vec<u8>>> {
    let mut refusal = status(429);
    if let Ok(header) = Header::from_bytes("Retry-After", RETRY_AFTER) {
        refusal.add_header(header);
    }
    refusal
}
