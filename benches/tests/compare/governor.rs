//! What changes for users of governor: nobody has to know the rate.

mod ours;
mod theirs;

use crate::throttling::Throttling;
use governor::{Quota, RateLimiter, clock::Clock};
use std::{num::NonZeroU32, time::Instant};
use theirs::Limiter;
use tokio::time;

const ORDERS: usize = 200;

/// The clock of tokio, which the tests move.
#[derive(Clone)]
struct Virtual;

impl Clock for Virtual {
    type Instant = Instant;

    fn now(&self) -> Instant {
        time::Instant::now().into_std()
    }
}

fn a_second(rate: u32) -> Limiter<Virtual> {
    let quota = Quota::per_second(NonZeroU32::new(rate).unwrap());
    RateLimiter::direct_with_clock(quota, Virtual)
}

#[tokio::test(start_paused = true)]
async fn theirs_is_never_refused_if_it_is_told_the_rate() {
    let authority = Throttling::new(ORDERS);
    let certificates = theirs::certificates(&authority, &a_second(5)).await;
    assert_eq!((certificates.len(), authority.refused()), (ORDERS, 0));
}

#[tokio::test(start_paused = true)]
async fn theirs_goes_on_at_a_rate_that_is_too_high() {
    let authority = Throttling::new(ORDERS);
    let certificates = theirs::certificates(&authority, &a_second(10)).await;
    assert_eq!(certificates.len(), ORDERS);
    let (polls, refused) = (authority.polls(), authority.refused());
    assert!(refused > polls / 3, "{refused} of {polls}");
}

#[tokio::test(start_paused = true)]
async fn ours_finds_the_rate() {
    for _ in 0..20 {
        let authority = Throttling::new(ORDERS);
        let certificates = ours::certificates(&authority).await;
        assert_eq!(certificates.len(), ORDERS);
        let (polls, refused) = (authority.polls(), authority.refused());
        assert!(refused < polls / 30, "{refused} of {polls}");
    }
}
