//! What an answer says of an operation, by its status.

use core::time::Duration;
use std::time::SystemTime;

use ::http::{HeaderMap, StatusCode};

use super::{quota::quota, retry_after::retry_after};
use crate::operation::Outcome;

/// What an answer says of an operation. [`classify`] makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are as many as there are outcomes")]
pub enum Answer {
    /// The request has succeeded, and the body says how the operation is. Many servers answer 200 to a poll of what is pending.
    Success {
        /// How long the server asked us to wait, which counts if the body says that the operation is pending.
        retry_after: Option<Duration>,
    },
    /// The operation is still going on.
    Pending {
        /// How long the server asked us to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// The server asks for fewer polls.
    Throttled {
        /// How long the server asked us to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// This poll has failed, which says nothing about the operation.
    Transient {
        /// How long the server asked us to wait before the next poll.
        retry_after: Option<Duration>,
    },
    /// The next poll would fail as this one did.
    Failed,
}

impl Answer {
    /// Returns what to tell the poller, or `None` after a success, of which the body decides. `error` makes the error of a poll that
    /// was throttled or has failed: to quote the body in it, read the body before.
    ///
    /// The poll of a server that answers 200 with a body that says `pending` or `issued`:
    ///
    /// ```
    /// use asyncpoll::{Outcome, http::Answer};
    /// use std::time::Duration;
    ///
    /// fn read(answer: Answer, body: &str) -> Outcome<String, &'static str> {
    ///     let hint = answer.retry_after();
    ///     match (answer.outcome(|| "refused"), body) {
    ///         (Some(outcome), _) => outcome,
    ///         (None, "pending") => Outcome::pending().retry_after(hint),
    ///         (None, _) => Outcome::Done(body.to_owned()),
    ///     }
    /// }
    ///
    /// let retry_after = Some(Duration::from_secs(3));
    /// let success = Answer::Success { retry_after };
    /// assert_eq!(read(success, "issued"), Outcome::Done("issued".into()));
    /// let pending = Outcome::pending().retry_after(retry_after);
    /// assert_eq!(read(success, "pending"), pending);
    /// assert_eq!(read(Answer::Failed, "pending"), Outcome::Failed("refused"));
    /// ```
    pub fn outcome<T, E>(self, error: impl FnOnce() -> E) -> Option<Outcome<T, E>> {
        let outcome = match self {
            Self::Success { .. } => return None,
            Self::Pending { .. } => Outcome::pending(),
            Self::Throttled { .. } => Outcome::throttled(error()),
            Self::Transient { .. } => Outcome::transient(error()),
            Self::Failed => Outcome::Failed(error()),
        };
        Some(outcome.retry_after(self.retry_after()))
    }

    /// Returns how long the server asked us to wait before the next poll.
    ///
    /// ```
    /// use asyncpoll::http::Answer;
    ///
    /// assert_eq!(Answer::Failed.retry_after(), None);
    /// ```
    pub const fn retry_after(self) -> Option<Duration> {
        match self {
            Self::Success { retry_after }
            | Self::Pending { retry_after }
            | Self::Throttled { retry_after }
            | Self::Transient { retry_after } => retry_after,
            Self::Failed => None,
        }
    }
}

/// Returns what an answer says of an operation, and how long the server asks to wait.
///
/// The hint is what [`retry_after`] reads. If that is nothing, and no request of the [`quota`] remains, it is the time until the
/// reset.
///
/// | status | answer | source |
/// |---|---|---|
/// | 202 | `Pending` | [RFC 9110, 15.3.3][9110-202] |
/// | any other 2xx | `Success`: the body decides | [RFC 9110, 15.3][9110-2xx] |
/// | 429 | `Throttled` | [RFC 6585, 4][6585] |
/// | 503 with a hint | `Throttled` | [RFC 9110, 15.6.4][9110-503]; [ACME][acme-503] |
/// | 403 with a hint, or if no request remains | `Throttled` | [GitHub] |
/// | 408 | `Transient` | [RFC 9110, 15.5.9][9110-408] |
/// | 425 | `Transient` | [RFC 8470, 5.2][8470] |
/// | 500, 502, 503, 504 | `Transient` | [RFC 9110, 15.6][9110-5xx] |
/// | 520 to 527 | `Transient` | [Cloudflare] |
/// | 529 | `Transient` | [Anthropic] |
/// | 501, 505 | `Failed` | [RFC 9110, 15.6][9110-5xx]: the server cannot do what is asked of it |
/// | any other from 500 on | `Transient`, as 500 | [RFC 9110, 15][9110-15] |
/// | 401, 404, 409, 410, 412, and any other 4xx | `Failed` | [RFC 9110, 15.5][9110-4xx]: the request is wrong |
/// | 3xx | `Failed`: the client did not follow it | [RFC 9110, 15.4][9110-3xx] |
///
/// If your server means something else, say so in a
/// `match` before it. `Failed` has no hint, so ask [`retry_after`] for it, as the example does:
///
/// - **401**, if a token has run out: renew it, and send the request again within the same poll. A second 401 is `Failed`.
/// - **404**, if the resource appears a while after it was ordered: `Pending` for so much time.
/// - **202**, if its body may say that the operation has failed: read the body first.
/// - **303**, if the result is elsewhere and the client does not follow: `Done`, with the `Location`.
/// - **304**, if the poll asked for what has changed: `Pending`.
/// - gRPC answers 200 to a failure as well: match on its code instead. `UNAVAILABLE` is `Transient`, `RESOURCE_EXHAUSTED` is
///   `Throttled`.
///
/// ```
/// use asyncpoll::{
///     Outcome,
///     http::{classify, retry_after},
/// };
/// use http::{Response, StatusCode};
/// use std::time::{Duration, SystemTime};
///
/// /// For so long not every server knows the resource.
/// const UNKNOWN_FOR: Duration = Duration::from_secs(30);
///
/// fn poll(
///     mut send: impl FnMut() -> Response<()>,
///     renew_token: impl FnOnce(),
///     elapsed: Duration,
/// ) -> Outcome<(), StatusCode> {
///     let mut answer = send();
///     if answer.status() == StatusCode::UNAUTHORIZED {
///         renew_token();
///         answer = send();
///     }
///     let (status, now) = (answer.status(), SystemTime::now());
///     let headers = answer.headers();
///     if status == StatusCode::NOT_FOUND && elapsed < UNKNOWN_FOR {
///         return Outcome::pending().retry_after(retry_after(headers, now));
///     }
///     let outcome = classify(status, headers, now).outcome(|| status);
///     outcome.unwrap_or(Outcome::Done(()))
/// }
///
/// # use std::cell::Cell;
/// let token = Cell::new(0);
/// let status = |code: u16| {
///     let answer = Response::builder().status(code).header("Retry-After", "20");
///     answer.body(()).expect("it is well formed")
/// };
/// let renews = |valid: u32| {
///     let send = || status(if token.get() == valid { 200 } else { 401 });
///     poll(send, || token.set(1), Duration::ZERO)
/// };
/// assert_eq!(renews(1), Outcome::Done(()));
/// assert_eq!(renews(2), Outcome::Failed(StatusCode::UNAUTHORIZED));
///
/// let missing = |seconds| {
///     poll(|| status(404), || (), Duration::from_secs(seconds))
/// };
/// let hint = Duration::from_secs(20);
/// assert_eq!(missing(29), Outcome::pending().retry_after(hint));
/// assert_eq!(missing(30), Outcome::Failed(StatusCode::NOT_FOUND));
/// ```
///
/// [6585]: https://www.rfc-editor.org/rfc/rfc6585#section-4
/// [8470]: https://www.rfc-editor.org/rfc/rfc8470#section-5.2
/// [9110-15]: https://www.rfc-editor.org/rfc/rfc9110#section-15
/// [9110-202]: https://www.rfc-editor.org/rfc/rfc9110#section-15.3.3
/// [9110-2xx]: https://www.rfc-editor.org/rfc/rfc9110#section-15.3
/// [9110-3xx]: https://www.rfc-editor.org/rfc/rfc9110#section-15.4
/// [9110-408]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9
/// [9110-4xx]: https://www.rfc-editor.org/rfc/rfc9110#section-15.5
/// [9110-503]: https://www.rfc-editor.org/rfc/rfc9110#section-15.6.4
/// [9110-5xx]: https://www.rfc-editor.org/rfc/rfc9110#section-15.6
/// [acme-503]: https://community.letsencrypt.org/t/184174
/// [Anthropic]: https://docs.anthropic.com/en/api/errors
/// [Cloudflare]: https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/
/// [GitHub]: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
pub fn classify(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Answer {
    let exhausted = quota(headers, now).filter(|quota| quota.remaining == 0);
    let retry_after = retry_after(headers, now).or_else(|| exhausted?.reset);
    match status.as_u16() {
        202 => Answer::Pending { retry_after },
        200..=299 => Answer::Success { retry_after },
        429 => Answer::Throttled { retry_after },
        403 if retry_after.is_some() || exhausted.is_some() => Answer::Throttled { retry_after },
        503 if retry_after.is_some() => Answer::Throttled { retry_after },
        408 | 425 | 500 | 502..=504 | 506.. => Answer::Transient { retry_after },
        _ => Answer::Failed,
    }
}
