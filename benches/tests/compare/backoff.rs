//! What changes for users of backoff: a hint no longer takes the place of the
//! ladder and the limit. Its program reads the real clock for its limit, so
//! the table has what becomes of that.

mod theirs;

use crate::authority::{Answer, Authority, busy, in_three_minutes, rejected};
use crate::backon::ours;
use std::time::Duration;

const RUNS: usize = 100;

#[tokio::test(start_paused = true)]
async fn it_fetches_the_certificate_and_obeys_the_hint() {
    for answer in [in_three_minutes, busy] {
        for _ in 0..RUNS {
            let authority = Authority::new(answer);
            let certificate = theirs::certificate(&authority).await;
            assert_eq!(certificate.unwrap(), "www.example.test");
            assert_eq!(authority.early(), 0);
        }
    }
    let authority = Authority::new(rejected);
    let refused = theirs::certificate(&authority).await;
    assert_eq!(refused, Err(Answer::Rejected));
}

/// A hint that is shorter than the ladder's wait shortens it there.
#[tokio::test(start_paused = true)]
async fn only_ours_waits_as_long_as_the_ladder_if_a_hint_is_short() {
    let hasty = |seconds| match in_three_minutes(seconds) {
        Answer::Processing => Answer::Busy(Duration::from_secs(1)),
        other => other,
    };
    for _ in 0..RUNS {
        let authority = Authority::new(hasty);
        theirs::certificate(&authority).await.unwrap();
        assert_eq!(authority.count(), 181);

        let authority = Authority::new(hasty);
        ours::certificate(&authority).await.unwrap();
        assert!(authority.count() <= 6);
        assert_eq!(authority.early(), 0);
    }
}
