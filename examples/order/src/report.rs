//! What the program prints.

use core::{fmt::Write as _, time::Duration};
use std::{
    io::{self, Write},
    time::{Instant, SystemTime},
};

use asyncpoll::{Decision, Poller};

use crate::polling::End;

pub(crate) fn heading(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{:>4}  {:>9}  {:<68}  the poller decided", "poll", "time", "the server said")
}

pub(crate) fn poll<T, E>(
    out: &mut impl Write,
    number: u32,
    time: Duration,
    words: &str,
    decision: &Decision<T, E>,
) -> io::Result<()> {
    let decided = match decision {
        Decision::Sleep(wait) => format!("sleep {}", seconds(*wait)),
        Decision::Done(_) => "done".into(),
        Decision::Failed(_) => "failed".into(),
        Decision::GaveUp(_) => "gave up".into(),
    };
    writeln!(out, "{number:>4}  {:>9}  {words:<68}  {decided}", seconds(time))
}

/// Says how it ended: what is done on `out`, anything else on `err`.
pub(crate) fn end(end: &End, poller: &Poller<Instant>, out: &mut impl Write, err: &mut impl Write) -> io::Result<()> {
    let polls = poller.polls();
    let after =
        format!("after {polls} poll{} in {}", if polls == 1 { "" } else { "s" }, seconds(poller.elapsed(Instant::now())));
    match end {
        End::Done(text) => writeln!(out, "\ndone {after}: {text}"),
        End::Failed(error) => writeln!(err, "\nfailed {after}: {error}"),
        End::GaveUp(gave_up) => {
            writeln!(err, "\n{gave_up}")?;
            if let Some(error) = &gave_up.last_error {
                writeln!(err, "last error: {error}")?;
            }
            gave_up.retry_after.and_then(date_after).map_or(Ok(()), |date| writeln!(err, "come back at {date}"))
        }
    }
}

/// Returns the date after `wait`, if it is one with a year of four digits.
fn date_after(wait: Duration) -> Option<String> {
    let mut date = String::new();
    write!(date, "{}", humantime::format_rfc3339_millis(SystemTime::now().checked_add(wait)?)).ok()?;
    Some(date)
}

pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.3} s", duration.as_secs_f64())
}
