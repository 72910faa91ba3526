//! The log that the program writes.

use std::{fs, path::PathBuf};

use tiny_http::Response;

use crate::{GONE, run_quickly, server, status};

#[test]
fn a_log_has_the_last_two_polls_of_each_operation() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("orders.log");
    let _ = fs::remove_file(&file);
    let log = ["--jitter", "none", "--log", file.to_str().unwrap()];
    let url = server(vec![status(202), status(202), Response::from_string("done")]);
    assert_eq!(run_quickly(&url, &log).status, Some(0));
    assert_eq!(run_quickly(GONE, &[&log[..], &["--max-polls", "2"]].concat()).status, Some(2));

    let text = fs::read_to_string(&file).unwrap();
    let seconds = |time: &str| time.strip_suffix('s').unwrap().parse::<f64>().unwrap();
    let [done, gave_up] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
    let (after, by) = done.split_once("..").map(|(after, by)| (seconds(after), seconds(by))).unwrap();
    // The second and the third poll, which are a wait apart.
    assert!(after >= 0.01 && by - after >= 0.009, "{text}");
    assert!(seconds(gave_up.strip_prefix('>').unwrap()) >= 0.01, "{text}");

    let run = run_quickly(GONE, &["--max-polls", "1", "--log", "/nowhere/orders.log"]);
    assert!(run.err.contains("/nowhere/orders.log cannot be written: No such file"), "{}", run.err);
}
