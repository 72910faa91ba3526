//! The certificate authority: it takes orders over HTTP and is slow to issue.

use core::{error::Error, net::Ipv4Addr, time::Duration};
use std::{io::Cursor, thread, time::SystemTime};

use http::Uri;
use httpdate::fmt_http_date;
use tiny_http::{Header, Method, Request, Response, Server};

/// The longest name that the DNS allows.
const LONGEST_NAME: usize = 253;

/// How long it asks for patience.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts a certificate authority on a free port of this machine, and returns where it takes orders.
pub(crate) fn start() -> Result<Uri, Box<dyn Error + Send + Sync>> {
    let server = Server::http((Ipv4Addr::LOCALHOST, 0))?;
    let orders: Uri = format!("http://{}/orders", server.server_addr()).parse()?;
    let mut authority = Authority { url: orders.clone(), orders: Vec::new() };
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let response = authority.answer(&mut request);
            // A client that hangs up is no concern of the next one.
            let _ = request.respond(response);
        }
    });
    Ok(orders)
}

struct Authority {
    url: Uri,
    orders: Vec<Order>,
}

struct Order {
    name: String,
    polls: u32,
}

impl Authority {
    fn answer(&mut self, request: &mut Request) -> Response<Cursor<Vec<u8>>> {
        let path = self.url.path();
        match request.url().strip_prefix(path) {
            Some("") if *request.method() == Method::Post => self.take_order(request),
            Some(number) if *request.method() == Method::Get => self.order(number).map_or_else(not_found, Order::poll),
            _ => not_found(),
        }
    }

    fn take_order(&mut self, request: &mut Request) -> Response<Cursor<Vec<u8>>> {
        let mut name = String::new();
        let fits = matches!(request.body_length(), Some(1..=LONGEST_NAME));
        if !fits || request.as_reader().read_to_string(&mut name).is_err() {
            return text(400, "an order is the name that the certificate is for");
        }
        self.orders.push(Order { name, polls: 0 });
        let location = format!("{}/{}", self.url, self.orders.len());
        with_header(text(201, "pending"), "Location", &location)
    }

    fn order(&mut self, path: &str) -> Option<&mut Order> {
        let number: usize = path.strip_prefix('/')?.parse().ok()?;
        self.orders.get_mut(number.checked_sub(1)?)
    }
}

impl Order {
    /// Answers as a busy certificate authority does, once in each of its ways.
    fn poll(&mut self) -> Response<Cursor<Vec<u8>>> {
        self.polls = self.polls.saturating_add(1);
        match self.polls {
            1 => text(202, "pending"),
            2 => text(503, ""),
            3 => with_header(text(429, ""), "Retry-After", &PATIENCE.as_secs().to_string()),
            4 => {
                let now = SystemTime::now();
                let response = with_header(text(202, "processing"), "Date", &fmt_http_date(now));
                with_header(response, "Retry-After", &fmt_http_date(now + PATIENCE))
            }
            _ => text(200, &format!("issued {}", self.name)),
        }
    }
}

fn not_found() -> Response<Cursor<Vec<u8>>> {
    text(404, "")
}

fn text(status: u16, text: &str) -> Response<Cursor<Vec<u8>>> {
    with_header(Response::from_data(text).with_status_code(status), "Content-Type", "text/plain")
}

fn with_header(mut response: Response<Cursor<Vec<u8>>>, name: &str, value: &str) -> Response<Cursor<Vec<u8>>> {
    if let Ok(header) = Header::from_bytes(name, value) {
        response.add_header(header);
    }
    response
}
