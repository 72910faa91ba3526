//! A poller for each order, to compare.

use core::ops::ControlFlow;
use std::io;

use asyncpoll::{Outcome, Policy, Poller, random_seed};
use tokio::{
    task::{JoinSet, LocalSet, spawn_blocking},
    time::{Instant, sleep},
};

use crate::{client::Client, progress::Progress};

/// Polls all orders to their end.
pub(crate) async fn poll(client: &Client, names: Vec<String>, policy: Policy, progress: &Progress) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    let all = LocalSet::new();
    for name in names {
        progress.started();
        tasks.spawn_local_on(poll_one(client.clone(), name, policy, progress.clone()), &all);
    }
    all.run_until(tasks.join_all()).await.into_iter().collect()
}

async fn poll_one(client: Client, name: String, policy: Policy, progress: Progress) -> io::Result<()> {
    let mut poller = Poller::seeded(policy, random_seed(), Instant::now());
    loop {
        let (client, asked) = (client.clone(), name.clone());
        let found = spawn_blocking(move || client.poll(&asked)).await.ok();
        progress.answered(1, found.as_slice());
        progress.show(None);
        let outcome = found.unwrap_or_else(|| Outcome::transient("the poll panicked".into()));
        match poller.step(outcome, Instant::now()).control_flow() {
            ControlFlow::Continue(wait) => sleep(wait).await,
            ControlFlow::Break(end) => return progress.ended(&name, end),
        }
    }
}
