//! The program `tokio`.

use core::net::Ipv4Addr;
use std::{
    fs,
    process::{Child, Command, Output, Stdio},
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};
use tiny_http::{Header, Request, Response, Server};

fn poll(order: Option<&str>) -> Child {
    run(order.as_slice())
}

fn run(arguments: &[&str]) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_tokio"));
    program.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
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
        ("DEBUG waiting poll=1 wait=", " kind=Ladder"),
        ("DEBUG waiting poll=2 wait=", " kind=Ladder error=the server answered 503 Service Unavailable"),
        (" INFO throttled poll=3 wait=2.", " kind=Hint hint=2s error=the server answered 429 Too Many Requests"),
        ("DEBUG waiting poll=4 wait=", ""),
        (" INFO done polls=5 errors=2 throttled=1 elapsed=", "s"),
        ("issued www.example.test", ""),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    assert!(lines.iter().zip(expected).all(|(line, (start, end))| line.starts_with(start) && line.ends_with(end)), "{lines:?}");
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
    let first = said.lines().next().unwrap();
    assert!(first.starts_with("DEBUG waiting poll=1 wait=") && first.ends_with(" error=there is no answer"), "{said}");
    assert!(said.ends_with("certificate\n"), "{said}");
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

#[test]
fn a_log_has_the_last_two_polls_of_each_order() {
    let log = concat!(env!("CARGO_TARGET_TMPDIR"), "/tokio.log");
    let _ = fs::remove_file(log);
    let (server, order) = server();
    let issued = run(&[&order, "--log", log]);
    answer(server.recv().unwrap(), 202);
    answer(server.recv().unwrap(), 200);
    assert_eq!(issued.wait_with_output().unwrap().status.code(), Some(0));

    let start = Instant::now();
    let stopped = run(&["--log", log, &order]);
    answer(server.recv().unwrap(), 202);
    let hanging = server.recv().unwrap();
    let second = start.elapsed().as_secs_f64();
    kill_process(Pid::from_child(&stopped), Signal::INT).unwrap();
    complaint(stopped);
    drop(hanging);

    let text = fs::read_to_string(log).unwrap();
    let seconds = |time: &str| time.strip_suffix('s').unwrap().parse::<f64>().unwrap();
    let [issued, stopped] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    let (after, by) = issued.split_once("..").map(|(after, by)| (seconds(after), seconds(by))).unwrap();
    // The wait between is 0.3 s, or a fifth less.
    assert!(by - after >= 0.239, "{text}");
    // It was last seen pending a wait before the second poll, which had no answer.
    assert!(seconds(stopped.strip_prefix('>').unwrap()) <= second - 0.239, "{text}");

    assert!(complaint(run(&["--log"])).contains("--log takes the name of a file"));
}
