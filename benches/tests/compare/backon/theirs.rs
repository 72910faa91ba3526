//! An order, polled by backon.

use crate::authority::{Answer, Authority};
use backon::{ExponentialBuilder, Retryable};
use std::time::Duration;

pub(crate) async fn certificate(
    authority: &Authority,
) -> Result<String, Answer> {
    let waits = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(5))
        .with_factor(3.0)
        .with_max_delay(Duration::from_secs(300))
        .with_jitter()
        .without_max_times()
        .with_total_delay(Some(Duration::from_secs(600)));
    let look = || async {
        match authority.look().await {
            Answer::Issued(certificate) => Ok(certificate),
            other => Err(other),
        }
    };
    look.retry(waits)
        .when(|answer| *answer != Answer::Rejected)
        .adjust(|answer, wait| match answer {
            Answer::Busy(hint) => wait.map(|wait| wait.max(*hint)),
            _ => wait,
        })
        .await
}
