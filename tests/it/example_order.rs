//! The example `order`, run as its users run it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use core::{net::Ipv4Addr, time::Duration};
use std::{
    fs,
    io::{BufRead, BufReader, Cursor, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::LazyLock,
    thread,
    time::Instant,
};

use asyncpoll::Policy;
use escargot::CargoBuild;
use tiny_http::{Header, Response, Server};

use crate::{every::JITTERS, support::fields};

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

/// The program as these sources have it: a run of this test alone builds no examples.
static ORDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let build = CargoBuild::new().manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).example("order");
    let build = if cfg!(debug_assertions) { build } else { build.release() };
    build.run().unwrap().path().to_owned()
});

fn order(arguments: &[&str]) -> Command {
    let mut command = Command::new(&*ORDER);
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
fn the_preview_is_that_of_the_policy() {
    let nominal = |arguments: &[&str]| {
        let run = run(&[&["--preview", "--jitter", "none"], arguments].concat());
        assert_eq!((run.status, run.err.as_str()), (Some(0), ""));
        let cells = run.out.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().to_owned());
        cells.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(nominal(&[]), "0.000 0.300 0.900 2.100 4.500 9.300 18.900 20.000");
    assert_eq!(nominal(&["--url", GONE]), "0.000 5.000 20.000 65.000 200.000 500.000 600.000");
    let settings =
        ["--head-start", "1m", "--initial-wait", "1s", "--multiplier", "3/2", "--max-backoff", "2s", "--max-wait", "66s"];
    assert_eq!(nominal(&settings), "0.000 60.000 61.000 62.500 64.500 66.000");
}

#[test]
fn the_preview_shows_the_jitter() {
    let run = run(&["--preview", "--url", GONE, "--jitter", "equal", "--max-polls", "3"]);
    let rows: Vec<_> = run.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let expected =
        ["poll earliest mean latest", "1 0.000 s 0.000 s 0.000 s", "2 2.500 s 3.750 s 5.000 s", "3 10.000 s 15.000 s 20.000 s"];
    assert_eq!(rows, expected);
}

#[test]
fn a_preview_without_end_stops() {
    let run = run(&["--preview", "--no-max-wait"]);
    assert_eq!(run.status, Some(0));
    assert_eq!(run.out.lines().filter(|line| line.ends_with(" s")).count(), 20);
    assert!(run.out.ends_with("and so on: this policy has neither max_wait nor max_polls.\n"), "{}", run.out);
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
fn the_preview_of_a_seed_is_what_that_poller_does() {
    let preview = |seed| run(&["--preview", "--seed", seed]).out;
    assert_eq!(preview("17"), preview("17"));
    assert_ne!(preview("17"), preview("18"));
    let settings = ["--url", GONE, "--initial-wait", "20ms", "--max-polls", "4", "--jitter", "full", "--seed", "17"];
    let foretold = run(&[&settings[..], &["--preview"]].concat()).out;
    let times: Vec<f64> =
        foretold.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().parse().unwrap()).collect();
    let decisions = run(&settings);
    let waits = decisions
        .decisions()
        .into_iter()
        .filter_map(|said| said.strip_prefix("sleep ")?.strip_suffix(" s")?.parse::<f64>().ok());
    // The columns are rounded to a millisecond.
    for (pair, wait) in times.windows(2).zip(waits) {
        assert!((pair[1] - pair[0] - wait).abs() < 0.0021, "{foretold}{}", decisions.out);
    }
    assert_eq!(times.len(), 4);
}

#[test]
fn the_preview_says_how_many_polls_it_may_be() {
    let settings =
        ["--preview", "--url", GONE, "--initial-wait", "2s", "--multiplier", "2", "--max-backoff", "1m", "--max-wait", "5m"];
    let preview = run(&settings).out;
    assert!(preview.ends_with("\n10 to 12 polls if the server gives no hints.\n"), "{preview}");
}

#[test]
fn every_setting_has_a_flag() {
    let help = run(&["--help"]).out;
    for setting in fields(&Policy::builder()) {
        assert!(help.contains(&format!("--{} ", setting.replace('_', "-"))), "no flag for {setting}: {help}");
    }
}

#[test]
fn every_kind_of_jitter_has_a_name() {
    for (name, jitter) in JITTERS.iter().copied() {
        let name = name.strip_prefix("plus-minus-").unwrap_or(name);
        let run = run(&["--preview", "--url", GONE, "--jitter", name, "--max-polls", "2"]);
        let poll = Policy::builder().jitter(jitter).build().unwrap().schedule().nth(1).unwrap();
        for time in [poll.earliest, poll.latest] {
            assert!(run.out.contains(&format!(" {:.3} s", time.as_secs_f64())), "{jitter:?}: {}{}", run.out, run.err);
        }
    }
}

#[test]
fn bad_usage_is_64_and_a_sentence() {
    let cases = [
        (["--initial-wait", "10m"], "initial_wait is 600 s; it must be at most max_backoff, 300 s"),
        (["--initial-wait", "soon"], "'soon' for '--initial-wait"),
        (["--head-start", "0s"], "head_start is 0 s; it must be at least 1 ns"),
        (["--multiplier", "2/3"], "multiplier is 2/3; it must be at least 1/1"),
        (["--multiplier", "1.5"], "it must be a whole number or a ratio of two, such as 3 or 3/2"),
        (["--jitter", "120%"], "jitter is 120 %; it must be at most 100 %"),
        (["--jitter", "half"], "it must be none, full, equal, decorrelated or a percentage from 0 to 100"),
        (["--max-polls", "0"], "max_polls is 0; it must be at least 1"),
        (["--max-consecutive-errors", "0"], "max_consecutive_errors is 0; it must be at least 1"),
        (["--max-wait=1s", "--no-max-wait"], "cannot be used with"),
        (["--timeout", "0s"], "it must be longer than 0s and at most 1day"),
        (["--url", "https://www.example.test/"], "it must start with http://, because this program has no TLS"),
        (["--url", "127.0.0.1:80"], "it must start with http://"),
        (["--url", "http://:80/"], "it must name a host"),
        (["--url", "http://127.0.0.1:65536/"], "its port must be a number from 0 to 65535"),
        (["--url", "two words"], "it is not a URL: "),
        (["--preview", "--nonsense"], "'--nonsense'"),
    ];
    for (arguments, sentence) in cases {
        let run = run(&arguments);
        assert_eq!((run.status, run.out.as_str()), (Some(64), ""), "{arguments:?}");
        assert!(run.err.contains(sentence), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn help_is_no_error() {
    for (flag, text) in [("--help", "--max-consecutive-errors <N>"), ("--version", env!("CARGO_PKG_VERSION"))] {
        let run = run(&[flag]);
        assert_eq!((run.status, run.err.as_str()), (Some(0), ""));
        assert!(run.out.contains(text), "{}", run.out);
    }
}

#[test]
fn what_may_pass_keeps_polling() {
    let passing = [202, 404, 408, 425, 429, 500, 501, 503, 599];
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
    let cases = [(408, "Request Timeout"), (425, "Too Early"), (429, "Too Many Requests"), (502, "Bad Gateway")];
    for (code, reason) in cases {
        let run = run_quickly(&server(vec![status(code)]), &["--max-consecutive-errors", "1"]);
        assert_eq!((run.status, run.decisions()), (Some(2), vec!["gave up"]), "{}", run.out);
        assert!(run.err.ends_with(&format!("\nlast error: {code} {reason}\n")), "{}", run.err);
    }
}

#[test]
fn any_other_answer_fails() {
    for (refused, words) in [(204, "204 No Content"), (403, "403 Forbidden"), (410, "410 Gone")] {
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
        ("99999999999999999999", "; retry in 18446744073709551615.999 s\n"),
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

/// Previews the policy of a file with this text, overruled by flags.
fn preview(name: &str, text: &str, flags: &[&str]) -> Run {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, text).unwrap();
    run(&[&["--preview", "--policy", file.to_str().unwrap()], flags].concat())
}

#[test]
fn a_policy_is_read_from_a_file_and_flags_overrule_it() {
    let run = preview("policy.toml", "jitter = \"none\"\nmultiplier = 1.5\nmax_wait = \"15s\"", &["--initial-wait", "4s"]);
    let latest: Vec<_> = run.out.lines().skip(1).filter_map(|line| line.rsplit("  ").next()).map(str::trim).collect();
    assert_eq!((run.status, latest), (Some(0), vec!["0.000 s", "4.000 s", "10.000 s", "15.000 s"]), "{}", run.err);
}

#[test]
fn a_policy_without_end_is_previewed_in_part() {
    let run = preview("endless.toml", "max_wait = \"none\"", &[]);
    assert!(run.out.ends_with("and so on: this policy has neither max_wait nor max_polls.\n"), "{}", run.out);
}

#[test]
fn a_file_that_holds_no_policy_is_refused_where_it_is_wrong() {
    let run = preview("wrong.toml", "initial_wait = \"5s\"\n\njitter = \"120%\"", &[]);
    assert_eq!((run.status, &*run.out), (Some(64), ""));
    for expected in ["wrong.toml is no policy: ", "at line 3, column 10\n", "\njitter is 120 %; it must be at most 100 %\n"] {
        assert!(run.err.contains(expected), "{}", run.err);
    }
    let run = self::run(&["--policy", "/nowhere.toml"]);
    assert_eq!(run.status, Some(64));
    assert!(run.err.contains("/nowhere.toml cannot be read: No such file"), "{}", run.err);
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

/// A running example, which does not outlive its test.
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
