//! The server: it has one page, and only this machine reaches it.

use std::{
    io::{self, Write},
    net::Ipv4Addr,
};

use tiny_http::{Header, Response, Server};

/// Serves the page until the process ends.
pub(crate) fn serve(page: &str, port: u16) -> Result<(), String> {
    let server = Server::http((Ipv4Addr::LOCALHOST, port)).map_err(|error| format!("port {port} cannot be served: {error}"))?;
    let kind = Header::from_bytes("Content-Type", "text/html; charset=utf-8").map_err(|()| "the header is wrong".to_owned())?;
    let _ = writeln!(io::stdout(), "Open http://{} and end this with Ctrl-C.", server.server_addr());
    for request in server.incoming_requests() {
        let answer = if request.url() == "/" {
            request.respond(Response::from_string(page).with_header(kind.clone()))
        } else {
            request.respond(Response::empty(404))
        };
        // A browser that has gone needs no answer.
        let _ = answer;
    }
    Ok(())
}
