//! The command line: its flags, and the policy they make.

use core::{error::Error, time::Duration};
use std::{fs, path::PathBuf};

use asyncpoll::{Jitter, Policy};
use clap::{CommandFactory, Parser, error::ErrorKind};
use ureq::http::{Uri, uri::Scheme};

use crate::table;

const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// Places an order at a small certificate authority on this machine and polls it until it is issued.
/// With --url, polls that address instead until it answers 200: so it also waits until a service is up.
#[derive(Debug, Parser)]
#[command(
    name = "order",
    version,
    verbatim_doc_comment,
    after_help = "\
Durations are written as 500ms, 5s, 10m or '1h 30m'. A policy is one line such as '5s x3 <=5m +-20% 10m',
or a table in a file, with the flags below as keys, such as max_wait = \"10m\". What neither says is as in
the default of asyncpoll, which is that line. If there is neither, what no flag says is as in that too,
or, without --url, in a quicker policy: '300ms x2 20s'.

200 is done; 202, 404, 408, 425, 429, 5xx and connection errors keep polling; any other answer fails.

Exit status: 0 done, 1 failed, 2 gave up, 64 bad usage, 130 cancelled with Ctrl-C, 141 nobody reads the output."
)]
pub(crate) struct Arguments {
    /// Poll this http:// address instead of an order
    #[arg(long, value_parser = http_address)]
    pub(crate) url: Option<Uri>,

    /// How long one poll may take
    #[arg(long, value_name = "DURATION", default_value = "10s", value_parser = timeout)]
    pub(crate) timeout: Duration,

    /// What the waits are drawn from; random unless given
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,

    /// Print when an operation that stays pending is polled, with --seed exactly, and stop
    #[arg(long)]
    pub(crate) preview: bool,

    /// Add a line to this file at the end, for asyncpoll-fit: between which polls it was done
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,

    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Policy")]
struct Settings {
    /// The policy as one line, such as '5s x3 <=5m +-20% 10m'
    #[arg(long, env = "ORDER_POLICY")]
    policy: Option<Policy>,

    /// Read the policy from this file, in TOML
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    config: Option<PathBuf>,

    /// The table of that file which is the policy, such as polling; the whole file unless given
    #[arg(long, value_name = "NAME", requires = "config")]
    table: Option<String>,

    /// How long it takes at least; the ladder of waits starts after that
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    head_start: Option<Duration>,

    /// The waits before the ladder, such as 2s,30s
    #[arg(long, value_name = "DURATIONS", value_delimiter = ',', value_parser = humantime::parse_duration)]
    waits: Option<Vec<Duration>>,

    /// Where the ladder of waits starts
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    initial_wait: Option<Duration>,

    /// How the ladder grows from one wait to the next: 3, or 3/2
    #[arg(long, value_name = "RATIO", value_parser = multiplier)]
    multiplier: Option<(u32, u32)>,

    /// The longest wait of the ladder
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    max_backoff: Option<Duration>,

    /// none, full, equal, decorrelated, or a percentage such as 20%, or +20% for waits that are never shorter
    #[arg(long, value_parser = jitter)]
    jitter: Option<Jitter>,

    /// By how much the server's hints are lengthened at most, such as 10%
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    hint_jitter: Option<u8>,

    /// The longest hint that is believed
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    max_hint: Option<Duration>,

    /// The time after which to give up
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    max_wait: Option<Duration>,

    /// Set no such time
    #[arg(long, conflicts_with = "max_wait")]
    no_max_wait: bool,

    /// Give up instead of making a last poll at that time
    #[arg(long)]
    no_last_poll: bool,

    /// The number of polls after which to give up
    #[arg(long, value_name = "N")]
    max_polls: Option<u32>,

    /// The number of errors in a row at which to give up
    #[arg(long, value_name = "N")]
    max_consecutive_errors: Option<u32>,
}

/// Reads the command line, and the policy it asks for; `demonstration` is where the policy of an order starts.
pub(crate) fn read(demonstration: Policy) -> Result<(Arguments, Policy), clap::Error> {
    let arguments = Arguments::try_parse()?;
    let base = if arguments.url.is_some() { Policy::default() } else { demonstration };
    let policy =
        arguments.settings.policy(base).map_err(|error| Arguments::command().error(ErrorKind::ValueValidation, error))?;
    Ok((arguments, policy))
}

impl Settings {
    fn policy(&self, base: Policy) -> Result<Policy, Box<dyn Error + Send + Sync>> {
        let base = match &self.config {
            None => self.policy.unwrap_or(base),
            Some(file) => {
                let text = fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
                let read = match &self.table {
                    None => toml::from_str(&text),
                    Some(name) => table::policy(&text, name),
                };
                read.map_err(|error| format!("{} holds no policy: {error}", file.display()))?
            }
        };
        let mut builder = base.to_builder();
        if let Some(wait) = self.head_start {
            builder = builder.head_start(wait);
        }
        if let Some(waits) = &self.waits {
            builder = builder.waits(waits);
        }
        if let Some(wait) = self.initial_wait {
            builder = builder.initial_wait(wait);
        }
        if let Some((numer, denom)) = self.multiplier {
            builder = builder.multiplier(numer, denom);
        }
        if let Some(wait) = self.max_backoff {
            builder = builder.max_backoff(wait);
        }
        if let Some(jitter) = self.jitter {
            builder = builder.jitter(jitter);
        }
        if let Some(percent) = self.hint_jitter {
            builder = builder.hint_jitter(percent);
        }
        if let Some(hint) = self.max_hint {
            builder = builder.max_hint(hint);
        }
        if let Some(wait) = self.max_wait {
            builder = builder.max_wait(wait);
        }
        if self.no_max_wait {
            builder = builder.no_max_wait();
        }
        if self.no_last_poll {
            builder = builder.no_last_poll();
        }
        if let Some(polls) = self.max_polls {
            builder = builder.max_polls(polls);
        }
        if let Some(errors) = self.max_consecutive_errors {
            builder = builder.max_consecutive_errors(errors);
        }
        Ok(builder.build()?)
    }
}

/// Refuses what could only be polled in vain.
fn http_address(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|error| format!("it is not a URL: {error}"))?;
    if uri.scheme() == Some(&Scheme::HTTPS) {
        return Err("it must start with http://, because this program has no TLS".into());
    }
    let authority = match uri.authority() {
        Some(authority) if uri.scheme() == Some(&Scheme::HTTP) => authority,
        _ => return Err("it must start with http://".into()),
    };
    if authority.host().is_empty() {
        return Err("it must name a host".into());
    }
    // `port` returns `None` for one that is no number below 65536, and the client would take the default port in its place.
    if authority.port().is_none() && !authority.as_str().ends_with(authority.host()) {
        return Err("its port must be a number from 0 to 65535".into());
    }
    Ok(uri)
}

fn timeout(text: &str) -> Result<Duration, String> {
    let timeout = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if timeout.is_zero() || timeout > LONGEST_TIMEOUT {
        return Err(format!("it must be longer than 0s and at most {}", humantime::format_duration(LONGEST_TIMEOUT)));
    }
    Ok(timeout)
}

fn multiplier(text: &str) -> Result<(u32, u32), &'static str> {
    let (numer, denom) = text.split_once('/').unwrap_or((text, "1"));
    match (numer.parse(), denom.parse()) {
        (Ok(numer), Ok(denom)) => Ok((numer, denom)),
        _ => Err("it must be a whole number or a ratio of two, such as 3 or 3/2"),
    }
}

fn percent(text: &str) -> Result<u8, &'static str> {
    text.strip_suffix('%').unwrap_or(text).parse().map_err(|_| "it must be a percentage from 0 to 100")
}

fn jitter(text: &str) -> Result<Jitter, &'static str> {
    Ok(match text {
        "none" => Jitter::None,
        "full" => Jitter::Full,
        "equal" => Jitter::Equal,
        "decorrelated" => Jitter::Decorrelated,
        _ => {
            let read = match text.strip_prefix('+') {
                Some(above) => percent(above).map(Jitter::Above),
                None => percent(text).map(Jitter::PlusMinus),
            };
            return read.map_err(|_| "it must be none, full, equal, decorrelated or a percentage from 0 to 100");
        }
    })
}
