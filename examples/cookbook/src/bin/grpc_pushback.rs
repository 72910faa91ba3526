//! You need this if you poll over gRPC. A server says when to come back in
//! `grpc-retry-pushback-ms`, or in a `RetryInfo` among the details.

use anyhow::{Context, Result};
use asyncpoll::{Outcome, Policy, Poller, random_seed};
use std::{env, error::Error, ops::ControlFlow, time::Duration};
use tokio::time::{Instant, sleep};
use tonic::{Code, Request, Status, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_types::StatusExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let server = env::args().nth(1).context("name the server")?;
    wait_until_serving(Channel::from_shared(server)?.connect_lazy()).await
}

pub(crate) async fn wait_until_serving(channel: Channel) -> Result<()> {
    let mut health = HealthClient::new(channel);
    let policy: Policy = "1s x2 <=1m 10m".parse()?;
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    loop {
        let mut request = Request::new(HealthCheckRequest::default());
        request.set_timeout(Duration::from_secs(10));
        let found = match health.check(request).await {
            Ok(answer) if answer.get_ref().status == 1 => Outcome::Done(()),
            Ok(_) => Outcome::pending(),
            Err(status) => read(status, &mut poller),
        };
        let decision = poller.step(found, Instant::now());
        match decision.control_flow() {
            ControlFlow::Continue(wait) => sleep(wait).await,
            ControlFlow::Break(ended) => return Ok(ended?),
        }
    }
}

/// A number is obeyed whatever the code is. Anything else means stop.
fn read(status: Status, poller: &mut Poller<Instant>) -> Outcome<(), Status> {
    let pushback = status.metadata().get("grpc-retry-pushback-ms");
    let pushback = pushback.map(|ms| ms.to_str().ok()?.parse::<u64>().ok());
    if pushback.is_some() {
        poller.reset_backoff();
    }
    let wait = pushback.flatten().map(Duration::from_millis);
    let info = status.get_details_retry_info().and_then(|it| it.retry_delay);
    let found = match (pushback, status.code()) {
        (Some(None), _) => Outcome::Failed(status),
        (_, Code::ResourceExhausted) => Outcome::throttled(status),
        (Some(_), _) | (_, Code::Unavailable | Code::Cancelled) => {
            Outcome::transient(status)
        }
        // The connection broke: no server said so.
        _ if status.source().is_some() => Outcome::transient(status),
        _ => Outcome::Failed(status),
    };
    found.retry_after(wait.max(info))
}
