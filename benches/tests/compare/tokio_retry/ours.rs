//! The same order, with jitter and limit as there.

use crate::authority::{Answer, Authority};
use asyncpoll::{Outcome, Policy, PollError, Poller, poll_async, random_seed};
use tokio::time::{Instant, sleep};

pub(crate) async fn certificate(
    authority: &Authority,
) -> Result<String, PollError<Answer>> {
    let policy: Policy = "5s x3 <=5m full forever 7polls".parse().unwrap();
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    let look = async |_| match authority.look().await {
        Answer::Issued(certificate) => Outcome::Done(certificate),
        Answer::Processing => Outcome::pending(),
        Answer::Busy(hint) => {
            Outcome::throttled(Answer::Busy(hint)).retry_after(hint)
        }
        Answer::Rejected => Outcome::Failed(Answer::Rejected),
    };
    poll_async(&mut poller, Instant::now, sleep, look).await
}
