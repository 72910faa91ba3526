//! The program `tokio`.

use core::net::Ipv4Addr;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tiny_http::{Header, Request, Response, Server};

fn poll(order: Option<&str>) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tokio"));
    program.args(order).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn server() -> (Server, String) {
    let server = Server::http((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let order = format!("http://{}/orders/1", server.server_addr());
    (server, order)
}

fn answer(request: Request, status: u16) {
    request.respond(Response::empty(status)).unwrap();
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap()
}

/// Returns what the program said in the end, which was not that an order is issued.
fn complaint(program: Child) -> String {
    let Output { status, stderr, .. } = program.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(1));
    text(&stderr).to_owned()
}

#[test]
fn an_order_is_issued_in_spite_of_errors_and_no_earlier_than_the_server_asked() {
    let Output { status, stdout, stderr } = poll(None).wait_with_output().unwrap();
    assert_eq!((status.code(), text(&stderr)), (Some(0), ""));
    let lines: Vec<_> = text(&stdout).lines().collect();
    let expected = [
        "poll 1: pending; the next in ",
        "poll 2: the server answered 503 Service Unavailable; the next in ",
        "poll 3: the server answered 429 Too Many Requests; the next in 2.",
        "poll 4: pending; the next in ",
        "issued www.example.test",
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    assert!(lines.iter().zip(expected).all(|(line, start)| line.starts_with(start)), "{lines:?}");
}

#[test]
fn a_refusal_is_the_end() {
    let (server, order) = server();
    let program = poll(Some(&order));
    answer(server.recv().unwrap(), 403);
    let said = complaint(program);
    assert!(said.starts_with("Error: the operation failed\n"), "{said}");
    assert!(said.contains("the server answered 403 Forbidden"), "{said}");
    assert!(complaint(poll(Some("nowhere"))).contains("there is no answer"));
}

#[test]
fn a_poll_that_hangs_is_given_up_and_made_again() {
    let (server, order) = server();
    let program = poll(Some(&order));
    let hanging = server.recv().unwrap();
    let certificate = Response::from_string("certificate").with_header(Header::from_bytes("Server", "test").unwrap());
    server.recv().unwrap().respond(certificate).unwrap();
    let Output { status, stdout, .. } = program.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(0));
    let said = text(&stdout);
    assert!(said.starts_with("poll 1: there is no answer; the next in ") && said.ends_with("certificate\n"), "{said}");
    drop(hanging);
}

#[test]
fn ctrl_c_stops_a_poll_under_way() {
    let (server, order) = server();
    let program = poll(Some(&order));
    answer(server.recv().unwrap(), 503);
    let hanging = server.recv().unwrap();
    kill_process(Pid::from_child(&program), Signal::INT).unwrap();
    let said = complaint(program);
    // The second poll is not counted: it was stopped before it found anything.
    assert!(said.starts_with("Error: gave up after 1 poll in "), "{said}");
    assert!(said.contains(": cancelled") && said.contains("the server answered 503"), "{said}");
    drop(hanging);
}
