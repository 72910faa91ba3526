//! Futures that are dropped while a poll of theirs is in flight.

use asyncpoll::{Outcome, PollError, Poller, Reason, poll_async};
use core::{cell::Cell, time::Duration};
use tokio::time::{Instant, sleep};

use crate::support::{Tape, exact, seconds};

/// Drives a poller from 0 on, by a future that is made anew every second, faster than its poll ends.
async fn polls_dropped_in_flight(poller: &mut Poller<Instant, Tape>, seconds: u64) -> (u32, Option<PollError<()>>) {
    let polls = Cell::new(0);
    for _ in 0..seconds {
        let look = async |_| {
            polls.set(polls.get() + 1);
            sleep(Duration::from_secs(3)).await;
            Outcome::<(), ()>::pending()
        };
        tokio::select! {
            biased;
            ended = poll_async(poller, Instant::now, sleep, look) => return (polls.get(), ended.err()),
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
    (polls.get(), None)
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_dropped_in_flight_again_and_again_ends_with_max_wait() {
    let mut poller = Poller::new(exact().build().unwrap(), Tape::none(), Instant::now());
    let (polls, ended) = polls_dropped_in_flight(&mut poller, 1_200).await;
    let Some(PollError::GaveUp(gave_up)) = ended else { panic!("{polls} polls and no end") };
    assert_eq!((gave_up.reason, gave_up.polls, gave_up.elapsed), (Reason::MaxWait, 1, seconds(600.0)));
    assert_eq!(polls, 600);
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_was_owed_when_max_wait_was_over_is_made_once() {
    let mut poller = Poller::new(exact().build().unwrap(), Tape::none(), Instant::now());
    sleep(Duration::from_secs(700)).await;
    let issued = poll_async(&mut poller, Instant::now, sleep, async |_| Outcome::from(Some("issued"))).await;
    assert_eq!(issued, Ok("issued"));

    let mut poller = Poller::new(exact().build().unwrap(), Tape::none(), Instant::now());
    sleep(Duration::from_secs(700)).await;
    let (polls, ended) = polls_dropped_in_flight(&mut poller, 10).await;
    assert!(matches!(ended, Some(PollError::GaveUp(gave_up)) if gave_up.reason == Reason::MaxWait));
    assert_eq!(polls, 1);
}
