//! What an HTTP server says to those who poll it: when to come back, how many requests are left, and what a status means.
//!
//! Three questions, each a function of its own. None of them reads a clock or makes a request: the client is yours, and so is
//! `now`, which counts only if the answer has no `Date`.
//!
//! | question | function |
//! |---|---|
//! | how long does the server ask to wait? | [`retry_after()`] |
//! | how many requests are left, and until when? | [`quota()`] |
//! | what does the answer say of the operation? | [`classify()`] |
//!
//! A poll is then one `match`. The status decides everything but a success, of which the body is yours to read:
//!
//! ```
//! use asyncpoll::{Outcome, http::classify};
//! use http::{Response, StatusCode};
//! use std::time::{Duration, SystemTime};
//!
//! fn read(response: Response<String>) -> Outcome<String, StatusCode> {
//!     let (status, now) = (response.status(), SystemTime::now());
//!     match classify(status, response.headers(), now).outcome(|| status) {
//!         Some(outcome) => outcome,
//!         None => Outcome::Done(response.into_body()),
//!     }
//! }
//!
//! # let answer = |status: u16, retry_after| {
//! #     let answer = Response::builder().status(status);
//! #     answer.header("Retry-After", retry_after).body("issued".into()).unwrap()
//! # };
//! let half_a_minute = Duration::from_secs(30);
//! let pending = Outcome::pending().retry_after(half_a_minute);
//! assert_eq!(read(answer(202, "30")), pending);
//! let throttled = Outcome::throttled(StatusCode::TOO_MANY_REQUESTS);
//! assert_eq!(read(answer(429, "30")), throttled.retry_after(half_a_minute));
//! assert_eq!(read(answer(200, "30")), Outcome::Done("issued".into()));
//! assert_eq!(read(answer(410, "30")), Outcome::Failed(StatusCode::GONE));
//! ```

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
