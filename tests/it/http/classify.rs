//! What each status says of an operation.

use asyncpoll::{
    Outcome,
    http::{Answer, classify},
};
use core::time::Duration;

use ::http::StatusCode;

use super::{headers, now};

const HINT: Option<Duration> = Some(Duration::from_secs(30));

fn read(status: u16, lines: &str) -> Answer {
    classify(StatusCode::from_u16(status).unwrap(), &headers(lines), now())
}

#[test]
fn a_status_without_a_hint_is_as_the_table_has_it() {
    let retry_after = None;
    for status in 100..=999 {
        let expected = match status {
            202 => Answer::Pending { retry_after },
            200 | 201 | 203..=299 => Answer::Success { retry_after },
            429 => Answer::Throttled { retry_after },
            // The last range has 520 to 527, and 529.
            408 | 425 | 500 | 502 | 503 | 504 | 506.. => Answer::Transient { retry_after },
            ..200 | 300..=499 | 501 | 505 => Answer::Failed,
        };
        assert_eq!(read(status, ""), expected, "{status}");
    }
}

#[test]
fn a_hint_makes_a_throttling_of_403_and_503_and_is_kept_otherwise() {
    let retry_after = HINT;
    for status in 100..=999 {
        let expected = match status {
            403 | 503 => Answer::Throttled { retry_after },
            _ => match read(status, "") {
                Answer::Success { .. } => Answer::Success { retry_after },
                Answer::Pending { .. } => Answer::Pending { retry_after },
                Answer::Throttled { .. } => Answer::Throttled { retry_after },
                Answer::Transient { .. } => Answer::Transient { retry_after },
                Answer::Failed => Answer::Failed,
            },
        };
        for lines in ["Retry-After: 30", "RateLimit: \"a\";r=0;t=30", "Retry-After: 30\nRateLimit: \"a\";r=0;t=90"] {
            assert_eq!(read(status, lines), expected, "{status} with {lines:?}");
        }
        // Nothing asks to wait while something remains.
        assert_eq!(read(status, "RateLimit: \"a\";r=1;t=30"), read(status, ""), "{status}");
    }
}

#[test]
fn a_403_of_github_that_has_used_up_its_quota_is_a_throttling() {
    let lines = "Date: Mon, 13 Jun 2022 11:48:53 GMT\nX-RateLimit-Remaining: 0\nX-RateLimit-Reset: 1655120964";
    assert_eq!(read(403, lines), Answer::Throttled { retry_after: Some(Duration::from_secs(31)) });
    assert_eq!(read(403, "X-RateLimit-Remaining: 0"), Answer::Throttled { retry_after: None });
    assert_eq!(read(503, "X-RateLimit-Remaining: 0"), Answer::Transient { retry_after: None });
    assert_eq!(read(403, "X-RateLimit-Remaining: 4290"), Answer::Failed);
}

#[test]
fn an_answer_is_an_outcome_with_its_hint() {
    let retry_after = HINT;
    let outcome = |answer: Answer| answer.outcome::<(), _>(|| "error");
    assert_eq!(outcome(Answer::Success { retry_after }), None);
    assert_eq!(outcome(Answer::Pending { retry_after }), Some(Outcome::pending().retry_after(HINT)));
    assert_eq!(outcome(Answer::Throttled { retry_after }), Some(Outcome::throttled("error").retry_after(HINT)));
    assert_eq!(outcome(Answer::Transient { retry_after }), Some(Outcome::transient("error").retry_after(HINT)));
    assert_eq!(outcome(Answer::Failed), Some(Outcome::Failed("error")));
    assert_eq!(Answer::Success { retry_after }.retry_after(), HINT);
}

#[test]
fn an_error_is_made_only_of_what_is_one() {
    for answer in [Answer::Success { retry_after: None }, Answer::Pending { retry_after: None }] {
        let outcome = answer.outcome::<(), ()>(|| panic!("there is no error"));
        assert_ne!(outcome, Some(Outcome::Failed(())));
    }
}
