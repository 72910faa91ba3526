//! Reads a log of completion times and prints the polling policy that fits it.

mod arguments;

use core::fmt::Display;
use std::{
    fs,
    io::{self, ErrorKind, Read, Write},
    process::ExitCode,
};

use asyncpoll_fit::{Fit, GoalError, Log, Report, estimate, picture, rust, toml, warnings};
use clap::Parser;

use crate::arguments::{Arguments, Out};

// The exit status, if it is not success: as BSD's `sysexits.h` has them, and the last as a shell does.
const BAD_USAGE: u8 = 64;
const BAD_LOG: u8 = 65;
const NO_INPUT: u8 = 66;
const NO_OUTPUT: u8 = 73;
const NOBODY_READS: u8 = 141;

/// The width of the picture.
const WIDTH: f64 = 860.0;

/// Why there is no policy: the exit status, and a sentence.
type Failure = (u8, String);

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // If standard output or error is closed, nobody is left to tell.
            let _ = error.print();
            return if error.use_stderr() { BAD_USAGE.into() } else { ExitCode::SUCCESS };
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err((NOBODY_READS, _)) => NOBODY_READS.into(),
        Err((status, sentence)) => {
            let _ = writeln!(io::stderr(), "asyncpoll-fit: {sentence}");
            status.into()
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Failure> {
    let present = arguments.present().map_err(failure(BAD_USAGE))?;
    let name = arguments.log.display();
    let text = read(arguments).map_err(|error| (NO_INPUT, format!("{name} cannot be read: {error}")))?;
    let log = Log::read(&text, arguments.column.as_deref()).map_err(failure(BAD_LOG))?;
    let max_wait = present.max_wait().unwrap_or_default().as_secs_f64();
    let times = estimate(&log.records, max_wait).map_err(failure(BAD_LOG))?;
    let min_wait = arguments.min_wait.unwrap_or_else(|| times.shortest_wait());
    let fit = Fit::jittered(&times, present, arguments.goal(), min_wait, arguments.jitter(&present));
    let fit = fit.map_err(|error: GoalError| (BAD_USAGE, error.to_string()))?;
    let warnings = warnings(&log, &fit, &present);
    let report = Report { log: &log, times: &times, fit: &fit, warnings: &warnings };
    let text = match arguments.out {
        Out::Text => report.text(),
        Out::Line => format!("{}\n", fit.best.policy),
        Out::Rust => rust(&fit),
        Out::Toml => toml(&fit).map_err(failure(BAD_USAGE))?,
        Out::Json => format!("{:#}\n", report.json().map_err(failure(BAD_USAGE))?),
    };
    if let Some(file) = &arguments.svg {
        fs::write(file, picture(&report, WIDTH).to_string())
            .map_err(|error| (NO_OUTPUT, format!("{} cannot be written: {error}", file.display())))?;
    }
    if arguments.out != Out::Text {
        let _ = write!(io::stderr(), "{}", report.refused());
        for warning in &warnings {
            let _ = writeln!(io::stderr(), "Warning: {warning}");
        }
    }
    let mut out = io::stdout();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        // The reader, `head` say, has seen enough.
        ErrorKind::BrokenPipe => (NOBODY_READS, String::new()),
        _ => (NO_OUTPUT, format!("standard output cannot be written: {error}")),
    })
}

fn read(arguments: &Arguments) -> io::Result<Vec<u8>> {
    if arguments.log.as_os_str() != "-" {
        return fs::read(&arguments.log);
    }
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    Ok(text)
}

fn failure<E: Display>(status: u8) -> impl Fn(E) -> Failure {
    move |error| (status, error.to_string())
}
