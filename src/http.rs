//! What an HTTP server says to those who poll it: when to come back, how many requests are left, and what a status means.
//!
//! Three questions, each a function of its own. None of them reads a clock or makes a request: the client is yours, and so is
//! `now`, which counts only if the answer has no `Date` that can be read.
//!
//! | question | function |
//! |---|---|
//! | how long does the server ask to wait? | [`retry_after()`] |
//! | how many requests are left, and until when? | [`quota()`] |
//! | what does the answer say of the operation? | [`classify()`] |
//!
//! A poll is then one `match`. The status decides everything but a success. The body of that is yours to read: as bytes first, since
//! the connection may break in the middle of them, and what is malformed then is the end. A function like the `json` of a client
//! does both at once, and its error does not tell which of the two went wrong.
//!
//! ```
//! use asyncpoll::{Outcome, http::classify};
//! use http::{Response, StatusCode};
//! use std::{io, time::SystemTime};
//!
//! #[derive(Debug)]
//! enum JobError {
//!     Status(StatusCode),
//!     Malformed(serde_json::Error),
//! }
//!
//! /// What `?` returns went wrong on the way, and is transient.
//! fn read(
//!     mut answer: Response<impl io::Read>,
//! ) -> io::Result<Outcome<String, JobError>> {
//!     let (status, now) = (answer.status(), SystemTime::now());
//!     let said = classify(status, answer.headers(), now);
//!     if let Some(outcome) = said.outcome(|| JobError::Status(status)) {
//!         return Ok(outcome);
//!     }
//!     let body = io::read_to_string(answer.body_mut())?;
//!     Ok(match serde_json::from_str::<Option<String>>(&body) {
//!         Ok(None) => Outcome::pending().retry_after(said.retry_after()),
//!         Ok(Some(result)) => Outcome::Done(result),
//!         Err(error) => Outcome::Failed(JobError::Malformed(error)),
//!     })
//! }
//!
//! # use std::time::Duration;
//! # let answer = |status: u16, body: &'static str| {
//! #     let answer = Response::builder().status(status).header("Retry-After", "30");
//! #     read(answer.body(body.as_bytes()).unwrap()).unwrap()
//! # };
//! let half_a_minute = Some(Duration::from_secs(30));
//! let (busy, pending) = (answer(429, ""), answer(200, "null"));
//! let Outcome::Throttled { retry_after, .. } = busy else { panic!() };
//! assert_eq!(retry_after, half_a_minute);
//! let Outcome::Pending { retry_after, .. } = pending else { panic!() };
//! assert_eq!(retry_after, half_a_minute);
//!
//! let (done, malformed) = (answer(200, r#""issued""#), answer(200, "<html>"));
//! assert!(matches!(done, Outcome::Done(result) if result == "issued"));
//! assert!(matches!(malformed, Outcome::Failed(JobError::Malformed(_))));
//! let Outcome::Failed(JobError::Status(gone)) = answer(410, "") else { panic!() };
//! assert_eq!(gone, StatusCode::GONE);
//! ```
//!
//! All take the types of http 1, as hyper 1, reqwest 0.12, ureq 3 and axum 0.7 have them. The answer has to get here whatever its
//! status: with ureq, set `http_status_as_error(false)`, and with reqwest, do not call `error_for_status` before. For another
//! client, copy the headers into a `HeaderMap`.

mod classify;
mod date;
mod quota;
mod reader;
mod retry_after;
mod structured;

pub use {
    classify::{Answer, classify},
    quota::{Quota, quota},
    retry_after::retry_after,
};
