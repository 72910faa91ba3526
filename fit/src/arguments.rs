//! The command line: its flags, and what they mean.

use core::time::Duration;
use std::{error::Error, fs, path::PathBuf};

use asyncpoll::{Jitter, Policy};
use asyncpoll_fit::{Goal, parse_seconds};
use clap::{Parser, ValueEnum};

/// Fits a polling policy to a log of completion times.
#[derive(Debug, Parser)]
#[command(
    name = "asyncpoll-fit",
    version,
    after_help = "\
A line of the log is a time, 12.5 or 5m3s; the polls before and at which an operation was seen done,
20s..65s; or the last poll of one that was not, >10m. CSV and an object of JSON a line have these in
--column, or else after, by and state, which is done or gave-up. Times are seconds or durations.

Without --polls, --delay and --price, the polls are those that the present policy makes.

Exit status: 0 done, 64 bad usage, 65 bad log, 66 a file that cannot be read, 73 one that cannot be
written, 141 nobody reads the output."
)]
pub(crate) struct Arguments {
    /// The log; - is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) log: PathBuf,

    /// The column of CSV or JSON that has the times
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,

    /// The time after which to give up; that of the present policy unless given
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    max_wait: Option<Duration>,

    /// Fit to so many polls of an operation in the mean, the first included
    #[arg(long, value_name = "N", value_parser = number, group = "goal")]
    polls: Option<f64>,

    /// Fit to so much delay in the mean
    #[arg(long, value_name = "DURATION", value_parser = duration, group = "goal")]
    delay: Option<Duration>,

    /// Fit to what a poll is worth: so much delay
    #[arg(long, value_name = "DURATION", value_parser = duration, group = "goal")]
    price: Option<Duration>,

    /// The present policy as one line, such as '5s x3 <=5m +-20% 10m', which is the default
    #[arg(long, value_name = "LINE")]
    policy: Option<Policy>,

    /// Read the present policy from this file, in TOML
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    config: Option<PathBuf>,

    /// The table of that file which is the policy, such as polling or app.polling; the whole file unless given
    #[arg(long, value_name = "NAME", requires = "config")]
    table: Option<String>,

    /// Let the waits of the fitted policy stray by so many percent; as those of the present policy do unless given
    #[arg(long, value_name = "PERCENT", value_parser = jitter)]
    jitter: Option<Jitter>,

    /// The shortest base of a wait; a thousandth of the median time of completion unless given
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) min_wait: Option<Duration>,

    /// What to print
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub(crate) out: Out,

    /// Draw what was estimated and fitted
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Out {
    /// All of it, with the fitted policy as Rust to paste.
    Text,
    /// The fitted policy as one line.
    Line,
    /// The fitted policy as a file of configuration.
    Toml,
    /// The fitted policy as Rust to paste.
    Rust,
    /// All of it, for a program.
    Json,
}

impl Arguments {
    /// Returns the present policy, which has a `max_wait`.
    pub(crate) fn present(&self) -> Result<Policy, Box<dyn Error>> {
        let base = match &self.config {
            None => self.policy.unwrap_or_default(),
            Some(file) => {
                let text = fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
                policy(&text, self.table.as_deref()).map_err(|why| format!("{} holds no policy: {why}", file.display()))?
            }
        };
        match self.max_wait {
            Some(max_wait) => Ok(base.to_builder().max_wait(max_wait).build()?),
            None if base.max_wait().is_none() => Err("the present policy has no max_wait; give --max-wait".into()),
            None => Ok(base),
        }
    }

    /// Returns the jitter of the policy to fit.
    pub(crate) fn jitter(&self, present: &Policy) -> Jitter {
        self.jitter.unwrap_or_else(|| present.jitter())
    }

    pub(crate) fn goal(&self) -> Option<Goal> {
        let polls = self.polls.map(Goal::Polls);
        let delay = self.delay.map(|delay| Goal::Delay(delay.as_secs_f64()));
        polls.or(delay).or_else(|| self.price.map(|price| Goal::Price(price.as_secs_f64())))
    }
}

/// Reads a policy from a file, or from a table in it.
fn policy(text: &str, table: Option<&str>) -> Result<Policy, String> {
    let Some(table) = table else {
        return toml::from_str(text).map_err(|error| format!("{error}If it is a table of that file, --table must name it."));
    };
    let mut value = toml::Value::Table(toml::from_str(text).map_err(|error| error.to_string())?);
    for name in table.split('.') {
        value = match value {
            toml::Value::Table(mut tables) => tables.remove(name),
            _ => None,
        }
        .ok_or_else(|| format!("it has no table `{table}`"))?;
    }
    value.try_into().map_err(|error: toml::de::Error| error.to_string().trim_end().to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    let seconds = parse_seconds(text).filter(|&seconds| seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "it must be a duration of more than 0s, such as 5s, 10m or '1h 30m'".to_owned())
}

fn number(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| "it must be a number such as 6 or 4.5".to_owned())
}

fn jitter(text: &str) -> Result<Jitter, String> {
    let percent = text.strip_suffix('%').unwrap_or(text).parse().ok().filter(|percent| *percent <= 100);
    percent.map(Jitter::PlusMinus).ok_or_else(|| "it must be a percentage from 0 to 100".to_owned())
}
