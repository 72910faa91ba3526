//! Why a poll found neither the certificate nor that the order is still going on.

use std::io;

use asyncpoll::Outcome;
use serde_json::Value;

/// A problem document (RFC 7807), as ACME servers send it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status} {kind}: {detail}")]
pub struct Problem {
    /// The HTTP status.
    pub status: u64,
    /// The type: a URN such as `urn:ietf:params:acme:error:badNonce`.
    pub kind: String,
    /// The explanation for humans.
    pub detail: String,
}

impl Problem {
    /// Reads a problem document; `None` if it is not one.
    pub fn read(document: &Value) -> Option<Self> {
        let text = |name: &str| Some(document.get(name)?.as_str()?.to_owned());
        Some(Self { status: document.get("status")?.as_u64()?, kind: text("type")?, detail: text("detail")? })
    }

    /// Returns whether it is of the type that RFC 8555 calls `name`.
    pub fn is(&self, name: &str) -> bool {
        self.kind.strip_prefix("urn:ietf:params:acme:error:") == Some(name)
    }
}

/// Why a poll found neither the certificate nor that the order is still going on.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    /// The server sent a problem document.
    #[error(transparent)]
    Problem(Problem),
    /// The server, or a gateway before it, refused without one.
    #[error("the answer has the status {0} and no problem document")]
    Status(u16),
    /// The resource is in a state that leads nowhere, and has no problem document.
    #[error("the state of the resource is {0:?}")]
    State(String),
    /// No answer came in time.
    #[error("no answer came in time")]
    TimedOut,
    /// The connection could not be made, or broke.
    #[error("the connection failed")]
    Connection(#[source] io::Error),
    /// What came is not an answer in ACME over HTTPS.
    #[error("the answer is malformed: {0}")]
    Malformed(String),
}

impl AcmeError {
    /// Turns into what the poll found: a refusal to answer says nothing about the order.
    pub fn into_outcome<T>(self) -> Outcome<T, Self> {
        let status = match &self {
            Self::Problem(problem) if problem.is("badNonce") => 500,
            Self::Problem(problem) => problem.status,
            Self::Status(status) => (*status).into(),
            Self::TimedOut | Self::Connection(_) => 500,
            Self::State(_) | Self::Malformed(_) => 400,
        };
        match status {
            429 => Outcome::throttled(self),
            500.. => Outcome::transient(self),
            _ => Outcome::Failed(self),
        }
    }

    /// Returns the problem document, if there is one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) => Some(problem),
            _ => None,
        }
    }
}

impl From<ureq::Error> for AcmeError {
    fn from(error: ureq::Error) -> Self {
        use ureq::Error::{ConnectionFailed, Io, Timeout};
        match error {
            Timeout(_) => Self::TimedOut,
            Io(_) | ConnectionFailed => Self::Connection(error.into_io()),
            _ => Self::Malformed(error.to_string()),
        }
    }
}
