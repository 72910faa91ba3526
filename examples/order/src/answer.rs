//! What a poll found: the server's answer in words, and as the poller's input.

use std::{io, time::SystemTime};

use asyncpoll::{
    Outcome,
    http::{classify, retry_after},
};
use ureq::{
    Body,
    http::{
        HeaderMap, Response, StatusCode,
        header::{HeaderName, LOCATION, RETRY_AFTER},
    },
};

/// A body up to this long is shown, if it is plain text.
const LONGEST_TEXT: u64 = 80;

/// What a poll found.
pub(crate) struct Answer {
    pub(crate) words: String,
    pub(crate) outcome: Outcome<String, AnswerError>,
}

/// Why a poll found neither the end of the operation nor that it is still going on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("{0}")]
    Status(StatusCode),
    #[error("{status}, Location: {location}")]
    Redirect { status: StatusCode, location: String },
    #[error("no answer in time")]
    TimedOut,
    #[error("no answer: {0}")]
    Connection(io::Error),
    #[error("not an answer in HTTP: {0}")]
    Malformed(ureq::Error),
}

impl Answer {
    /// Reads what the server answered.
    pub(crate) fn read(mut response: Response<Body>) -> Result<Self, ureq::Error> {
        let text = short_text(response.body_mut())?;
        let (status, headers) = (response.status(), response.headers());
        let mut words = status.to_string();
        if let Some(text) = &text {
            words.extend([": ", text]);
        }
        for (name, title) in [(RETRY_AFTER, "Retry-After"), (LOCATION, "Location")] {
            if let Some(value) = value(headers, name) {
                words.extend([", ", title, ": ", &value]);
            }
        }
        let error = || match value(headers, LOCATION) {
            Some(location) if status.is_redirection() => AnswerError::Redirect { status, location },
            _ => AnswerError::Status(status),
        };
        let now = SystemTime::now();
        let outcome = match classify(status, headers, now).outcome(error) {
            // What was ordered may not be there yet.
            _ if status == StatusCode::NOT_FOUND => Outcome::pending().retry_after(retry_after(headers, now)),
            Some(outcome) => outcome,
            None => Outcome::Done(text.unwrap_or_else(|| status.to_string())),
        };
        Ok(Self { words, outcome })
    }

    /// Says why there is no answer.
    pub(crate) fn missing(error: ureq::Error) -> Self {
        use ureq::Error::{ConnectionFailed, HostNotFound, Io, Timeout};
        let outcome = match error {
            Timeout(_) => Outcome::transient(AnswerError::TimedOut),
            Io(_) | HostNotFound | ConnectionFailed => Outcome::transient(AnswerError::Connection(error.into_io())),
            _ => Outcome::Failed(AnswerError::Malformed(error)),
        };
        Self { words: outcome.error().map(AnswerError::to_string).unwrap_or_default(), outcome }
    }
}

/// Returns the first line of a body that is a short plain text. Any other may be long, or without end, and is left unread.
fn short_text(body: &mut Body) -> Result<Option<String>, ureq::Error> {
    let is_short = body.content_length().is_some_and(|length| length <= LONGEST_TEXT);
    if !is_short || body.mime_type() != Some("text/plain") {
        return Ok(None);
    }
    let text = body.with_config().lossy_utf8(true).read_to_string()?;
    // A control character would have its way with the terminal.
    let line: String = text.lines().next().unwrap_or_default().chars().filter(|char| !char.is_control()).collect();
    Ok(Some(line).filter(|line| !line.is_empty()))
}

fn value(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}
