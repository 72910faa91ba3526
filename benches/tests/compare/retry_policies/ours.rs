//! The same order, polled in a loop that steps a poller.

use crate::authority::{Answer, Authority};
use asyncpoll::{Decision, Outcome, Policy, PollError, Poller, random_seed};
use tokio::time::{Instant, sleep};

pub(crate) async fn certificate(
    authority: &Authority,
) -> Result<String, PollError<Answer>> {
    let policy: Policy = "5s x3 <=5m full forever 7polls".parse().unwrap();
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    loop {
        let found = match authority.look().await {
            Answer::Issued(certificate) => Outcome::Done(certificate),
            Answer::Processing => Outcome::pending(),
            Answer::Busy(hint) => {
                Outcome::throttled(Answer::Busy(hint)).retry_after(hint)
            }
            Answer::Rejected => Outcome::Failed(Answer::Rejected),
        };
        match poller.step(found, Instant::now()) {
            Decision::Sleep(wait) => sleep(wait).await,
            Decision::Done(certificate) => return Ok(certificate),
            Decision::Failed(answer) => return Err(PollError::Failed(answer)),
            Decision::GaveUp(end) => return Err(PollError::GaveUp(end)),
        }
    }
}
