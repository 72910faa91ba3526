//! Its flags, and the policy that they and a file make.

use std::{fs, path::PathBuf};

use asyncpoll::Policy;

use crate::{Run, order, run};

/// Previews the policy of a file with this text, overruled by flags.
fn preview(name: &str, text: &str, flags: &[&str]) -> Run {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, text).unwrap();
    run(&[&["--preview", "--config", file.to_str().unwrap()], flags].concat())
}

#[test]
fn every_setting_has_a_flag() {
    let help = run(&["--help"]).out;
    // A file of configuration names them all.
    let settings = toml::Table::try_from(Policy::default()).unwrap();
    assert!(settings.len() > 10);
    for setting in settings.keys() {
        let flag = setting.replace('_', "-");
        let has_one = help.contains(&format!("--{flag} <")) || help.contains(&format!("--no-{flag} "));
        assert!(has_one, "no flag for {setting}: {help}");
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
        (["--waits", "2s,10m"], "waits[1] is 600 s; it must be at most max_backoff, 300 s"),
        (["--hint-jitter", "101%"], "hint_jitter is 101 %; it must be at most 100 %"),
        (["--hint-jitter", "none"], "it must be a percentage from 0 to 100"),
        (["--max-hint", "0s"], "max_hint is 0 s; it must be at least 1 ns"),
        (["--max-polls", "0"], "max_polls is 0; it must be at least 1"),
        (["--max-consecutive-errors", "0"], "max_consecutive_errors is 0; it must be at least 1"),
        (["--max-wait=1s", "--no-max-wait"], "cannot be used with"),
        (["--timeout", "0s"], "it must be longer than 0s and at most 1day"),
        (["--url", "https://www.example.test/"], "it must start with http://, because this program has no TLS"),
        (["--url", "127.0.0.1:80"], "it must start with http://"),
        (["--url", "http://:80/"], "it must name a host"),
        (["--url", "http://127.0.0.1:65536/"], "its port must be a number from 0 to 65535"),
        (["--url", "two words"], "it is not a URL: "),
        (["--policy", "5s x3 10 minutes"], "\"10\" is no word of a policy; its words are such as >=90s [2s,30s] 5s x3 "),
        (["--policy", "5s <=1s"], "initial_wait is 5 s; it must be at most max_backoff, 1 s"),
        (["--policy=5s", "--config=policy.toml"], "cannot be used with"),
        (["--preview", "--table=polling"], "--config <FILE>"),
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
fn a_policy_is_read_from_a_file_and_flags_overrule_it() {
    let run = preview("policy.toml", "jitter = \"none\"\nmultiplier = 1.5\nmax_wait = \"15s\"", &["--initial-wait", "4s"]);
    assert_eq!((run.status, latest(&run)), (Some(0), vec!["0.000 s", "4.000 s", "10.000 s", "15.000 s"]), "{}", run.err);
}

/// When the polls of a preview are made at the latest.
fn latest(run: &Run) -> Vec<&str> {
    run.out.lines().skip(1).filter_map(|line| line.rsplit("  ").next()).map(str::trim).collect()
}

#[test]
fn a_policy_is_one_argument_or_a_variable_of_the_environment() {
    let line = "4s x3/2 <=1m +-0% 15s";
    let expected = ["0.000 s", "4.000 s", "10.000 s", "15.000 s"];
    assert_eq!(latest(&run(&["--preview", "--policy", line])), expected);
    let output = order(&["--preview"]).env("ORDER_POLICY", line).output().unwrap();
    let run = Run { status: output.status.code(), out: String::from_utf8(output.stdout).unwrap(), err: String::new() };
    assert_eq!((run.status, latest(&run)), (Some(0), expected.to_vec()));
}

#[test]
fn a_policy_may_be_one_table_of_a_file() {
    let text = "[sweep]\ninterval = \"1m\"\n\n[polling]\njitter = \"none\"\nmax_wait = \"5s\"\n";
    let run = preview("app.toml", text, &["--table", "polling"]);
    assert_eq!((run.status, latest(&run)), (Some(0), vec!["0.000 s", "5.000 s"]), "{}", run.err);

    let run = preview("app.toml", text, &["--table", "issuance"]);
    assert_eq!(run.status, Some(64));
    assert!(run.err.contains("app.toml holds no policy: ") && run.err.contains("it has no table [issuance]\n"), "{}", run.err);

    let run = preview("wrong-table.toml", "[polling]\nmax_polls = 0\n", &["--table", "polling"]);
    for expected in ["at line 2, column 13\n", "\nmax_polls is 0; it must be at least 1\n"] {
        assert!(run.err.contains(expected), "{}", run.err);
    }
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
    for expected in ["wrong.toml holds no policy: ", "at line 3, column 10\n", "\njitter is 120 %; it must be at most 100 %\n"]
    {
        assert!(run.err.contains(expected), "{}", run.err);
    }
    let run = self::run(&["--config", "/nowhere.toml"]);
    assert_eq!(run.status, Some(64));
    assert!(run.err.contains("/nowhere.toml cannot be read: No such file"), "{}", run.err);
}
