//! The program, run as its users run it.

/// Makes a list of the kinds of jitter that `every` names.
macro_rules! every {
    (JITTERS: $element:ty = $of:ident { $($variant:pat => [$($example:expr),+ $(,)?],)+ }) => {
        pub(crate) const JITTERS: &[$element] = &[$($($example),+),+];
    };
    ($other:ident: $($rest:tt)+) => {};
}

#[path = "../../../../tests/it/support/every.rs"]
#[expect(unused_imports, reason = "the program takes nothing of it but kinds of jitter")]
mod every;
mod log;
mod preview;
mod usage;

use core::{net::Ipv4Addr, time::Duration};
use std::{
    io::{BufRead, BufReader, Cursor, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::Instant,
};

use tiny_http::{Header, Response, Server};

/// Where nobody listens.
const GONE: &str = "http://127.0.0.1:1/";

struct Run {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    /// Returns what the poller decided, poll by poll.
    fn decisions(&self) -> Vec<&str> {
        let rows = self.out.lines().skip_while(|line| !line.starts_with("poll ")).skip(1);
        rows.take_while(|line| !line.is_empty()).filter_map(|line| line.rsplit("  ").next()).collect()
    }
}

fn order(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_order"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Run {
    let output = order(arguments).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    Run { status: output.status.code(), out, err }
}

/// Polls `url`, hardly waiting.
fn run_quickly(url: &str, more: &[&str]) -> Run {
    run(&[&["--url", url, "--initial-wait", "10ms", "--multiplier", "1"], more].concat())
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

fn serve(listener: TcpListener, answers: impl IntoIterator<Item = Response<Cursor<Vec<u8>>>>) {
    let server = Server::from_listener(listener, None).unwrap();
    for answer in answers {
        server.recv().unwrap().respond(answer).unwrap();
    }
}

/// Starts a server that gives these answers, one after the other, and is gone.
fn server(answers: Vec<Response<Cursor<Vec<u8>>>>) -> String {
    let (listener, url) = listen();
    thread::spawn(move || serve(listener, answers));
    url
}

fn status(status: u16) -> Response<Cursor<Vec<u8>>> {
    Response::from_data([]).with_status_code(status)
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).unwrap()
}

fn hint(retry_after: &str) -> Response<Cursor<Vec<u8>>> {
    status(503).with_header(header("Retry-After", retry_after))
}

#[test]
fn a_plain_run_ends_with_the_certificate() {
    let run = run(&[]);
    assert_eq!((run.status, run.err.as_str()), (Some(0), ""));
    let said = [
        "202 Accepted: pending ",
        "503 Service Unavailable ",
        "429 Too Many Requests, Retry-After: 2 ",
        "202 Accepted: processing, Retry-After: ",
        "200 OK: issued www.example.test ",
    ];
    let rows: Vec<_> = run.out.lines().filter(|line| said.iter().any(|said| line.contains(said))).collect();
    assert_eq!(rows.len(), 5, "{}", run.out);
    for ((row, said), number) in rows.iter().zip(said).zip(1..) {
        assert!(row.starts_with(&format!("{number:>4}  ")) && row.contains(said), "{row}");
    }
    assert!(rows.iter().any(|row| row.contains(" GMT ")), "{}", run.out);
    assert!(run.out.lines().last().unwrap().ends_with(": issued www.example.test"), "{}", run.out);

    let waits: Vec<f64> = run
        .decisions()
        .iter()
        .filter_map(|decision| decision.strip_prefix("sleep ")?.strip_suffix(" s")?.parse().ok())
        .collect();
    assert_eq!(waits.len(), 4, "{}", run.out);
    assert!(waits.iter().skip(2).all(|wait| *wait >= 2.0), "a poll earlier than the server asked: {}", run.out);
}

#[test]
fn a_seed_replays_the_waits() {
    let waits = |seed| {
        let run = run(&["--url", GONE, "--initial-wait", "20ms", "--max-polls", "4", "--jitter", "full", "--seed", seed]);
        assert_eq!(run.status, Some(2));
        run.decisions().join(", ")
    };
    assert_eq!(waits("17"), waits("17"));
    assert_ne!(waits("17"), waits("18"));
}

#[test]
fn it_ends_quietly_if_nobody_reads_on() {
    // More than a pipe holds; and more polls than it takes until the reader has gone.
    let preview: &[_] = &["--preview", "--no-max-wait", "--max-polls", "100000"];
    let polls: &[_] = &["--url", GONE, "--initial-wait", "10ms", "--multiplier", "1", "--max-wait", "1h"];
    for arguments in [preview, polls] {
        let mut running = order(arguments).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(running.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = running.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(141), ""));
    }
}

#[test]
fn what_may_pass_keeps_polling() {
    let passing = [202, 404, 408, 425, 429, 500, 502, 503, 599];
    let url = server(passing.into_iter().chain([200]).map(status).collect());
    let run = run_quickly(&url, &[]);
    assert_eq!((run.status, run.err.as_str()), (Some(0), ""), "{}", run.out);
    assert_eq!(run.decisions().len(), 10, "{}", run.out);
    assert!(run.out.lines().last().unwrap().ends_with(": 200 OK"), "{}", run.out);
}

#[test]
fn neither_202_nor_404_is_an_error() {
    let url = server([503, 202, 404, 503, 200].map(status).into());
    let run = run_quickly(&url, &["--max-consecutive-errors", "2"]);
    assert_eq!(run.status, Some(0), "{}{}", run.out, run.err);
}

#[test]
fn a_busy_or_broken_server_is_an_error() {
    let cases = [(408, "Request Timeout"), (425, "Too Early"), (502, "Bad Gateway")];
    for (code, reason) in cases {
        let run = run_quickly(&server(vec![status(code)]), &["--max-consecutive-errors", "1"]);
        assert_eq!((run.status, run.decisions()), (Some(2), vec!["gave up"]), "{}", run.out);
        assert!(run.err.ends_with(&format!("\nlast error: {code} {reason}\n")), "{}", run.err);
    }
}

#[test]
fn a_server_that_throttles_is_in_no_run_of_errors() {
    let url = server([429, 502, 429, 429, 502, 200].map(status).into());
    let run = run_quickly(&url, &["--max-consecutive-errors", "2"]);
    assert_eq!((run.status, run.decisions().len()), (Some(2), 5), "{}{}", run.out, run.err);
}

#[test]
fn any_other_answer_fails() {
    for (refused, words) in [(501, "501 Not Implemented"), (403, "403 Forbidden"), (410, "410 Gone")] {
        let run = run_quickly(&server(vec![status(refused)]), &[]);
        assert_eq!((run.status, run.decisions()), (Some(1), vec!["failed"]), "{}", run.out);
        assert!(run.err.starts_with("\nfailed after 1 poll in ") && run.err.ends_with(&format!(": {words}\n")), "{}", run.err);
    }
}

#[test]
fn a_redirect_fails_and_says_where_to() {
    let run = run_quickly(&server(vec![status(301).with_header(header("Location", "/elsewhere"))]), &[]);
    assert_eq!(run.status, Some(1), "{}", run.out);
    assert!(run.err.ends_with(": 301 Moved Permanently, Location: /elsewhere\n"), "{}", run.err);
}

#[test]
fn what_is_not_http_fails() {
    let (listener, url) = listen();
    let banner = thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        client.write_all(b"SSH-2.0-server\r\n\r\n").unwrap();
        client
    });
    let run = run_quickly(&url, &[]);
    assert_eq!(run.status, Some(1), "{}", run.out);
    assert!(run.err.contains(": not an answer in HTTP: "), "{}", run.err);
    drop(banner.join().unwrap());
}

#[test]
fn it_waits_until_the_service_is_up() {
    let (listener, url) = listen();
    thread::spawn(move || {
        for _ in 0..2 {
            drop(listener.accept().unwrap());
        }
        let up = Response::from_string("up\u{1b}[31m\nsince noon").with_header(header("Content-Type", "text/plain"));
        serve(listener, [up]);
    });
    let run = run_quickly(&url, &[]);
    assert_eq!(run.status, Some(0), "{}{}", run.out, run.err);
    assert_eq!(run.out.matches("no answer: ").count(), 2, "{}", run.out);
    assert!(run.out.ends_with(": up[31m\n"), "{}", run.out);
}

#[test]
fn a_gone_server_is_given_up() {
    let run = run_quickly(GONE, &["--max-polls", "2"]);
    assert_eq!(run.status, Some(2));
    assert!(run.err.starts_with("\ngave up after 2 polls in ") && run.err.contains(": max_polls was reached\n"), "{}", run.err);
    assert!(run.err.contains("\nlast error: no answer: "), "{}", run.err);
    assert_eq!(run.decisions().last(), Some(&"gave up"), "{}", run.out);
}

#[test]
fn a_server_that_hangs_is_given_up() {
    let (_listener, url) = listen();
    let run = run_quickly(&url, &["--timeout", "50ms", "--max-consecutive-errors", "2"]);
    assert_eq!(run.status, Some(2));
    assert!(run.err.contains(": max_consecutive_errors was reached\nlast error: no answer in time\n"), "{}", run.err);
}

#[test]
fn retry_after_is_read_in_every_form() {
    let cases = [
        ("100", "; retry in 100 s\n"),
        ("0", "; retry in 0 s\n"),
        ("Sun, 06 Nov 1994 08:51:17 GMT", "; retry in 100 s\n"),
        ("Sunday, 06-Nov-94 08:51:17 GMT", "; retry in 100 s\n"),
        ("Sun Nov  6 08:51:17 1994", "; retry in 100 s\n"),
        ("Sun, 06 Nov 1994 08:49:36 GMT", "; retry in 0 s\n"),
        ("99999999999999999999", "; retry in 584542046090 years\n"),
        ("8.5", "; retry in 9 s\n"),
        ("8, 1", "; retry in 8 s\n"),
        ("1994-11-06T08:51:17Z", "; retry in 100 s\n"),
        ("soon", "max_polls was reached\n"),
        ("-1", "max_polls was reached\n"),
    ];
    for (retry_after, end) in cases {
        let url = server(vec![hint(retry_after).with_header(header("Date", "Sun, 06 Nov 1994 08:49:37 GMT"))]);
        let run = run_quickly(&url, &["--max-polls", "1"]);
        assert_eq!(run.status, Some(2), "{}", run.out);
        assert!(run.out.contains(&format!("503 Service Unavailable, Retry-After: {retry_after} ")), "{}", run.out);
        assert!(run.err.contains(end), "{retry_after}: {}", run.err);
    }
}

#[test]
fn no_poll_is_earlier_than_the_server_asked() {
    let (listener, url) = listen();
    let polls = thread::spawn(move || {
        let server = Server::from_listener(listener, None).unwrap();
        let first = server.recv().unwrap();
        let asked = Instant::now();
        first.respond(hint("1")).unwrap();
        let second = server.recv().unwrap();
        let waited = asked.elapsed();
        second.respond(status(200)).unwrap();
        waited
    });
    let run = run_quickly(&url, &[]);
    assert_eq!(run.status, Some(0), "{}", run.out);
    assert!(polls.join().unwrap() >= Duration::from_secs(1), "{}", run.out);
}

#[test]
fn a_hint_past_the_deadline_says_when_to_come_back() {
    let run = run_quickly(&server(vec![hint("3600")]), &["--max-wait", "30m"]);
    assert_eq!((run.status, run.decisions()), (Some(2), vec!["gave up"]), "{}", run.out);
    let expected = "the server asked for a wait that ends after the deadline; retry in 3600 s
last error: 503 Service Unavailable
come back at 2";
    assert!(run.err.contains(expected), "{}", run.err);
}

/// A running program, which does not outlive its test.
#[cfg(unix)]
struct Running(Child);

#[cfg(unix)]
impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self(order(arguments).spawn().unwrap())
    }

    /// Presses Ctrl-C, and returns the exit status and what was said at the end.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let kill = Command::new("sh").arg("-c").arg(format!("kill -INT {}", self.0.id())).status().unwrap();
        assert!(kill.success());
        let err = std::io::read_to_string(self.0.stderr.take().unwrap()).unwrap();
        (self.0.wait().unwrap().code(), err)
    }
}

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test has failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_sleep_and_shows_the_last_error() {
    let mut order = Running::start(&["--url", GONE, "--initial-wait", "5m", "--max-wait", "1h"]);
    let out = BufReader::new(order.0.stdout.take().unwrap());
    assert!(out.lines().any(|line| line.unwrap().contains("  sleep ")));
    let (status, err) = order.interrupt();
    assert_eq!(status, Some(130));
    assert!(err.starts_with("\ngave up after 1 poll in ") && err.contains(": cancelled\nlast error: no answer: "), "{err}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_poll_that_hangs() {
    let (listener, url) = listen();
    let order = Running::start(&["--url", &url, "--timeout", "24h"]);
    let (_hanging, _): (TcpStream, _) = listener.accept().unwrap();
    let (status, err) = order.interrupt();
    assert_eq!(status, Some(130));
    assert!(err.starts_with("\ngave up after 0 polls in ") && err.ends_with(": cancelled\n"), "{err}");
}
