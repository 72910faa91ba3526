//! What changes for users of tokio-retry: hints, and what the end says.

mod ours;
mod theirs;

use crate::authority::{
    Answer, Authority, busy, in_three_minutes, never, rejected,
};
use asyncpoll::{PollError, Reason};

const RUNS: usize = 100;

#[tokio::test(start_paused = true)]
async fn both_poll_seven_times() {
    for _ in 0..RUNS {
        let authority = Authority::new(never);
        let ended = theirs::certificate(&authority).await;
        assert_eq!((ended, authority.count()), (Err(Answer::Processing), 7));

        let authority = Authority::new(never);
        let ended = ours::certificate(&authority).await;
        let Err(PollError::GaveUp(end)) = ended else { panic!("{ended:?}") };
        assert_eq!((end.reason, authority.count()), (Reason::MaxPolls, 7));
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
async fn only_ours_obeys_the_hint() {
    let mut issued = 0;
    for _ in 0..RUNS {
        let authority = Authority::new(busy);
        let _ = theirs::certificate(&authority).await;
        assert!(authority.early() >= 2, "its first waits are shorter");

        let authority = Authority::new(busy);
        let certificate = ours::certificate(&authority).await;
        assert_eq!(certificate.unwrap(), "www.example.test");
        assert_eq!(authority.early(), 0);

        let authority = Authority::new(in_three_minutes);
        issued += usize::from(theirs::certificate(&authority).await.is_ok());
    }
    assert!(issued > RUNS / 2, "most often the six waits are long enough");
}
