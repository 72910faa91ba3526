//! A server's answer to one request, and what a poll found in it.

use std::time::{Duration, SystemTime};

use asyncpoll::{Outcome, http::retry_after};
use serde_json::Value;
use ureq::{
    Body,
    http::{
        HeaderMap, Response, StatusCode,
        header::{AsHeaderName, DATE, RETRY_AFTER},
    },
};

use crate::acme_error::{AcmeError, Problem};

/// A server's answer to one request.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: String,
    headers: HeaderMap,
}

impl Answer {
    /// Reads the whole answer.
    pub fn read(response: Response<Body>) -> Result<Self, AcmeError> {
        let (head, mut body) = response.into_parts();
        Ok(Self { status: head.status, body: body.read_to_string()?, headers: head.headers })
    }

    /// Returns the value of a header.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the nonce for another request.
    pub fn nonce(&self) -> Option<String> {
        self.header("Replay-Nonce").map(str::to_owned)
    }

    /// Returns when it was sent, by the server's clock, in whole seconds.
    pub fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header(DATE)?).ok()
    }

    /// Returns the date in its `Retry-After`, by the server's clock, if that is a date.
    pub fn asked_date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.header(RETRY_AFTER)?).ok()
    }

    /// Returns how long the server asked us to wait before the next poll.
    pub fn hint(&self) -> Option<Duration> {
        retry_after(&self.headers, SystemTime::now())
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> Result<Value, AcmeError> {
        serde_json::from_str(&self.body).map_err(|error| AcmeError::Malformed(format!("{error} in {:?}", self.body)))
    }

    /// Returns the body as JSON if the request was accepted.
    pub fn resource(&self) -> Result<Value, AcmeError> {
        match self.refusal() {
            Some(refusal) => Err(refusal),
            None => self.json(),
        }
    }

    /// Returns why the request was refused, if it was.
    pub fn refusal(&self) -> Option<AcmeError> {
        let problem = || self.json().ok().and_then(|document| Problem::read(&document));
        let refusal = || problem().map_or(AcmeError::Status(self.status.as_u16()), AcmeError::Problem);
        (!self.status.is_success()).then(refusal)
    }
}

/// Returns what a poll found, with the hint of its answer; `found` says what an answer means that is no refusal.
pub fn outcome<T>(
    answer: Result<Answer, AcmeError>,
    found: impl FnOnce(Answer) -> Outcome<T, AcmeError>,
) -> Outcome<T, AcmeError> {
    match answer {
        Ok(answer) => {
            let hint = answer.hint();
            let outcome = match answer.refusal() {
                Some(refusal) => refusal.into_outcome(),
                None => found(answer),
            };
            outcome.retry_after(hint)
        }
        Err(error) => error.into_outcome(),
    }
}
