//! Many orders, each polled every five seconds, at a rate that governor keeps.

use crate::authority::Answer;
use crate::throttling::Throttling;
use futures_util::future::join_all;
use governor::state::{InMemoryState, NotKeyed};
use governor::{RateLimiter, clock::Clock};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// As its default is, with a clock of the caller's.
pub(crate) type Limiter<C> = RateLimiter<NotKeyed, InMemoryState, C>;

pub(crate) async fn certificates(
    authority: &Throttling,
    limiter: &Limiter<impl Clock<Instant = Instant>>,
) -> Vec<String> {
    let polls = (0..authority.orders()).map(async |order| {
        loop {
            while let Err(early) = limiter.check() {
                let now = limiter.clock().now();
                sleep(early.wait_time_from(now)).await;
            }
            match authority.look(order).await {
                Answer::Issued(certificate) => return certificate,
                Answer::Busy(hint) => sleep(hint).await,
                _ => sleep(Duration::from_secs(5)).await,
            }
        }
    });
    join_all(polls).await
}
