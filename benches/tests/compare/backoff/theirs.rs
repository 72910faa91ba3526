//! An order, polled by backoff.

use crate::authority::{Answer, Authority};
use backoff::{Error, ExponentialBackoffBuilder, future::retry};
use std::time::Duration;

pub(crate) async fn certificate(
    authority: &Authority,
) -> Result<String, Answer> {
    let waits = ExponentialBackoffBuilder::new()
        .with_initial_interval(Duration::from_secs(5))
        .with_multiplier(3.0)
        .with_randomization_factor(0.2)
        .with_max_interval(Duration::from_secs(300))
        .with_max_elapsed_time(Some(Duration::from_secs(600)))
        .build();
    let look = || async {
        Err(match authority.look().await {
            Answer::Issued(certificate) => return Ok(certificate),
            Answer::Processing => Error::transient(Answer::Processing),
            Answer::Busy(hint) => Error::retry_after(Answer::Busy(hint), hint),
            Answer::Rejected => Error::permanent(Answer::Rejected),
        })
    };
    retry(waits, look).await
}
