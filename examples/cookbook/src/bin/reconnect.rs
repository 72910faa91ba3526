//! You need this if a connection is to last: a feed, a socket, a tunnel. It is
//! made again after longer and longer waits, which start again only once a
//! connection was good for a minute: some servers accept, and break at once.

use anyhow::Context;
use asyncpoll::{Outcome, Policy, Poller, random_seed};
use std::{env, io::Result, ops::ControlFlow, time::Duration};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

const GOOD: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let server = env::args().nth(1).context("name the server and its port")?;
    let connect = async || TcpStream::connect(&server).await;
    listen(connect, |line| println!("{line}")).await
}

/// Returns only if the policy gives up, which this one does not.
pub(crate) async fn listen<C: AsyncRead + Unpin>(
    connect: impl AsyncFn() -> Result<C>,
    hear: impl Fn(String),
) -> anyhow::Result<()> {
    let policy: Policy = "500ms x2 <=1m forever".parse()?;
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    loop {
        let start = Instant::now();
        let found = match hear_out(connect().await, &hear).await {
            Ok(()) => Outcome::<(), _>::pending(),
            Err(error) => Outcome::transient(error),
        };
        if start.elapsed() >= GOOD {
            poller.reset_backoff();
        }
        match poller.step(found, Instant::now()).control_flow() {
            ControlFlow::Continue(wait) => sleep(wait).await,
            ControlFlow::Break(ended) => return Ok(ended?),
        }
    }
}

async fn hear_out(
    connected: Result<impl AsyncRead + Unpin>,
    hear: impl Fn(String),
) -> Result<()> {
    let mut lines = BufReader::new(connected?).lines();
    while let Some(line) = lines.next_line().await? {
        hear(line);
    }
    Ok(())
}
