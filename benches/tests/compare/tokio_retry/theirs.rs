//! An order, polled by tokio-retry.

use crate::authority::{Answer, Authority};
use std::time::Duration;
use tokio_retry::RetryIf;
use tokio_retry::strategy::{ExponentialBackoff, jitter};

pub(crate) async fn certificate(
    authority: &Authority,
) -> Result<String, Answer> {
    let waits = ExponentialBackoff::from_millis(3)
        .factor(1667) // 5, 15, 45 s and so on
        .max_delay(Duration::from_secs(300))
        .map(jitter)
        .take(6);
    let look = || async {
        match authority.look().await {
            Answer::Issued(certificate) => Ok(certificate),
            other => Err(other),
        }
    };
    let goes_on = |answer: &Answer| *answer != Answer::Rejected;
    RetryIf::start(waits, look, goes_on).await
}
