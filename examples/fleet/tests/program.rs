//! The program, run as its users run it: with commands in a pipe, and Ctrl-C as a signal.

use core::time::Duration;
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

/// A running program, which does not outlive its test.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
        command.args(arguments).env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let mut running = Self { child, input, output };
        assert!(running.line().starts_with("A certificate authority at http://127.0.0.1:"));
        running
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line
    }

    /// Says a line, and returns the answer.
    fn say(&mut self, line: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        self.line()
    }

    /// Asks how far it is, until that is so.
    fn wait_until(&mut self, is_so: impl Fn(&str) -> bool) -> String {
        loop {
            let status = self.say("status");
            if is_so(&status) {
                return status;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Ends standard input.
    fn end_input(&mut self) {
        self.input = None;
    }

    /// Presses Ctrl-C.
    #[cfg(unix)]
    fn interrupt(&self) {
        let kill = Command::new("sh").arg("-c").arg(format!("kill -INT {}", self.child.id())).status().unwrap();
        assert!(kill.success());
    }

    /// Returns the exit status, and what it said until its end.
    fn end(mut self) -> (Option<i32>, String, String) {
        let out = io::read_to_string(&mut self.output).unwrap();
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code(), out, err)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already unless the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The number after these words in a line.
fn number(line: &str, words: &str) -> u32 {
    let (_, after) = line.split_once(words).unwrap_or_else(|| panic!("no {words:?} in {line:?}"));
    after.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
}

#[test]
fn it_ends_by_itself_and_a_poll_that_panics_is_lost() {
    let mut fleet = Running::start(&["--orders", "1"]);
    fleet.end_input();
    let (status, out, err) = fleet.end();
    assert_eq!(status, Some(0), "{out}{err}");
    assert!(out.starts_with("done after ") && out.contains(" 1 of 1 issued, 0 given up, 0 cancelled, 0 left; "), "{out}");
    assert!(out.contains(" (0.0 %), polls: ") && out.contains(", lost: 1;"), "{out}");
    assert_eq!(err.matches("a bug, on purpose").count(), 1, "{err}");
}

#[test]
fn pollers_alone_end_as_well() {
    let (status, out, _) = Running::start(&["--orders", "1", "--alone"]).end();
    assert_eq!(status, Some(0), "{out}");
    assert!(out.contains(" 1 of 1 issued, 0 given up, 0 cancelled, 0 left; "), "{out}");
}

#[test]
fn commands_are_lines_of_standard_input() {
    let mut fleet = Running::start(&["--orders", "20"]);
    assert_eq!(fleet.say("pause"), "paused: no poll is sent until you resume\n");
    let polls = number(&fleet.wait_until(|status| status.contains("; 0 in flight")), "polls: ");
    assert_eq!(fleet.say("add one two three"), "added one, two, three\n");
    // Each would be polled at once.
    let status = fleet.say("status");
    assert!(number(&status, "polls: ") == polls && status.contains("; 0 in flight"), "{status}");
    let cancelled = fleet.say("cancel two");
    assert!(cancelled.starts_with("two: gave up after 0 polls in ") && cancelled.ends_with(": cancelled\n"), "{cancelled}");
    assert_eq!(fleet.say("cancel two"), "no order is polled by the name two\n");
    assert_eq!(fleet.say("\ncancel"), "cancel takes one name; it was given 0\n");
    assert_eq!(fleet.say("resume"), "resumed\n");
    let status = fleet.wait_until(|status| number(status, "polls: ") >= polls + 22);
    // The authority does not know what was not placed, and a poll of that fails.
    assert!(status.contains(" of 23 issued, 0 given up, 1 cancelled, "), "{status}");
}

#[test]
fn polls_that_are_due_together_go_out_in_one_request() {
    let mut fleet = Running::start(&["--orders", "1", "--batch", "50"]);
    assert_eq!(fleet.say("pause"), "paused: no poll is sent until you resume\n");
    let before = fleet.wait_until(|status| status.contains("; 0 in flight"));
    assert_eq!(fleet.say("add one two three"), "added one, two, three\n");
    assert_eq!(fleet.say("resume"), "resumed\n");
    let more = |status: &str, words| number(status, words) - number(&before, words);
    let status = fleet.wait_until(|status| more(status, "polls: ") >= 3);
    assert!(more(&status, "requests: ") <= more(&status, "polls: ") - 2, "{status}");
    let status = fleet.wait_until(|status| number(status, " s: ") > 0);
    assert!(status.contains(" of 4 issued, 0 given up, 0 cancelled, "), "{status}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_tells_what_is_left() {
    let mut fleet = Running::start(&["--orders", "20"]);
    fleet.wait_until(|status| number(status, "polls: ") > 0);
    fleet.end_input();
    fleet.interrupt();
    let (code, out, _) = fleet.end();
    assert_eq!(code, Some(130), "{out}");
    let (issued, left) = (number(&out, " s: "), number(&out, " cancelled, "));
    assert!(out.starts_with("interrupted after ") && issued + left == 20, "{out}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_pollers_alone() {
    let fleet = Running::start(&["--orders", "20", "--alone"]);
    fleet.interrupt();
    let (code, out, _) = fleet.end();
    assert_eq!(code, Some(130), "{out}");
    assert!(out.starts_with("interrupted after ") && out.contains(" of 20 issued, 0 given up, 0 cancelled, "), "{out}");
}

#[test]
fn bad_usage_is_a_sentence() {
    let cases = [(["--orders", "0"], "0 is not in 1.."), (["--simulate", "--alone"], "cannot be used with")];
    for (arguments, sentence) in cases {
        let output = Command::new(env!("CARGO_BIN_EXE_fleet")).args(arguments).stdin(Stdio::null()).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && err.contains(sentence), "{err}");
    }
}
