//! The same orders, polled by a fleet, which is not told the rate.

use crate::authority::Answer;
use crate::throttling::Throttling;
use asyncpoll::fleet::{Due, Limits};
use asyncpoll::{Decision, Fleet, Outcome, Policy, random_seed};
use std::collections::HashMap;
use tokio::time::{Instant, sleep};

pub(crate) async fn certificates(authority: &Throttling) -> Vec<String> {
    let policy: Policy = "5s x1 +-20% 1h".parse().unwrap();
    let mut fleet = Fleet::seeded(random_seed(), Instant::now());
    let upstream = fleet.add_upstream(Limits::default());
    let mut start = || fleet.start(upstream, policy, Instant::now());
    let orders = (0..authority.orders()).map(|order| (start(), order));
    let orders: HashMap<_, _> = orders.collect();
    let mut certificates = Vec::new();
    while !fleet.is_empty() {
        let Some(due) = fleet.next_due(Instant::now()) else {
            let wait = fleet.until_next(Instant::now());
            sleep(wait.unwrap_or_default()).await;
            continue;
        };
        let Due::Poll(poll) = due else { continue };
        let found = match authority.look(orders[&poll.id]).await {
            Answer::Issued(certificate) => Outcome::Done(certificate),
            Answer::Busy(hint) => Outcome::throttled("429").retry_after(hint),
            _ => Outcome::pending(),
        };
        let decision = fleet.step(poll, found, Instant::now());
        if let Decision::Done(certificate) = decision {
            certificates.push(certificate);
        }
    }
    certificates
}
