//! Counts the instructions of asyncpoll's own cases, and compares them with those in a file, or writes the file.
//!
//! `instructions check FILE` fails if a count is more than 3 % above the file's, or 15 % if the file was written with
//! another compiler. `instructions write FILE` writes it.
#![expect(clippy::float_arithmetic, reason = "a measurement is not a whole number")]

use std::{collections::BTreeMap, env, fmt::Write as _, fs, process::Command, process::ExitCode};

use asyncpoll_benches::{callgrind, cases};

const SEPARATOR: &str = ": ";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["check", file] => check(file),
        ["write", file] => write(file),
        _ => {
            eprintln!("usage: instructions check FILE | write FILE");
            ExitCode::from(2)
        }
    }
}

fn counts() -> impl Iterator<Item = (String, f64)> {
    cases::ours().into_iter().map(|case| (case.name(), callgrind::instructions(&case)))
}

fn compiler() -> String {
    let version = Command::new("rustc").arg("--version").output().expect("rustc is installed");
    String::from_utf8(version.stdout).expect("a version is text").trim().to_owned()
}

fn write(file: &str) -> ExitCode {
    let mut text = format!("{}\n", compiler());
    for (name, count) in counts() {
        writeln!(text, "{name}{SEPARATOR}{count:.2}").expect("a string takes everything");
    }
    fs::write(file, text).expect("the file can be written");
    ExitCode::SUCCESS
}

fn check(file: &str) -> ExitCode {
    let text = fs::read_to_string(file).expect("the file can be read");
    let (written_with, lines) = text.split_once('\n').expect("the first line names the compiler");
    let mut expected: BTreeMap<&str, f64> = lines
        .lines()
        .map(|line| line.rsplit_once(SEPARATOR).expect("a line is a name and a count"))
        .map(|(name, count)| (name, count.parse().expect("a count is a number")))
        .collect();

    let compiler = compiler();
    let allowed = if compiler == written_with {
        1.03
    } else {
        println!("The counts in {file} were made with {written_with}; this is {compiler}. Up to 15 % more is let pass.");
        1.15
    };

    let mut failed = Vec::new();
    for (name, count) in counts() {
        let Some(before) = expected.remove(name.as_str()) else {
            failed.push(format!("{name}: {count:.2}, and no count in {file}"));
            continue;
        };
        println!("{name}: {count:.2} ({:+.2} %)", (count / before - 1.0) * 100.0);
        if count > before * allowed {
            failed.push(format!(
                "{name}: {count:.2} instructions, more than {before:.2} by over {:.0} %",
                (allowed - 1.0) * 100.0
            ));
        }
    }
    failed.extend(expected.into_keys().map(|name| format!("{name}: a count in {file}, and no such case")));
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("\n{}\n\nWhere that is meant, `.ci/proofs instructions --update` writes {file} anew.", failed.join("\n"));
    ExitCode::FAILURE
}
