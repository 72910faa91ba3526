//! Commands to the loop, and the lines that say them.

use core::{error::Error, str::FromStr};
use std::collections::HashSet;

/// What the loop is told while it polls.
pub(crate) enum Told {
    /// A line: the command that it says, or why it says none.
    Line(Result<Command, Box<dyn Error + Send + Sync>>),
    /// Ctrl-C was pressed.
    Stop,
}

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Poll these orders, which have been placed.
    Add(Vec<String>),
    Cancel(String),
    Pause,
    Resume,
    Status,
}

/// Why a line says no command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("{0:?} is no command; the commands are: add NAME..., cancel NAME, pause, resume, status")]
    Unknown(String),
    #[error("{command} takes {takes}; it was given {given}")]
    Arguments { command: &'static str, takes: &'static str, given: usize },
    #[error("{0:?} is no name; a name has letters, digits and hyphens alone")]
    Name(String),
    #[error("{0} is named twice")]
    Twice(String),
}

impl FromStr for Command {
    type Err = CommandError;

    fn from_str(line: &str) -> Result<Self, CommandError> {
        let mut words = line.split_whitespace();
        let command = words.next().unwrap_or_default();
        let names = words.map(name).collect::<Result<Vec<_>, _>>()?;
        let mut seen = HashSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(*name)) {
            return Err(CommandError::Twice(name.clone()));
        }
        let given = names.len();
        let misused = |command, takes| Err(CommandError::Arguments { command, takes, given });
        match (command, names.as_slice()) {
            ("add", []) => misused("add", "one name or more"),
            ("add", _) => Ok(Self::Add(names)),
            ("cancel", [name]) => Ok(Self::Cancel(name.clone())),
            ("cancel", _) => misused("cancel", "one name"),
            ("pause", []) => Ok(Self::Pause),
            ("pause", _) => misused("pause", "no name"),
            ("resume", []) => Ok(Self::Resume),
            ("resume", _) => misused("resume", "no name"),
            ("status", []) => Ok(Self::Status),
            ("status", _) => misused("status", "no name"),
            _ => Err(CommandError::Unknown(command.to_owned())),
        }
    }
}

/// Takes a name that can be a part of a URL.
fn name(word: &str) -> Result<String, CommandError> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if word.chars().all(fits) { Ok(word.to_owned()) } else { Err(CommandError::Name(word.to_owned())) }
}
