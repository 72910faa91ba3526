//! The program: its flags, its exit status and what it prints.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use asyncpoll::Policy;

use crate::{kinds::Kind, simulated};

/// Runs the program with a log as its input.
fn run(arguments: &[&str], log: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_asyncpoll-fit"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // One that refuses its flags does not read.
    let _ = input.write_all(log);
    drop(input);
    child.wait_with_output().unwrap()
}

/// A log as a program writes it.
pub(crate) fn lines(kind: Kind, records: usize, seed: u64) -> String {
    let records = simulated::log(kind, Policy::default(), records, seed);
    records
        .iter()
        .map(|record| {
            if record.is_done() {
                format!("{:.3}s..{:.3}s\n", record.after(), record.by())
            } else {
                format!(">{:.3}s\n", record.after())
            }
        })
        .collect()
}

fn refusal(arguments: &[&str], log: &[u8], status: i32) -> String {
    let output = run(arguments, log);
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{text}");
    assert!(output.stdout.is_empty());
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn a_bad_log_is_refused_in_one_sentence() {
    let empty = refusal(&[], b"", 65);
    assert_eq!(empty, "asyncpoll-fit: the log is empty; it must have a line for each operation\n");
    let gave_up = refusal(&[], b">10m\n>10m\n", 65);
    assert_eq!(gave_up, "asyncpoll-fit: none of 2 operations was done by max_wait; at least one must be\n");
    let no_times = refusal(&[], b"hello\nworld\n", 65);
    assert!(no_times.starts_with("asyncpoll-fit: 2 of 2 lines are refused, more than half; line 1 is \"hello\""), "{no_times}");
    let binary: Vec<u8> = (0..1_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert_eq!(refusal(&[], &binary, 65).lines().count(), 1);
}

#[test]
fn whatever_a_log_holds_there_is_a_policy_with_a_warning_or_a_sentence() {
    let good = "20s..65s\n".repeat(20);
    for (log, status) in [
        ("12.5\n", 0),
        ("20s..65s\n", 0),
        (&*format!("{good}NaN\n-3\n65s..20s\n700s..900s\n>1h\nnever\n"), 0),
        (&*format!("{good}700s..900s\n"), 0),
        (">10m\n", 65),
        ("700s..900s\n", 65),
        ("NaN\n", 65),
        ("-3\n", 65),
        ("65s..20s\n", 65),
        ("by,after\n20,65\n", 65),
        ("{\"by\": null}\n", 65),
        ("\0\u{1}\n", 65),
    ] {
        let output = run(&["--max-wait", "10m"], log.as_bytes());
        let [out, err] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(output.status.code(), Some(status), "{log}: {err}");
        if status == 0 {
            assert!(out.contains("\nWarning: ") && out.contains("pub const POLLING") && err.is_empty(), "{log}: {out}{err}");
        } else {
            assert!(out.is_empty() && err.lines().count() == 1 && err.starts_with("asyncpoll-fit: "), "{log}: {out}{err}");
            // What was read and is of no use has no line by itself.
            assert!(err.contains("; line ") || err.contains("done by max_wait"), "{log}: {err}");
        }
    }
}

#[test]
fn bad_usage_is_refused() {
    let log = lines(Kind::LogNormal(60.0, 0.5), 40, 1);
    let refused = |arguments: &[&str]| refusal(arguments, log.as_bytes(), 64);
    assert!(refused(&["--polls", "1"]).contains("polls is 1; with this log it must be from 2.0 to 100"));
    assert!(refused(&["--polls", "4", "--delay", "5s"]).contains("cannot be used with"));
    assert!(refused(&["--policy", "5s 3 <=5m"]).contains("\"3\" is no word of a policy"));
    assert!(refused(&["--policy", "5s x3 <=1s"]).contains("initial_wait is 5 s; it must be at most max_backoff, 1 s"));
    assert!(refused(&["--policy", "5s", "--config", "policy.toml"]).contains("cannot be used with"));
    assert!(refused(&["--jitter", "101"]).contains("it must be a percentage from 0 to 100"));
    assert!(refused(&["--max-wait=-1s"]).contains("it must be a duration of more than 0s"));
    assert!(refused(&["--config", "/nowhere/policy.toml"]).contains("cannot be read"));
    refusal(&["/nowhere/a.log"], b"", 66);
    refusal(&["--svg", "/nowhere/a.svg"], log.as_bytes(), 73);
}

#[test]
fn the_report_warns_of_what_is_wrong_with_the_log() {
    let log = lines(Kind::LogNormal(60.0, 0.5), 12, 1) + "never\n-5\n";
    let output = run(&["--max-wait", "10m", "--polls", "5"], log.as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("12 operations: 12 done, 0 gave up.\nLines refused: 2.\n  line 13 is \"never\"; "), "{text}");
    assert!(text.contains("\n  line 14 is refused: `after` is -5 s; "), "{text}");
    assert!(text.contains("\nWarning: There are 12 records: 20 give something, 100 are enough.\n"), "{text}");
    assert!(text.contains(" of 12 operations may have been done at one and the same time"), "{text}");
    let two = run(&[], lines(Kind::Two(10.0, 240.0), 200, 1).as_bytes());
    let two = String::from_utf8(two.stdout).unwrap();
    assert!(two.contains("there seems to be more than one kind of operation"), "{two}");
}

#[test]
fn a_million_lines_are_read() {
    let log = lines(Kind::LogNormal(60.0, 0.5), 10_000, 1).repeat(100);
    let output = run(&["--out", "json"], log.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["records"], 1_000_000);
}

#[test]
fn json_has_the_policies_as_the_crate_reads_them() {
    let output = run(&["--out", "json"], lines(Kind::LogNormal(60.0, 0.5), 200, 1).as_bytes());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let policies = report["policies"].as_object().unwrap();
    assert_eq!(policies.keys().collect::<Vec<_>>(), ["best_constant", "fitted_policy", "present_policy"]);
    let read = |name: &str| -> Policy { serde_json::from_value(policies[name]["policy"].clone()).unwrap() };
    assert_eq!(read("present_policy"), Policy::default());
    for name in policies.keys() {
        assert_eq!(policies[name]["line"].as_str().unwrap().parse(), Ok(read(name)), "{name}");
    }
}

#[test]
fn every_form_is_of_the_same_policy() {
    let log = lines(Kind::Two(10.0, 240.0), 200, 1);
    let printed = |form: &str| {
        let output = run(&["--policy", "2s x3/2 <=1m", "--out", form], log.as_bytes());
        String::from_utf8(output.stdout).unwrap()
    };
    let policy: Policy = toml::from_str(&printed("toml")).unwrap();
    assert!(policy.waits().count() > 1, "{policy}");
    assert_eq!(printed("line"), format!("{policy}\n"));
    let report: serde_json::Value = serde_json::from_str(&printed("json")).unwrap();
    assert_eq!(serde_json::from_value::<Policy>(report["policies"]["fitted_policy"]["policy"].clone()).unwrap(), policy);
    assert_eq!(report["policies"]["present_policy"]["line"], "2s x3/2 <=1m +-20% 10m");
    assert!(printed("text").contains(&format!("\nfitted policy   {policy}\n")));
    assert!(printed("text").ends_with(&printed("rust")));
}

#[test]
fn less_jitter_is_said_to_cost_a_rush() {
    let log = lines(Kind::LogNormal(60.0, 0.5), 200, 1);
    let printed = |arguments: &[&str]| String::from_utf8(run(arguments, log.as_bytes()).stdout).unwrap();
    let half = printed(&["--jitter", "10%"]);
    assert!(half.contains("\nWarning: Half the jitter doubles the rush of pollers that start together. "), "{half}");
    let lines = |text: &str, name: &str| text.lines().any(|line| line.starts_with(name) && line.contains("+-10% 10m"));
    assert!(lines(&half, "fitted policy  ") && !lines(&half, "present policy "), "{half}");
    for same in [printed(&[]), printed(&["--jitter", "20"]), printed(&["--policy", "5s +-10%"])] {
        assert!(!same.contains("the rush"), "{same}");
    }
}

#[test]
fn a_goal_that_is_not_reached_is_said_with_the_limit() {
    let log = lines(Kind::LogNormal(60.0, 0.5), 200, 1);
    let printed = |arguments: &[&str]| String::from_utf8(run(arguments, log.as_bytes()).stdout).unwrap();
    let short = printed(&["--max-wait", "10m", "--polls", "40", "--min-wait", "10s"]);
    assert!(short.contains("\nWarning: 40.00 polls are not reached: the fitted policy makes "), "{short}");
    assert!(short.contains("since no wait may be shorter than 10 s, which --min-wait sets.\n"), "{short}");
    let late = printed(&["--max-wait", "10m", "--delay", "1s", "--min-wait", "10s"]);
    assert!(late.contains("\nWarning: A delay of 1 s is not reached: the fitted policy is "), "{late}");
    let far = run(&["--max-wait", "30d", "--polls", "30"], include_bytes!("../../examples/orders.log"));
    let far = String::from_utf8(far.stdout).unwrap();
    assert!(far.contains(" times at most; a shorter --max-wait leaves more of them."), "{far}");
    // Without --min-wait, none of that is in the way.
    for max_wait in ["10m", "3d"] {
        let reached = printed(&["--max-wait", max_wait, "--polls", "10"]);
        assert!(!reached.contains("not reached"), "{reached}");
    }
}

#[test]
fn the_log_of_the_guide_has_advice_and_no_warning() {
    let output = run(&["--max-wait", "10m"], include_bytes!("../../examples/orders.log"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains("Warning"), "{text}");
    assert!(text.contains("\nTake the fitted policy: 4.49 polls and a mean delay of "), "{text}");
    // The fiftieth and the hundredth of two hundred lines, by either time.
    assert!(text.contains("\nThe log alone: 5 % 16.7 s to 56.1 s, "), "{text}");
}

#[test]
fn csv_without_by_is_told_of_the_option() {
    let refused = refusal(&[], b"name,took\na,12.5\nb,13\n", 65);
    let sentence = "line 1 names the columns \"name,took\", and none is `by`; --column must name the one that has the times";
    assert_eq!(refused, format!("asyncpoll-fit: {sentence}\n"));
}

#[test]
fn a_policy_may_be_a_table_of_a_file() {
    let file = std::env::temp_dir().join(format!("asyncpoll-fit-{}.toml", std::process::id()));
    std::fs::write(&file, "[server]\nport = 1\n[app.polling]\ninitial_wait = \"2s\"\n").unwrap();
    let file = file.to_str().unwrap();
    let log = lines(Kind::LogNormal(60.0, 0.5), 40, 1);
    let output = run(&["--out", "json", "--config", file, "--table", "app.polling"], log.as_bytes());
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["policies"]["present_policy"]["policy"]["initial_wait"], "2s");
    assert!(refusal(&["--config", file, "--table", "app.poll"], log.as_bytes(), 64).contains("it has no table `app.poll`"));
    assert!(refusal(&["--config", file], log.as_bytes(), 64).contains("--table must name it"));
    std::fs::remove_file(file).unwrap();
}
