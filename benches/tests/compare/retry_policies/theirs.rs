//! An order, polled in a loop that asks retry-policies.

use crate::authority::{Answer, Authority};
use retry_policies::policies::ExponentialBackoff;
use retry_policies::{RetryDecision, RetryPolicy};
use std::time::{Duration, SystemTime};
use tokio::time::sleep;

pub(crate) async fn certificate(
    authority: &Authority,
) -> Result<String, Answer> {
    let policy = ExponentialBackoff::builder()
        .retry_bounds(Duration::from_secs(5), Duration::from_secs(300))
        .base(3)
        .build_with_max_retries(6);
    let (start, mut past_retries) = (SystemTime::now(), 0);
    loop {
        let hint = match authority.look().await {
            Answer::Issued(certificate) => return Ok(certificate),
            Answer::Processing => Duration::ZERO,
            Answer::Busy(hint) => hint,
            Answer::Rejected => return Err(Answer::Rejected),
        };
        match policy.should_retry(start, past_retries) {
            RetryDecision::Retry { execute_after } => {
                let wait = execute_after.duration_since(SystemTime::now());
                sleep(wait.unwrap_or_default().max(hint)).await;
            }
            RetryDecision::DoNotRetry => return Err(Answer::Processing),
        }
        past_retries += 1;
    }
}
