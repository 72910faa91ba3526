//! What changes for users of backon: the cap, the limit and what the end says.

pub(crate) mod ours;
mod theirs;

use crate::authority::{
    Answer, Authority, busy, in_three_minutes, never, rejected,
};
use asyncpoll::{PollError, Reason};
use std::time::Duration;

const RUNS: usize = 100;
const LIMIT: Duration = Duration::from_secs(600);
const CAP: Duration = Duration::from_secs(300);

#[tokio::test(start_paused = true)]
async fn both_fetch_the_certificate_and_obey_the_hint() {
    for answer in [in_three_minutes, busy] {
        for _ in 0..RUNS {
            let authority = Authority::new(answer);
            let certificate = theirs::certificate(&authority).await;
            assert_eq!(certificate.unwrap(), "www.example.test");
            assert_eq!(authority.early(), 0);

            let authority = Authority::new(answer);
            let certificate = ours::certificate(&authority).await;
            assert_eq!(certificate.unwrap(), "www.example.test");
            assert_eq!(authority.early(), 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn both_stop_if_the_order_is_rejected() {
    let authority = Authority::new(rejected);
    let refused = theirs::certificate(&authority).await;
    assert_eq!(refused, Err(Answer::Rejected));

    let authority = Authority::new(rejected);
    let refused = ours::certificate(&authority).await;
    assert_eq!(refused, Err(PollError::Failed(Answer::Rejected)));
}

#[tokio::test(start_paused = true)]
async fn theirs_waits_past_the_cap_and_stops_before_the_limit() {
    let (mut past_the_cap, mut early_end) = (0, 0);
    for _ in 0..RUNS {
        let authority = Authority::new(never);
        let ended = theirs::certificate(&authority).await;
        assert_eq!(ended, Err(Answer::Processing));
        past_the_cap += usize::from(authority.longest_wait() > CAP);
        early_end += usize::from(authority.last_poll() < LIMIT * 4 / 5);
        assert!(authority.last_poll() <= LIMIT);
    }
    assert!(past_the_cap > 0 && early_end > 0);
}

#[tokio::test(start_paused = true)]
async fn ours_polls_once_more_at_the_limit_and_says_how_it_ended() {
    for _ in 0..RUNS {
        let authority = Authority::new(never);
        let ended = ours::certificate(&authority).await;
        let Err(PollError::GaveUp(end)) = ended else { panic!("{ended:?}") };
        assert_eq!((end.reason, end.last_error), (Reason::MaxWait, None));
        assert_eq!(end.polls as usize, authority.count());
        assert!(authority.longest_wait() <= CAP);
        assert!(authority.last_poll() <= LIMIT);
        assert!(authority.last_poll() > LIMIT * 98 / 100);
    }
}

#[tokio::test(start_paused = true)]
async fn only_ours_counts_the_time_that_polls_take() {
    let takes = Duration::from_secs(90);
    let mut past_the_limit = 0;
    for _ in 0..RUNS {
        let authority = Authority::new(never).slow(takes);
        theirs::certificate(&authority).await.unwrap_err();
        past_the_limit += usize::from(authority.last_poll() > LIMIT);

        let authority = Authority::new(never).slow(takes);
        ours::certificate(&authority).await.unwrap_err();
        assert!(authority.last_poll() <= LIMIT);
    }
    assert!(past_the_limit > 0);
}
